import { type AppError, KeyReusedError, UnprocessableError } from '../errors.ts';
import type { Mentions } from '../table/mention-store.ts';
import type { LogEntry, Message, NamedAttachment } from './model.ts';

/** A message on its way into a log. */
export interface Draft {
  readonly groupId: string;
  readonly userId: string;
  /** Trimmed and checked. Empty: it has files. */
  readonly text: string;
  /** The `Idempotency-Key` of the request. */
  readonly clientKey?: string;
  /** The newest seq that the sender holds: any earlier attempt of the same request lies after it. */
  readonly afterSeq?: number;
  /** Seq of the message that it replies to. */
  readonly replyTo?: number;
  /** Own data: a JSON object. */
  readonly data?: string;
  /** Whom the text mentions. */
  readonly mentions?: Mentions;
  /** Ids of the files that the request names. */
  readonly attachmentIds?: readonly string[];
  /** These files, ready to be sent. */
  readonly attachments?: readonly NamedAttachment[];
  /** Why its files cannot be sent: an earlier attempt of the same request may have sent them. */
  readonly refusal?: AppError;
}

/**
 * Recognises messages that an earlier attempt of the draft's request stored: by its sender and their key. The message
 * about a new group carries the key of the request that created the group, which is another request.
 */
export function keyIn(draft: Pick<Draft, 'userId' | 'clientKey'>) {
  return (message: Pick<LogEntry, 'kind' | 'client_key' | 'user_uuid'>): boolean =>
    message.kind === 'text' &&
    draft.clientKey !== undefined &&
    message.client_key === draft.clientKey &&
    message.user_uuid === draft.userId;
}

/**
 * The message at the seq of a put, where it is the sender's own: this very message, because the SDK repeats a put whose
 * answer was lost, or an earlier attempt of the same request. Undefined where it is another.
 * @param messageId of the message that was to be put.
 * @throws KeyReusedError
 */
export function ownAttempt(
  existing: Message | undefined,
  draft: Draft,
  messageId: string,
): Message | undefined {
  if (!existing) return undefined;
  const isOwn = existing.message_uuid === messageId || keyIn(draft)(existing);
  return isOwn ? requireSameRequest(existing, draft) : undefined;
}

/**
 * The message, if it was sent with the draft's text, own data and files, and as the same reply. After an edit that text is not known any more,
 * nor is it where the stored text cannot be decrypted: then the sender and the key decide.
 * @throws KeyReusedError
 */
export function requireSameRequest(message: Message, { text, replyTo, data, attachmentIds }: Draft): Message {
  const isKnown = message.rev === 0 && !message.unreadable;
  const isSame =
    message.message === text &&
    message.reply_to === replyTo &&
    message.data === data &&
    sameFiles(message, attachmentIds);
  if (isKnown && !isSame) throw new KeyReusedError();
  return message;
}

function sameFiles({ attachments = [] }: Message, ids: readonly string[] = []): boolean {
  return attachments.length === ids.length && attachments.every(({ id }, place) => id === ids[place]);
}

/**
 * A file is another user's, was sent already, has expired, or does not exist: one code for all, so that no id can be
 * probed.
 */
export const unknownAttachment = () =>
  new UnprocessableError([{ code: 'attachment_unknown', field: 'attachments' }]);
