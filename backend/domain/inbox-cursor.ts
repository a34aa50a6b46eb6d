import { type CursorScope, encodeCursor, PART_SEPARATOR } from '../../schema/cursors.ts';
import { type InboxPosition, TOP } from './inbox-order.ts';
import { pageStart } from './page-start.ts';

/** A part of an inbox that is listed: all groups but archived ones, or only these, or the favourites. */
export type InboxList = 'default' | 'archived' | 'favourites';

function scopeOf(list: InboxList, userId: string): CursorScope {
  return [list === 'default' ? 'inbox' : `inbox: ${list}`, userId];
}

/**
 * The position that a cursor of a user's list names; the start of the list without a cursor.
 * @throws BadRequestError `cursor_invalid`.
 */
export function inboxPositionIn(userId: string, list: InboxList, cursor: string | undefined): InboxPosition {
  return inboxPositionOf(pageStart(scopeOf(list, userId), cursor)?.split(PART_SEPARATOR) ?? []);
}

export function cursorOfInbox(userId: string, list: InboxList, position: InboxPosition): string {
  return encodeCursor(scopeOf(list, userId), partsOfInbox(position).join(PART_SEPARATOR));
}

/** A position of which a cursor has these parts. */
export function inboxPositionOf(parts: readonly string[]): InboxPosition {
  const [below = '', until = '', direct = '', named = ''] = parts;
  return {
    ...(below !== '' && { below }),
    ...(until !== '' && { until }),
    ...(direct !== '' && { direct }),
    ...(named !== '' && { named }),
  };
}

/** The parts of a position in a cursor. */
export function partsOfInbox({ below = '', until = '', direct = '', named = '' }: InboxPosition): string[] {
  // The top of the inbox is what an absent part means.
  return [below, until, direct, named].map((part) => (part === TOP ? '' : part));
}
