import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react';
import { useReachable } from '../ui/use-reachable.ts';
import { AHEAD } from './member-runs.ts';
import { estimateHeight } from './row-heights.ts';
import type { Row } from './rows.ts';
import type { Target } from './use-target.ts';
import { useTargetInSight } from './use-target-in-sight.ts';

interface Options {
  readonly rows: readonly Row[];
  /** The scrolling element, once rendered. */
  readonly viewport: HTMLDivElement | null;
  readonly following: boolean;
  readonly missing: number;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onNearStart: () => void;
  readonly onNearEnd: () => void;
  readonly target: Target | undefined;
}

type MessageVirtualizer = Virtualizer<HTMLDivElement, Element>;

/** The end counts as visible when it is no further away than this, in pixels. */
const END_PX = 60;

/**
 * Decides which rows are rendered, and where. The list is anchored at its end: visible rows keep their position when older
 * messages are added above, and a user at the end stays at the end as the list grows.
 */
export function useMessageVirtualizer(options: Options): {
  readonly virtualizer: MessageVirtualizer;
  /** The seq of the message that it has just jumped to. */
  readonly marked: number | undefined;
} {
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
  const { marked, showTarget } = useTargetInSight({
    rows,
    target: options.target,
    viewport,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'center' }),
  });
  const jump = useEffectEvent(showTarget);
  const place = useEffectEvent(() => {
    if (showTarget()) return;
    const divider = rows.findIndex(({ kind }) => kind === 'divider');
    if (divider > 0) virtualizer.scrollToIndex(divider, { align: 'start' });
    else virtualizer.scrollToEnd();
  });
  const isReady = rows.length > 0 && viewport !== null;
  // Reading starts at the message of the address, at the line above the new messages, or at the end. Until the list is scrolled there, and painted,
  // no position counts as near an edge.
  useLayoutEffect(() => {
    if (!isReady || phase.current !== 'empty') return;
    phase.current = 'placing';
    place();
    afterPaint(() => {
      phase.current = 'placed';
      jump();
      lookAgain();
    });
  }, [isReady]);
  useEffect(() => {
    if (phase.current === 'placed') jump();
  }, [rows, options.target]);
  // New rows change what is near an edge, without scrolling.
  useEffect(() => lookAgain(), [rows, options.missing]);
  // Fetches a page again that could not be fetched.
  useReachable(() => look(virtualizer));
  useOwnInSight(rows, virtualizer);
  useEndInSight(viewport, virtualizer);
  return { virtualizer, marked };
}

function afterPaint(action: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(action));
}

/** Scrolls to a message that the user has just written. */
function useOwnInSight(rows: readonly Row[], virtualizer: MessageVirtualizer): void {
  const last = rows.at(-1);
  const written = last?.kind === 'outgoing' ? last.key : undefined;
  const show = useEffectEvent(() => virtualizer.scrollToEnd());
  useEffect(() => {
    if (written !== undefined) show();
  }, [written]);
}

/** Keeps a user at the end when the viewport shrinks: a screen keyboard opens, or the composer grows. */
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
