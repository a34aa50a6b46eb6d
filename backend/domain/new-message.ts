import type { Message } from './model.ts';

/** A message that is about to be stored: its place in the log, its author and its time. */
export interface NewMessage {
  readonly groupId: string;
  readonly userId: string;
  readonly clientKey?: string | undefined;
  readonly seq: number;
  readonly messageId: string;
  readonly createdAt: Date;
}

/** A new message with this content. */
export function newMessage(
  { groupId, userId, clientKey, seq, messageId, createdAt }: NewMessage,
  content: Pick<Message, 'kind' | 'message' | 'data'>,
): Message {
  return {
    groupId,
    seq,
    rev: 0,
    message_uuid: messageId,
    user_uuid: userId,
    ...content,
    ...(clientKey !== undefined && { client_key: clientKey }),
    created_at: createdAt.toISOString(),
  };
}

/** A new message that a user wrote. */
export function newTextMessage({ text, ...message }: NewMessage & { readonly text: string }): Message {
  return newMessage(message, { kind: 'text', message: text });
}
