import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react';
import { useReachable } from '../ui/use-reachable.ts';
import { estimateHeight } from './row-heights.ts';
import type { Row } from './rows.ts';

interface Options {
  readonly rows: readonly Row[];
  /** What scrolls, once it is there. */
  readonly viewport: HTMLDivElement | null;
  readonly following: boolean;
  readonly missing: number;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onNearStart: () => void;
  readonly onNearEnd: () => void;
}

type MessageVirtualizer = Virtualizer<HTMLDivElement, Element>;

/** Rows beyond the edge at which the next page is asked for. */
const AHEAD = 15;
/** The end is in sight when it is no further away than this, in pixels. */
const END_PX = 60;

/**
 * Which rows there have to be, and where. The list is anchored at its end: what is on the screen stays where it is when
 * older messages come in above, and the end stays in sight as it grows, for who was there.
 */
export function useMessageVirtualizer(options: Options): MessageVirtualizer {
  const { rows, viewport, following } = options;
  const phase = useRef<'empty' | 'placing' | 'placed'>('empty');
  const look = (list: MessageVirtualizer): void => {
    if (phase.current !== 'placed' || !list.range) return;
    const { startIndex, endIndex } = list.range;
    options.onAtEnd(list.isAtEnd(END_PX) && endIndex >= rows.length - 2);
    if (startIndex < AHEAD) options.onNearStart();
    if (options.missing > 0 && endIndex > rows.length - AHEAD) options.onNearEnd();
  };
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => viewport,
    estimateSize: (index) => estimateHeight(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: following,
    scrollEndThreshold: END_PX,
    overscan: 8,
    paddingStart: 8,
    paddingEnd: 8,
    onChange: look,
  });
  const lookAgain = useEffectEvent(() => look(virtualizer));
  const place = useEffectEvent(() => {
    const divider = rows.findIndex(({ kind }) => kind === 'divider');
    if (divider > 0) virtualizer.scrollToIndex(divider, { align: 'start' });
    else virtualizer.scrollToEnd();
  });
  const isReady = rows.length > 0 && viewport !== null;
  // Where one begins to read: at the line above what is new, or else at the end. Until that is done, and has been
  // painted, nothing is near an edge.
  useLayoutEffect(() => {
    if (!isReady || phase.current !== 'empty') return;
    phase.current = 'placing';
    place();
    afterPaint(() => {
      phase.current = 'placed';
      lookAgain();
    });
  }, [isReady]);
  // Rows that came change what is near an edge, though nothing was scrolled.
  useEffect(() => lookAgain(), [rows, options.missing]);
  // A page that could not be fetched is asked for again.
  useReachable(() => look(virtualizer));
  useOwnInSight(rows, virtualizer);
  useEndInSight(viewport, virtualizer);
  return virtualizer;
}

function afterPaint(action: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(action));
}

/** What one has just written is shown, wherever one was reading. */
function useOwnInSight(rows: readonly Row[], virtualizer: MessageVirtualizer): void {
  const last = rows.at(-1);
  const written = last?.kind === 'outgoing' ? last.key : undefined;
  const show = useEffectEvent(() => virtualizer.scrollToEnd());
  useEffect(() => {
    if (written !== undefined) show();
  }, [written]);
}

/** Who was at the end stays there when there is less room: a screen keyboard comes up, the field grows. */
function useEndInSight(viewport: HTMLDivElement | null, virtualizer: MessageVirtualizer): void {
  const show = useEffectEvent(() => virtualizer.scrollToEnd());
  useEffect(() => {
    if (!viewport) return undefined;
    let height = viewport.clientHeight;
    const observer = new ResizeObserver(() => {
      const wasAtEnd = viewport.scrollHeight - viewport.scrollTop - height <= END_PX;
      height = viewport.clientHeight;
      if (wasAtEnd) show();
    });
    observer.observe(viewport);
    return () => observer.disconnect();
  }, [viewport]);
}
