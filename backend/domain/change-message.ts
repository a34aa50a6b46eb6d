import type { MemberItem, MessageItem } from '../../schema/items.ts';
import type { Context } from '../context.ts';
import { ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import { announceMessage } from './announce.ts';
import { mayDeleteAnothers, requireMember } from './policies.ts';

/** Which message, and who changes it. */
export interface MessagePlace {
  readonly groupId: string;
  readonly seq: number;
  readonly userId: string;
}

/*
 * Between the read of the members and the update, its author may be removed or an admin unmade: who was one when the
 * request came makes the change. Between two changes of one message the condition decides, and each has a rev of its
 * own; whoever comes second sees what the first one made of it. Previews and unread counts follow by the stream.
 */

/**
 * Gives one's own message another text. The same text changes nothing, and no rev. 1 W + 1 R.
 * @throws NotFoundError for who is not a member, and for a seq the log does not have; ForbiddenError `message_not_own`;
 * UnprocessableError `message_deleted`, `message_is_system`.
 */
export async function editMessage(
  context: Context,
  { groupId, seq, userId }: MessagePlace,
  text: string,
): Promise<MessageItem> {
  const members = await context.members.list(groupId);
  requireMember(members, userId);
  const editedAt = context.clock().toISOString();
  const { changed, message } = await context.messages.edit(groupId, seq, { userId, text, editedAt });
  if (changed) return announced(context, members, message);
  const existing = requireText(message);
  if (existing.user_uuid !== userId) throw new ForbiddenError('message_not_own');
  if (existing.deleted_at !== undefined) throw new UnprocessableError([{ code: 'message_deleted' }]);
  return existing;
}

/**
 * Deletes a message: one's own, or anyone's for who may. What is deleted already is answered with the same tombstone.
 * 1 W + 1 R.
 * @throws NotFoundError for who is not a member, and for a seq the log does not have; ForbiddenError `message_not_own`;
 * UnprocessableError `message_is_system`.
 */
export async function deleteMessage(
  context: Context,
  { groupId, seq, userId }: MessagePlace,
): Promise<MessageItem> {
  const members = await context.members.list(groupId);
  const anyones = mayDeleteAnothers(requireMember(members, userId));
  const deletedAt = context.clock().toISOString();
  const { changed, message } = await context.messages.delete(groupId, seq, { userId, anyones, deletedAt });
  if (changed) return announced(context, members, message);
  const existing = requireText(message);
  if (existing.user_uuid !== userId && !anyones) throw new ForbiddenError('message_not_own');
  return existing;
}

function announced(context: Context, members: readonly MemberItem[], message: MessageItem): MessageItem {
  announceMessage(context, members, message);
  return message;
}

/** @throws NotFoundError where there is none, UnprocessableError for a system message. */
function requireText(message: MessageItem | undefined): MessageItem {
  if (!message) throw new NotFoundError();
  if (message.kind === 'system') throw new UnprocessableError([{ code: 'message_is_system' }]);
  return message;
}
