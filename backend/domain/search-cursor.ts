import { encodeCursor, PART_SEPARATOR } from '../../schema/cursors.ts';
import type { InboxPosition } from './inbox-order.ts';
import { inboxPositionOf, partsOfInbox } from './inbox-cursor.ts';
import { pageStart } from './page-start.ts';

/** How far a search of all of a user's groups has come: see `searchGroups`. */
export interface SearchPlace {
  /** 0, 1, 2 … */
  readonly round: number;
  /** When the round began, as an ISO time. */
  readonly began: string;
  /** The round is at the groups that were active since it began. */
  readonly isAgain: boolean;
  /** Some group has messages for the next round. */
  readonly isDeeper: boolean;
  /** The group that is being looked at, and up to which seq nothing was looked at yet. */
  readonly within?: { readonly groupId: string; readonly to: number };
  /** After which groups of the inbox the round goes on. `end`: after the last one. */
  readonly position: InboxPosition | 'end';
}

const FLAGS = { isAgain: 'a', isDeeper: 'd', end: 'e' } as const;

const scopeOf = (userId: string, words: readonly string[]) => ['search', userId, words.join(' ')] as const;

/**
 * The place that a cursor of a user's search for these words names; undefined without a cursor.
 * @throws BadRequestError `cursor_invalid`.
 */
export function searchPlaceIn(
  userId: string,
  words: readonly string[],
  cursor: string | undefined,
): SearchPlace | undefined {
  const place = pageStart(scopeOf(userId, words), cursor);
  if (place === undefined) return undefined;
  const [round, began = '', flags = '', groupId = '', to, ...inbox] = place.split(PART_SEPARATOR);
  return {
    round: Number(round),
    began,
    isAgain: flags.includes(FLAGS.isAgain),
    isDeeper: flags.includes(FLAGS.isDeeper),
    ...(groupId !== '' && { within: { groupId, to: Number(to) } }),
    position: flags.includes(FLAGS.end) ? 'end' : inboxPositionOf(inbox),
  };
}

export function cursorOfSearch(userId: string, words: readonly string[], place: SearchPlace): string {
  const { round, began, isAgain, isDeeper, within, position } = place;
  const flags = [
    isAgain ? FLAGS.isAgain : '',
    isDeeper ? FLAGS.isDeeper : '',
    position === 'end' ? FLAGS.end : '',
  ].join('');
  const parts = [
    ...[round, began, flags, within?.groupId ?? '', within?.to ?? ''],
    ...partsOfInbox(position === 'end' ? {} : position),
  ];
  return encodeCursor(scopeOf(userId, words), parts.join(PART_SEPARATOR));
}
