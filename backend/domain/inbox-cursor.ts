import { encodeCursor, PART_SEPARATOR } from '../../schema/cursors.ts';
import { type InboxPosition, TOP } from './inbox-order.ts';
import { pageStart } from './page-start.ts';

/**
 * The position that a cursor of a user's inbox names; the start of the inbox without a cursor.
 * @throws BadRequestError `cursor_invalid`.
 */
export function inboxPositionIn(userId: string, cursor: string | undefined): InboxPosition {
  const [below = '', until = '', direct = '', named = ''] =
    pageStart(['inbox', userId], cursor)?.split(PART_SEPARATOR) ?? [];
  return {
    ...(below !== '' && { below }),
    ...(until !== '' && { until }),
    ...(direct !== '' && { direct }),
    ...(named !== '' && { named }),
  };
}

export function cursorOfInbox(userId: string, position: InboxPosition): string {
  const { below = '', until = '', direct = '', named = '' } = position;
  // The top of the inbox is what an absent part means.
  const parts = [below, until, direct, named].map((part) => (part === TOP ? '' : part));
  return encodeCursor(['inbox', userId], parts.join(PART_SEPARATOR));
}
