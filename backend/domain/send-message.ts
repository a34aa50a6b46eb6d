import { directGroupId } from '../../schema/ids.ts';
import { ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import { type Draft, ownAttempt } from './drafts.ts';
import { type AccessNeeds, directMemberSince, repairPair } from './membership.ts';
import { replyUnknown, type Snapshot } from './message-log.ts';
import type { Message } from './model.ts';
import { newTextMessage } from './new-message.ts';
import { requireUnblocked } from './policies.ts';
import { resolveMentions, resolveMentionsOfPair } from './resolve-mentions.ts';
import { publishMembers, publishMessage } from './publish-changes.ts';

/** What a user wants to send, without where. */
export type Send = Omit<Draft, 'groupId' | 'mentions'>;

type Needs = AccessNeeds & Pick<Dependencies, 'log' | 'profiles' | 'events' | 'codec' | 'clock' | 'newId'>;

/**
 * Sends to a group that the sender is a member of. 1 W + 1 R to a direct group, 1 W + 2 R to a named one of any size,
 * where this process sent the newest message; with mentions what `resolveMentions` reads, and 2 W for each item.
 * @throws NotFoundError for a group that does not exist or that the sender is not in; ForbiddenError where one of a pair blocks
 * the other; and what `MessageLog.append` throws.
 */
export async function sendToGroup(needs: Needs, groupId: string, send: Send): Promise<Message> {
  return append(needs, await needs.log.readAccess(groupId, send.userId), { ...send, groupId });
}

/**
 * Sends to a user by handle: opens the pair's direct group with this message, or sends to the existing one.
 * @throws UnprocessableError for an unknown handle, the sender's own, or an `after_seq` above 0 or a reply where there is
 * no log yet.
 */
export async function sendToHandle(needs: Needs, handle: string, send: Send): Promise<Message> {
  const peer = await needs.profiles.findByHandle(handle, 'strong');
  if (!peer) throw new UnprocessableError([{ code: 'user_reciever_handle_unknown', field: 'handle' }]);
  if (peer.userId === send.userId) {
    throw new UnprocessableError([{ code: 'user_reciever_handle_self', field: 'handle' }]);
  }
  const groupId = directGroupId(send.userId, peer.userId);
  const snapshot = await needs.log.readAccess(groupId, send.userId).catch(noGroup);
  const draft = { ...send, groupId };
  return snapshot ? append(needs, snapshot, draft) : openDirectGroup(needs, draft, peer.userId);
}

/** The pair has no conversation yet. Any other failure is thrown on. */
function noGroup(error: unknown): undefined {
  if (!(error instanceof NotFoundError)) throw error;
}

async function append(needs: Needs, snapshot: Snapshot, send: Draft): Promise<Message> {
  requireUnblocked(snapshot.access.own);
  const draft = { ...send, mentions: await resolveMentions(needs, snapshot.access, send.text) };
  const { message, access } = await needs.log.append(snapshot, draft);
  publishMessage(needs, access, message);
  return message;
}

/**
 * Opens a direct group with its first message, in one transaction. Both users may do so at once, or the answer of an own
 * attempt may have been lost: the group's id is the same for the pair, so one transaction wins, and a later one finds the
 * first message: either its own attempt's, or one to send after. Where META exists without any row, which only a damaged
 * table has, the rows are stored again.
 */
async function openDirectGroup(needs: Needs, draft: Draft, peerId: string): Promise<Message> {
  if (draft.afterSeq !== undefined && draft.afterSeq > 0) {
    throw new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);
  }
  if (draft.replyTo !== undefined) throw replyUnknown();
  const { groupId, userId } = draft;
  const messageId = needs.newId();
  const logId = needs.newId();
  const tail = { seq: 0, n: 0 };
  const mentions = await resolveMentionsOfPair(needs, [userId, peerId], draft.text);
  const message = newTextMessage({ ...draft, mentions, tail, messageId, createdAt: needs.clock() });
  const outcome = await needs.groups.open({
    group: {
      groupId,
      kind: 'direct',
      log_id: logId,
      created_by: userId,
      created_at: message.created_at,
      member_count: 2,
      membership_seq: 1,
    },
    members: [
      directMemberSince(message, { userId, peer: peerId, logId }),
      directMemberSince(message, { userId: peerId, peer: userId, logId }),
    ],
    firstMessage: message,
    pair: [userId, peerId],
  });
  if (outcome.opened) {
    publishMembers(needs, message, [userId, peerId]);
    const [own] = outcome.members;
    if (own?.peer !== undefined) publishMessage(needs, { own }, message);
    return message;
  }
  if (outcome.blockedBy !== undefined) {
    throw new ForbiddenError(outcome.blockedBy === 'peer' ? 'recipient_unavailable' : 'recipient_blocked');
  }
  const own = ownAttempt(outcome.firstMessage, draft, messageId);
  if (own) return own;
  const existing = await needs.members.pair(groupId);
  if (existing.length === 0) await repairPair(needs, groupId, [userId, peerId]);
  return append(needs, await needs.log.readAccess(groupId, userId), draft);
}
