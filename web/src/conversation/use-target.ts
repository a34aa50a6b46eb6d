import { useState } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';

/** A message to scroll to. Each object is one jump: a new one jumps again. */
export interface Target {
  readonly seq: number;
}

/** The address of a message. */
export const addressOf = (uuid: string, seq: number): string =>
  new URL(`/messages/${uuid}#${seq}`, window.location.origin).href;

/** The message that the address names after `#`, and a function that jumps to another one. */
export function useTarget(): { readonly target: Target | undefined; readonly jump: (seq: number) => void } {
  const hash = useLocationProperty(() => window.location.hash);
  const [known, setKnown] = useState(hash);
  const [target, setTarget] = useState(() => targetOf(hash));
  if (hash !== known) {
    setKnown(hash);
    setTarget(targetOf(hash));
  }
  return { target, jump: (seq) => setTarget({ seq }) };
}

function targetOf(hash: string): Target | undefined {
  return /^#[1-9]\d{0,11}$/.test(hash) ? { seq: Number(hash.slice(1)) } : undefined;
}
