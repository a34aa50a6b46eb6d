import { directGroupId } from '../../schema/ids.ts';
import { type AppError, ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import { type Draft, ownAttempt, unknownAttachment } from './drafts.ts';
import { type AccessNeeds, directMemberSince, repairPair } from './membership.ts';
import { type Appended, replyUnknown, type Snapshot } from './message-log.ts';
import type { Message } from './model.ts';
import { newTextMessage } from './new-message.ts';
import { requireUnblocked } from './policies.ts';
import { resolveMentions, resolveMentionsOfPair } from './resolve-mentions.ts';
import { publishMembers, publishMessage } from './publish-changes.ts';
import { discardFiles, takeFiles } from './uploads.ts';

/** What a user wants to send, without where. */
export type Send = Omit<Draft, 'groupId' | 'mentions' | 'attachments' | 'refusal'>;

type Needs = AccessNeeds &
  Pick<Dependencies, 'log' | 'profiles' | 'events' | 'codec' | 'clock' | 'newId' | 'uploads' | 'fileStore'>;

/**
 * Sends to a group that the sender is a member of. 1 W + 1 R to a direct group, 1 W + 2 R to a named one of any size,
 * where this process sent the newest message; with mentions what `resolveMentions` reads, and 2 W for each item; with files
 * what `takeFiles` reads, and 2 W for each file.
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
  const [mentions, files] = await Promise.all([
    resolveMentions(needs, snapshot.access, send.text),
    filesOf(needs, send),
  ]);
  const draft = { ...send, mentions, ...files };
  const { message, access } = await discardingUnused(needs, draft, () => needs.log.append(snapshot, draft));
  publishMessage(needs, access, message);
  return message;
}

/** The draft's files, ready to be sent, if it names any. */
async function filesOf(needs: Needs, draft: Draft): Promise<Pick<Draft, 'attachments' | 'refusal'>> {
  const { userId, attachmentIds, attachments } = draft;
  return attachmentIds === undefined || attachments ? {} : takeFiles(needs, userId, attachmentIds);
}

/**
 * Deletes what was copied for a draft of which it is certain that it was not stored: an earlier attempt was found, or it was
 * refused. After any other failure it may have been stored: a sweep finds out.
 */
async function discardingUnused(
  needs: Needs,
  draft: Draft,
  write: () => Promise<Appended>,
): Promise<Appended> {
  const { attachments } = draft;
  if (!attachments) return write();
  try {
    const appended = await write();
    if (!isSentWith(appended.message, draft)) await discardFiles(needs, attachments);
    return appended;
  } catch (error) {
    if (error instanceof UnprocessableError) await discardFiles(needs, attachments);
    throw error;
  }
}

/**
 * Opens a direct group with its first message, in one transaction. Both users may do so at once, or the answer of an own
 * attempt may have been lost: the group's id is the same for the pair, so one transaction wins, and a later one finds the
 * first message: either its own attempt's, or one to send after. Where META exists without any row, which only a damaged
 * table has, the rows are stored again.
 */
async function openDirectGroup(needs: Needs, wanted: Draft, peerId: string): Promise<Message> {
  const { afterSeq = 0 } = wanted;
  if (afterSeq > 0) {
    throw new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);
  }
  if (wanted.replyTo !== undefined) throw replyUnknown();
  const files = await filesOf(needs, wanted);
  if (files.refusal) return sendToOpened(needs, wanted, files.refusal);
  const draft = { ...wanted, ...files };
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
  const { attachments = [] } = draft;
  if (outcome.filesTaken) {
    await discardFiles(needs, attachments);
    return sendToOpened(needs, wanted, unknownAttachment());
  }
  const own = ownAttempt(outcome.firstMessage, draft, messageId);
  if (own) {
    if (!isSentWith(own, draft)) await discardFiles(needs, attachments);
    return own;
  }
  const existing = await needs.members.pair(groupId);
  if (existing.length === 0) await repairPair(needs, groupId, [userId, peerId]);
  return append(needs, await needs.log.readAccess(groupId, userId), draft);
}

/**
 * The files cannot be sent, though the pair had no conversation when the request came: another attempt of it may have opened
 * one with them since. In that case the log has its message.
 * @throws `refusal` where there is still none.
 */
async function sendToOpened(needs: Needs, draft: Draft, refusal: AppError): Promise<Message> {
  const snapshot = await needs.log.readAccess(draft.groupId, draft.userId).catch(noGroup);
  if (!snapshot) throw refusal;
  return append(needs, snapshot, draft);
}

/** Whether a message has the very copies of the draft's files, and not those of another attempt. */
function isSentWith({ attachments: [stored] = [] }: Message, { attachments: [own] = [] }: Draft): boolean {
  return stored?.object === own?.object;
}
