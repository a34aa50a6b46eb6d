import type { Mentions } from '../table/mention-store.ts';
import type { Draft } from './drafts.ts';
import type { Message, Tail } from './model.ts';

/** A message that is about to be stored: its place in the log, its author and its time. */
export interface NewMessage {
  readonly groupId: string;
  readonly userId: string;
  readonly clientKey?: string | undefined;
  /** Seq of the message that it replies to. */
  readonly replyTo?: number | undefined;
  /** The message that it comes right after. */
  readonly tail: Tail;
  readonly messageId: string;
  readonly createdAt: Date;
}

/** Messages that this process made, as opposed to those that it read. */
const made = new WeakSet<Message>();

/** Whether a send made and stored this very message, and did not find it as that of an earlier attempt. */
export const isNewMessage = (message: Message): boolean => made.has(message);

/** A new message that a user wrote. */
export function newTextMessage({
  text,
  data,
  mentions,
  attachments,
  ...message
}: NewMessage & Pick<Draft, 'text' | 'data' | 'mentions' | 'attachments'>): Message {
  const own = data === undefined ? undefined : { data };
  const files = attachments && { attachments };
  const content = { kind: 'text' as const, message: text, n: message.tail.n + 1 };
  return newMessage(message, { ...content, ...mentions, ...own, ...files });
}

/** A new message about a change of the group. It is no text, and does not count among them. */
export function newSystemMessage({
  event,
  ...message
}: NewMessage & { readonly event: NonNullable<Message['event']> }): Message {
  return newMessage(message, { kind: 'system', message: null, event, n: message.tail.n });
}

function newMessage(
  { groupId, userId, clientKey, replyTo, tail, messageId, createdAt }: NewMessage,
  content: Pick<Message, 'kind' | 'message' | 'event' | 'data' | 'attachments' | 'n'> & Mentions,
): Message {
  const message = {
    groupId,
    seq: tail.seq + 1,
    rev: 0,
    message_uuid: messageId,
    user_uuid: userId,
    ...content,
    ...(clientKey !== undefined && { client_key: clientKey }),
    ...(replyTo !== undefined && { reply_to: replyTo }),
    created_at: createdAt.toISOString(),
  };
  made.add(message);
  return message;
}
