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
  const [below = '', until = '', direct = '', named = ''] =
    pageStart(scopeOf(list, userId), cursor)?.split(PART_SEPARATOR) ?? [];
  return {
    ...(below !== '' && { below }),
    ...(until !== '' && { until }),
    ...(direct !== '' && { direct }),
    ...(named !== '' && { named }),
  };
}

export function cursorOfInbox(userId: string, list: InboxList, position: InboxPosition): string {
  const { below = '', until = '', direct = '', named = '' } = position;
  // The top of the inbox is what an absent part means.
  const parts = [below, until, direct, named].map((part) => (part === TOP ? '' : part));
  return encodeCursor(scopeOf(list, userId), parts.join(PART_SEPARATOR));
}
