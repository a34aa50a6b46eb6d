import type { MessageItem } from '../../schema/items.ts';
import { messageKey } from '../../schema/keys.ts';

/** A message that is about to be stored: where it stands, whose it is, and when. */
export interface NewMessage {
  readonly groupId: string;
  readonly userId: string;
  readonly clientKey?: string | undefined;
  readonly seq: number;
  readonly messageId: string;
  readonly createdAt: Date;
}

/** The item of a new message, with what it says. */
export function newMessage(
  place: NewMessage,
  content: Pick<MessageItem, 'kind' | 'message' | 'data'>,
): MessageItem {
  return {
    ...messageKey(place.groupId, place.seq),
    seq: place.seq,
    rev: 0,
    message_uuid: place.messageId,
    user_uuid: place.userId,
    ...content,
    ...(place.clientKey !== undefined && { client_key: place.clientKey }),
    created_at: place.createdAt.toISOString(),
  };
}
