import { useCallback, useMemo, useState } from 'react';
import type { Message } from '../../../client/src/index.ts';
import { foldBlocked } from './blocked-runs.ts';
import { foldedNear, foldRuns, RunKeys, toggled } from './member-runs.ts';
import type { Row } from './rows.ts';

/**
 * How many messages may be folded near an edge before no more are fetched there by themselves. Thousands of joins fit into a few
 * rows, which never fill the window.
 */
const FOLDED_BY_ITSELF = 300;
/** How many more with each press of the button there. */
const FOLDED_BY_PRESS = 1_000;

type Edge = 'start' | 'end';

export interface Folding {
  readonly rows: readonly Row[];
  /** Whether pages are fetched at an edge while it is in sight. */
  readonly mayFetch: (edge: Edge) => boolean;
  /** Whether the last change of the rows was a run that the user opened or closed. */
  readonly isToggled: boolean;
  readonly onToggle: (messages: readonly Pick<Message, 'seq'>[]) => void;
  readonly onMore: (edge: Edge) => void;
}

/**
 * Folds the rows of a conversation: messages about members, and those of users whom the user blocks.
 * @param hasMore at which edges there are messages that are not loaded.
 * @param blocked ids of users.
 */
export function useFolding(
  rows: readonly Row[],
  hasMore: { readonly start: boolean; readonly end: boolean },
  blocked: ReadonlySet<string>,
): Folding {
  const [blockedKeys] = useState(() => new RunKeys('blocked'));
  const [keys] = useState(() => new RunKeys());
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [toggledRows, setToggledRows] = useState<readonly Row[]>();
  const [allowed, setAllowed] = useState({ start: FOLDED_BY_ITSELF, end: FOLDED_BY_ITSELF });
  const folded = useMemo(
    () => foldRuns(foldBlocked(rows, { blocked, open, keys: blockedKeys }), { open, keys }),
    [rows, blocked, open, keys, blockedKeys],
  );
  const isFull = {
    start: hasMore.start && foldedNear(folded, 'start') >= allowed.start,
    end: hasMore.end && foldedNear(folded, 'end') >= allowed.end,
  };
  const all = useMemo(
    () => [...moreAt('start', isFull.start), ...folded, ...moreAt('end', isFull.end)],
    [folded, isFull.start, isFull.end],
  );
  return {
    rows: all,
    mayFetch: (edge) => !isFull[edge],
    isToggled: toggledRows === rows,
    onToggle: useCallback(
      (messages) => {
        setOpen((before) => toggled(before, messages));
        setToggledRows(rows);
      },
      [rows],
    ),
    onMore: useCallback(
      (edge) => setAllowed((before) => ({ ...before, [edge]: before[edge] + FOLDED_BY_PRESS })),
      [],
    ),
  };
}

function moreAt(edge: Edge, isFull: boolean): Row[] {
  return isFull ? [{ kind: 'more', key: `more:${edge}`, edge }] : [];
}
