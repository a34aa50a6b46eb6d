import { useEffect, useRef, useState } from 'react';
import type { Row } from './rows.ts';
import type { Target } from './use-target.ts';

/** How long the message stays marked, in milliseconds. */
const MARKED_MS = 2_500;

/**
 * Scrolls to a message once its row is there, marks it for a moment, and gives it the focus.
 * @param scrollTo scrolls to a row.
 * @returns the marked seq, and a function for when rows are there that the list did not scroll to yet. That one returns
 *   whether it scrolled.
 */
export function useTargetInSight(parts: {
  readonly rows: readonly Row[];
  readonly target: Target | undefined;
  readonly viewport: HTMLElement | null;
  readonly scrollTo: (index: number) => void;
}): { readonly marked: number | undefined; readonly showTarget: () => boolean } {
  const { rows, target, viewport } = parts;
  const shown = useRef<Target>(undefined);
  const [marked, setMarked] = useState<Target>();
  const showTarget = (): boolean => {
    const index =
      target && target !== shown.current ? rows.findIndex((row) => includes(row, target.seq)) : -1;
    if (!target || index < 0) return false;
    shown.current = target;
    parts.scrollTo(index);
    setMarked(target);
    // Its row is rendered with the next frames.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        viewport?.querySelector<HTMLElement>(`[data-seq='${target.seq}']`)?.focus({ preventScroll: true });
      }),
    );
    return true;
  };
  useEffect(() => {
    if (!marked) return undefined;
    const timer = setTimeout(() => setMarked(undefined), MARKED_MS);
    return () => clearTimeout(timer);
  }, [marked]);
  return { marked: marked?.seq, showTarget };
}

/** Whether a row shows a message, or is the folded row that contains it. */
export function includes(row: Row | undefined, seq: number): boolean {
  if (row?.kind === 'run' || row?.kind === 'blocked')
    return !row.isOpen && row.messages.some((message) => message.seq === seq);
  return (row?.kind === 'message' || row?.kind === 'system') && row.message.seq === seq;
}
