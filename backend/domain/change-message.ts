import { ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readAccess } from './membership.ts';
import type { Message } from './model.ts';
import { mayDeleteAnothers, requireUnblocked } from './policies.ts';
import { publishMessage } from './publish-changes.ts';
import { resolveMentions } from './resolve-mentions.ts';

/** The message that is changed, and the user who changes it. */
export interface MessageChange {
  readonly groupId: string;
  readonly seq: number;
  readonly userId: string;
}

type Needs = AccessNeeds & Pick<Dependencies, 'revisions' | 'events' | 'codec' | 'clock'>;
type EditNeeds = Needs & Pick<Dependencies, 'profiles'>;

/*
 * Between the read of the access and the update, the user may be removed or lose the admin role: the role at the time
 * of the request decides. Between two changes of one message the condition decides, and each has a rev of its own; the
 * second one sees what the first one stored. Previews and unread counts follow by the stream.
 */

/**
 * Gives the user's own message another text. The same text changes nothing, and no rev. 1 W for each KB, and 1 R, 2 R
 * in a named group; with encryption 1 R more for each 4 KB. With mentions, before or after it, the message is read first, and 2 W
 * for each KB and for each mention that is added or removed.
 * @throws NotFoundError for a user who is not a member, and for a seq that the log does not have; ForbiddenError
 * `message_not_own`, and where one of a pair blocks the other; UnprocessableError `message_deleted`, `message_is_system`; BusyError, TextKeysUnavailableError.
 */
export async function editMessage(
  needs: EditNeeds,
  { groupId, seq, userId }: MessageChange,
  text: string,
): Promise<Message> {
  const access = await readAccess(needs, groupId, userId);
  requireUnblocked(access.own);
  const mentions = await resolveMentions(needs, access, text);
  const edit = { userId, text, mentions, editedAt: needs.clock().toISOString() };
  const { changed, message } = await needs.revisions.edit(groupId, seq, edit);
  if (changed) {
    publishMessage(needs, access, message);
    return message;
  }
  const existing = requireText(message);
  if (existing.user_uuid !== userId) throw new ForbiddenError('message_not_own');
  if (existing.deleted_at !== undefined) throw new UnprocessableError([{ code: 'message_deleted' }]);
  return existing;
}

/**
 * Deletes a message: the user's own, or any message for those who may. A message that is deleted already stays the same
 * tombstone. 1 W for each KB, and 1 R, 2 R in a named group.
 * @throws NotFoundError for a user who is not a member, and for a seq that the log does not have; ForbiddenError
 * `message_not_own`; UnprocessableError `message_is_system`.
 */
export async function deleteMessage(needs: Needs, { groupId, seq, userId }: MessageChange): Promise<Message> {
  const access = await readAccess(needs, groupId, userId);
  const anyones = mayDeleteAnothers(access.own);
  const deletion = { userId, anyones, deletedAt: needs.clock().toISOString() };
  const { changed, message } = await needs.revisions.delete(groupId, seq, deletion);
  if (changed) {
    publishMessage(needs, access, message);
    return message;
  }
  const existing = requireText(message);
  if (existing.user_uuid !== userId && !anyones) throw new ForbiddenError('message_not_own');
  return existing;
}

/** @throws NotFoundError where there is no message, UnprocessableError for a system message. */
function requireText(message: Message | undefined): Message {
  if (!message) throw new NotFoundError();
  if (message.kind === 'system') throw new UnprocessableError([{ code: 'message_is_system' }]);
  return message;
}
