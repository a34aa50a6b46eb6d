import { useCallback, useMemo, useState } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';

/** A message to scroll to. Each object is one jump: a new one jumps again. */
export interface Target {
  readonly seq: number;
}

/** The address of a message. */
export const addressOf = (uuid: string, seq: number): string =>
  new URL(`/messages/${uuid}#${seq}`, window.location.origin).href;

/** The message to scroll to: that of the last jump, or that which the address names after `#`, whichever is newer. */
export function useTarget(): {
  readonly target: Target | undefined;
  /** Jumps to a message. */
  readonly jumpTo: (seq: number) => void;
} {
  const hash = useLocationProperty(() => window.location.hash);
  const named = useMemo(() => targetOf(hash), [hash]);
  const [jump, setJump] = useState<{ readonly to: Target; readonly named: Target | undefined }>();
  return {
    target: jump && jump.named === named ? jump.to : named,
    jumpTo: useCallback((seq) => setJump({ to: { seq }, named }), [named]),
  };
}

function targetOf(hash: string): Target | undefined {
  return /^#[1-9]\d{0,11}$/.test(hash) ? { seq: Number(hash.slice(1)) } : undefined;
}
