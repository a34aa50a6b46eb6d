import { directGroupId } from '../../schema/ids.ts';
import { UnprocessableError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import { memberSince } from './membership.ts';
import { type Draft, type MembersSnapshot, ownAttempt } from './message-log.ts';
import type { Message } from './model.ts';
import { newTextMessage } from './new-message.ts';
import { publishGroup, publishMessage } from './publish-changes.ts';

/** What a user wants to send, without where. */
export type Send = Omit<Draft, 'groupId'>;

type Needs = Pick<Dependencies, 'log' | 'groups' | 'profiles' | 'events' | 'codec' | 'clock' | 'newId'>;

/**
 * Sends to a group that the sender is a member of. 1 W + 1 R when the client is at the tail.
 * @throws NotFoundError for a group that does not exist or that the sender is not in; and what `MessageLog.append` throws.
 */
export async function sendToGroup(needs: Needs, groupId: string, send: Send): Promise<Message> {
  return append(needs, await needs.log.readMembers(groupId), { ...send, groupId });
}

/**
 * Sends to a user by handle: opens the pair's direct group with this message, or sends to the existing one.
 * @throws UnprocessableError for an unknown handle, the sender's own, or an `after_seq` where there is no log yet.
 */
export async function sendToHandle(needs: Needs, handle: string, send: Send): Promise<Message> {
  const peer = await needs.profiles.findByHandle(handle, 'strong');
  if (!peer) throw new UnprocessableError([{ code: 'user_reciever_handle_unknown', field: 'handle' }]);
  if (peer.userId === send.userId) {
    throw new UnprocessableError([{ code: 'user_reciever_handle_self', field: 'handle' }]);
  }
  const groupId = directGroupId(send.userId, peer.userId);
  const snapshot = await needs.log.readMembers(groupId);
  const draft = { ...send, groupId };
  return snapshot.members.length > 0
    ? append(needs, snapshot, draft)
    : openDirectGroup(needs, draft, peer.userId);
}

async function append(needs: Needs, snapshot: MembersSnapshot, draft: Draft): Promise<Message> {
  const { message, members } = await needs.log.append(snapshot, draft);
  publishMessage(needs, members, message);
  return message;
}

/**
 * Opens a direct group with its first message, in one transaction. Both users may do so at once, or the answer of an own
 * attempt may have been lost: the group's id is the same for the pair, so one transaction wins, and a later one finds the
 * first message: either its own attempt's, or one to send after.
 */
async function openDirectGroup(needs: Needs, draft: Draft, peerId: string): Promise<Message> {
  if (draft.afterSeq !== undefined) {
    throw new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);
  }
  const { groupId, userId } = draft;
  const messageId = needs.newId();
  const message = newTextMessage({ ...draft, seq: 1, messageId, createdAt: needs.clock() });
  const group = {
    groupId,
    kind: 'direct' as const,
    created_by: userId,
    created_at: message.created_at,
    member_count: 2,
  };
  const outcome = await needs.groups.open({
    group,
    members: [
      memberSince(message, { userId, peer: peerId, role: 'member' }),
      memberSince(message, { userId: peerId, peer: userId, role: 'member', readSeq: 0 }),
    ],
    firstMessage: message,
  });
  if (outcome.opened) {
    publishGroup(needs, { group, members: outcome.members, entry: needs.codec.entryOf(message) });
    return message;
  }
  const own = ownAttempt(outcome.firstMessage, draft, messageId);
  return own ?? append(needs, await needs.log.readMembers(groupId), draft);
}
