import type { MemberItem, MessageItem } from '../../schema/items.ts';
import type { Context } from '../context.ts';
import { BusyError, ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import type { ChangeOutcome } from '../table/message-store.ts';
import { openMessage, type OpenMessage } from '../texts/texts.ts';
import { announceMessage } from './announce.ts';
import { mayDeleteAnothers, requireMember } from './policies.ts';

/** Which message, and who changes it. */
export interface MessagePlace {
  readonly groupId: string;
  readonly seq: number;
  readonly userId: string;
}

/** How often a message that somebody else changes meanwhile is looked at again. */
const MAX_ATTEMPTS = 10;

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
): Promise<OpenMessage> {
  const members = await context.members.list(groupId);
  requireMember(members, userId);
  const edit = { userId, text, editedAt: context.clock().toISOString() };
  const { changed, message } = context.texts.haveKeys
    ? await editSealed(context, { groupId, seq }, edit)
    : await context.messages.edit(groupId, seq, edit);
  if (changed) return announced(context, members, message);
  const existing = requireText(message);
  if (existing.user_uuid !== userId) throw new ForbiddenError('message_not_own');
  if (existing.deleted_at !== undefined) throw new UnprocessableError([{ code: 'message_deleted' }]);
  return openMessage(context.texts, existing);
}

/** An edit that is asked for. */
interface Edit {
  readonly userId: string;
  readonly text: string;
  readonly editedAt: string;
}

/**
 * The same where texts are sealed: no condition can say whether the stored one is another, so the message is read and
 * opened before, and changed if it still has the rev that was seen. Another edit in between, or the deletion, fails the
 * condition, and the message as it is then is looked at in its turn. 1 R more for each 4 KB.
 * @throws TextKeysUnavailableError before anything is stored; BusyError where the message keeps changing.
 */
async function editSealed(
  { texts, messages }: Context,
  { groupId, seq }: Omit<MessagePlace, 'userId'>,
  { userId, text, editedAt }: Edit,
): Promise<ChangeOutcome> {
  let existing = await messages.find(groupId, seq);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (!existing || !isLiveTextOf(existing, userId)) return { changed: false, message: existing };
    const { message: stored, unreadable } = await openMessage(texts, existing);
    if (!unreadable && stored === text) return { changed: false, message: existing };
    const sealed = await texts.seal(existing, text);
    const { message: now, preview } = sealed;
    const edit = { userId, text: now, ...(preview && { preview }), editedAt, seenRev: existing.rev };
    const outcome = await messages.edit(groupId, seq, edit);
    // The very bytes that were sealed here need not be opened again.
    if (outcome.changed) return { changed: true, message: { ...outcome.message, ...sealed } };
    existing = outcome.message;
  }
  throw new BusyError('This message changes faster than it can be written.');
}

function isLiveTextOf(
  { kind, user_uuid: author, deleted_at: deleted }: MessageItem,
  userId: string,
): boolean {
  return kind === 'text' && author === userId && deleted === undefined;
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
): Promise<OpenMessage> {
  const members = await context.members.list(groupId);
  const anyones = mayDeleteAnothers(requireMember(members, userId));
  const deletedAt = context.clock().toISOString();
  const { changed, message } = await context.messages.delete(groupId, seq, { userId, anyones, deletedAt });
  if (changed) return announced(context, members, message);
  const existing = requireText(message);
  if (existing.user_uuid !== userId && !anyones) throw new ForbiddenError('message_not_own');
  return openMessage(context.texts, existing);
}

function announced(
  context: Context,
  members: readonly MemberItem[],
  message: MessageItem,
): Promise<OpenMessage> {
  announceMessage(context, members, message);
  return openMessage(context.texts, message);
}

/** @throws NotFoundError where there is none, UnprocessableError for a system message. */
function requireText(message: MessageItem | undefined): MessageItem {
  if (!message) throw new NotFoundError();
  if (message.kind === 'system') throw new UnprocessableError([{ code: 'message_is_system' }]);
  return message;
}
