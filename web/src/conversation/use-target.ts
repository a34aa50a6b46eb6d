import { useMemo } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';

/** A message to scroll to. Each object is one jump: a new one jumps again. */
export interface Target {
  readonly seq: number;
}

/** The address of a message. */
export const addressOf = (uuid: string, seq: number): string =>
  new URL(`/messages/${uuid}#${seq}`, window.location.origin).href;

/** The message that the address names after `#`. */
export function useTarget(): Target | undefined {
  const hash = useLocationProperty(() => window.location.hash);
  return useMemo(() => targetOf(hash), [hash]);
}

function targetOf(hash: string): Target | undefined {
  return /^#[1-9]\d{0,11}$/.test(hash) ? { seq: Number(hash.slice(1)) } : undefined;
}
