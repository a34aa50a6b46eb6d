import { directGroupId } from '../../schema/ids.ts';
import type { MemberItem, MessageItem } from '../../schema/items.ts';
import { groupKey, inboxKey, memberKey } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { UnprocessableError } from '../errors.ts';
import { requireMember } from './membership.ts';
import { type Draft, newTextMessage, ownAttempt } from './message-log.ts';
import { preview } from './summaries.ts';

/** What a person wants said, without where. */
export type Send = Omit<Draft, 'groupId'>;

/**
 * Sends to a group the sender is a member of. 1 W + 1 R when the client is at the tail.
 * @throws NotFoundError for a group that does not exist or is not the sender's; and what `MessageLog.append` throws.
 */
export async function sendToGroup(context: Context, groupId: string, send: Send): Promise<MessageItem> {
  const members = await context.members.list(groupId);
  // A member who is removed between this read and the put was one when the request came: their message is the last.
  requireMember(members, send.userId);
  return appendTo(context, groupId, members, send);
}

/**
 * Sends to a person by handle: opens the pair's direct group with this message, or sends to the one there is.
 * @throws UnprocessableError for an unknown handle, the sender's own, or an `after_seq` where there is no log yet.
 */
export async function sendToHandle(context: Context, handle: string, send: Send): Promise<MessageItem> {
  const peer = await context.profiles.findByHandle(handle, 'strong');
  if (!peer) throw new UnprocessableError([{ code: 'user_reciever_handle_unknown', field: 'handle' }]);
  if (peer.user_uuid === send.userId) {
    throw new UnprocessableError([{ code: 'user_reciever_handle_self', field: 'handle' }]);
  }
  const groupId = directGroupId(send.userId, peer.user_uuid);
  const members = await context.members.list(groupId);
  if (members.length > 0) return appendTo(context, groupId, members, send);
  return openDirectGroup(context, { ...send, groupId }, peer.user_uuid);
}

/** The members' summaries tell of seqs that exist; the highest is where a put has the best chance. */
async function appendTo(
  context: Context,
  groupId: string,
  members: readonly MemberItem[],
  send: Send,
): Promise<MessageItem> {
  const knownSeq = Math.max(...members.map((member) => member.last_seq));
  const [since] = members.map((member) => member.joined_at).sort();
  return context.log.append({ ...send, groupId }, knownSeq, since);
}

/**
 * Opens a direct group with its first message, in one transaction. Both people may do so at once, or the answer of an
 * own attempt may have been lost: the group's id is the same for the pair, so one transaction wins, and whoever comes
 * later finds the first message: their own attempt's, or one to send behind.
 */
async function openDirectGroup(context: Context, draft: Draft, peerId: string): Promise<MessageItem> {
  if (draft.afterSeq !== undefined) {
    throw new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);
  }
  const { groupId, userId } = draft;
  const createdAt = context.clock();
  const message = newTextMessage({ ...draft, seq: 1, messageId: context.newId(), createdAt });
  const outcome = await context.groups.open({
    group: {
      ...groupKey(groupId),
      kind: 'direct',
      created_by: userId,
      created_at: message.created_at,
      member_count: 2,
    },
    members: [
      { ...directMember(groupId, userId, peerId, message), read_seq: message.seq },
      { ...directMember(groupId, peerId, userId, message), read_seq: 0 },
    ],
    firstMessage: message,
  });
  if (outcome.opened) return message;
  const { firstMessage } = outcome;
  const own = ownAttempt(firstMessage, draft, message.message_uuid);
  return own ?? context.log.append(draft, 1, firstMessage?.created_at);
}

/** A direct group's member: their summary shows the first message already, so the stream has nothing to write. */
function directMember(
  groupId: string,
  userId: string,
  peer: string,
  first: MessageItem,
): Omit<MemberItem, 'read_seq'> {
  return {
    ...memberKey(groupId, userId),
    ...inboxKey(userId, first.created_at, groupId),
    role: 'member',
    joined_at: first.created_at,
    joined_seq: first.seq,
    last_seq: first.seq,
    last_rev: first.rev,
    last_at: first.created_at,
    last_by: first.user_uuid,
    preview: preview(first),
    peer,
  };
}
