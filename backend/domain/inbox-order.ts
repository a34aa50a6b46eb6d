import dayjs from 'dayjs';
import { directInboxSk } from '../../schema/keys.ts';
import type { RowWithGroup } from './inbox-entries.ts';
import { INBOX_WINDOW_H } from './summaries.ts';

/*
 * The order of an inbox: newest activity first. The rows of direct groups are in the index by a time that may be up to one
 * day before their newest message (see summaries.ts). So a page reads rows from there down, and an entry is final when no
 * row that was not read yet can be newer: when it is newer than the lowest place that was read plus one day.
 */

/** Where a page of the inbox continues. Each part is absent where nothing was shown there yet. */
export interface InboxPosition {
  /** The rows of direct groups at or above this place in the index were all shown. */
  readonly below?: string;
  /** The page continues among the direct rows from `below` down to this place, which have no final order. */
  readonly until?: string;
  /** Entries of direct groups with this order key or a higher one were shown. */
  readonly direct?: string;
  /** Entries of named groups with this order key or a higher one were shown. */
  readonly named?: string;
}

/** What was read for a page. */
export interface InboxRead {
  readonly named: readonly RowWithGroup[];
  /** In the order of the index, from the position's place down. */
  readonly direct: readonly RowWithGroup[];
  /** There are no rows of direct groups below these. */
  readonly isExhausted: boolean;
  /** No more rows are read for this page. Never before a window was read to its end. */
  readonly isFull: boolean;
}

export interface InboxSelection {
  readonly shown: readonly RowWithGroup[];
  /** Absent on the last page. */
  readonly next?: InboxPosition;
}

/** Highest place in the index that a direct row can have. */
export const TOP = '~';

/** The place in the index below which the position's direct rows are: a row's order key is never below its place. */
export function startOf({ below = TOP, until, direct = TOP }: InboxPosition): string {
  return until === undefined && direct < below ? direct : below;
}

/**
 * Selects a page of at most `limit` entries; undefined where more rows must be read first.
 *
 * Where as many rows were read as a page may read, and none of their entries is final, the page shows them in their own
 * order, and the next pages show the rest of them before they go on. This happens only to a user with more than 500 direct
 * groups that were active on one day.
 *
 * Entries that are not listed are passed over. Where as many rows were read as a page may read, all of their final entries may
 * be such: then the page is empty, and the next one continues after them.
 */
export function selectPage(
  position: InboxPosition,
  read: InboxRead,
  limit: number,
  isListed: (entry: RowWithGroup) => boolean = () => true,
): InboxSelection | undefined {
  const { until, direct: directShown = TOP, named: namedShown = TOP } = position;
  if (mustReadOn(position, read)) return undefined;
  const left = read.direct.filter(
    (entry) => orderKeyOf(entry) < directShown && (until === undefined || entry.row.inbox_sk >= until),
  );
  const direct = left.filter(isListed);
  const named = read.named.filter((entry) => orderKeyOf(entry) < namedShown && isListed(entry));
  const all = inOrder([...direct, ...named]);
  if (until !== undefined) return inWindow(position, { all, direct, until }, limit);
  const lowest = read.direct.at(-1)?.row.inbox_sk;
  if (read.isExhausted || lowest === undefined) return exact(position, all, limit);
  const bound = dayjs(timeOf(lowest)).add(INBOX_WINDOW_H, 'hour').toISOString();
  const final = all.filter((entry) => orderKeyOf(entry) > `${bound}${TOP}`);
  if (final.length >= limit || (read.isFull && final.length > 0)) {
    return exact(position, final, limit, true);
  }
  if (!read.isFull) return undefined;
  const passed = left.map(orderKeyOf).filter((key) => key > `${bound}${TOP}`);
  const last = passed.sort()[0];
  if (last !== undefined)
    return { shown: [], next: { ...position, direct: last, named: lower(last, namedShown) } };
  return inWindow(position, { all, direct, until: lowest }, limit);
}

/** Whether rows are missing that every page needs: one of a direct group, and a window as a whole. */
function mustReadOn({ until }: InboxPosition, { direct, isExhausted, isFull }: InboxRead): boolean {
  if (isExhausted || isFull) return false;
  const lowest = direct.at(-1)?.row.inbox_sk;
  return lowest === undefined || (until !== undefined && lowest > until);
}

/** A page of entries whose order is final. @param hasMore there are entries after all of these. */
function exact(
  position: InboxPosition,
  entries: readonly RowWithGroup[],
  limit: number,
  hasMore = false,
): InboxSelection {
  const shown = entries.slice(0, limit);
  const last = shown.at(-1);
  if (!last || (!hasMore && entries.length <= limit)) return { shown };
  const key = orderKeyOf(last);
  const { below } = position;
  return {
    shown,
    next: { ...(below !== undefined && { below }), direct: key, named: lower(key, position.named) },
  };
}

/** A page of the entries in a window of the index that is shown as a whole, before anything below it. */
function inWindow(
  position: InboxPosition,
  {
    all,
    direct,
    until,
  }: {
    readonly all: readonly RowWithGroup[];
    readonly direct: readonly RowWithGroup[];
    readonly until: string;
  },
  limit: number,
): InboxSelection {
  const shown = all.slice(0, limit);
  const last = shown.at(-1);
  const key = last && orderKeyOf(last);
  const named = lower(key ?? TOP, position.named);
  const isDone = direct.every((entry) => shown.includes(entry));
  if (isDone) return { shown, next: { below: until, named } };
  return { shown, next: { below: topOf(position, direct), until, direct: key ?? TOP, named } };
}

/**
 * The place below which the window begins. At the top of the inbox it is right above the first row: a row that moves up
 * while the window is shown does not come into it, so the window does not grow.
 */
function topOf(position: InboxPosition, direct: readonly RowWithGroup[]): string {
  const start = startOf(position);
  const first = direct[0]?.row.inbox_sk;
  return start === TOP && first !== undefined ? directInboxSk(timeOf(first), AFTER_ALL_IDS) : start;
}

/** No group has this id: it is higher than any. */
const AFTER_ALL_IDS = 'Z'.repeat(26);

function lower(key: string, other = TOP): string {
  return key < other ? key : other;
}

/** Sorts entries, the highest order key first. Each key is made once: a sort compares an entry several times. */
function inOrder(entries: readonly RowWithGroup[]): RowWithGroup[] {
  const keyed = entries.map((entry) => ({ entry, key: orderKeyOf(entry) }));
  return keyed.sort((one, other) => (one.key < other.key ? 1 : -1)).map(({ entry }) => entry);
}

/** The time of the newest message and the group's id: entries with a higher key come first. */
export function orderKeyOf({ row, group }: RowWithGroup): string {
  const summary = row.peer === undefined ? group : row;
  return `${summary?.last_at ?? ''}#${row.groupId}`;
}

/** The time in a place of the index. */
function timeOf(inboxSk: string): string {
  return inboxSk.slice(0, inboxSk.indexOf('#'));
}
