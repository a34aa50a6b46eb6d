import { directGroupId } from '../../schema/ids.ts';
import type { MemberItem, MessageItem } from '../../schema/items.ts';
import { groupKey } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { UnprocessableError } from '../errors.ts';
import { openMessage, type OpenMessage, sealMessage } from '../texts/texts.ts';
import { announceGroup, announceMessage } from './announce.ts';
import { memberSince, presentSince } from './membership.ts';
import { type Draft, newTextMessage, ownAttempt } from './message-log.ts';
import { requireMember } from './policies.ts';

/** What a person wants said, without where. */
export type Send = Omit<Draft, 'groupId'>;

/**
 * Sends to a group the sender is a member of. 1 W + 1 R when the client is at the tail.
 * @throws NotFoundError for a group that does not exist or is not the sender's; and what `MessageLog.append` throws.
 */
export async function sendToGroup(context: Context, groupId: string, send: Send): Promise<OpenMessage> {
  const epoch = context.log.epoch(groupId);
  const members = await context.members.list(groupId);
  return appendTo(context, { groupId, members, epoch }, send);
}

/**
 * Sends to a person by handle: opens the pair's direct group with this message, or sends to the one there is.
 * @throws UnprocessableError for an unknown handle, the sender's own, or an `after_seq` where there is no log yet.
 */
export async function sendToHandle(context: Context, handle: string, send: Send): Promise<OpenMessage> {
  const peer = await context.profiles.findByHandle(handle, 'strong');
  if (!peer) throw new UnprocessableError([{ code: 'user_reciever_handle_unknown', field: 'handle' }]);
  if (peer.user_uuid === send.userId) {
    throw new UnprocessableError([{ code: 'user_reciever_handle_self', field: 'handle' }]);
  }
  const groupId = directGroupId(send.userId, peer.user_uuid);
  const epoch = context.log.epoch(groupId);
  const members = await context.members.list(groupId);
  if (members.length > 0) return appendTo(context, { groupId, members, epoch }, send);
  return openDirectGroup(context, { ...send, groupId }, peer.user_uuid);
}

/** A group's members as they were read, and the log's epoch before that. */
interface Read {
  readonly groupId: string;
  readonly members: readonly MemberItem[];
  readonly epoch: number | undefined;
}

async function appendTo(
  context: Context,
  { groupId, members: read, epoch }: Read,
  send: Send,
): Promise<OpenMessage> {
  let members = read;
  const sender = requireMember(members, send.userId);
  const authorise = async () => {
    members = await context.members.list(groupId);
    requireMember(members, send.userId);
  };
  const message = await context.log.append(
    { ...send, groupId },
    {
      // The members' summaries tell of seqs that exist; the highest is where a put has the best chance.
      knownSeq: Math.max(...members.map((member) => member.last_seq)),
      since: presentSince(members),
      epoch,
      // Two people who talk stay the two who talk.
      ...(sender.peer === undefined && { authorise }),
    },
  );
  return announced(context, members, message);
}

function announced(
  context: Context,
  members: readonly MemberItem[],
  message: MessageItem,
): Promise<OpenMessage> {
  announceMessage(context, members, message);
  return openMessage(context.texts, message);
}

/**
 * Opens a direct group with its first message, in one transaction. Both people may do so at once, or the answer of an
 * own attempt may have been lost: the group's id is the same for the pair, so one transaction wins, and whoever comes
 * later finds the first message: their own attempt's, or one to send behind.
 */
async function openDirectGroup(context: Context, draft: Draft, peerId: string): Promise<OpenMessage> {
  if (draft.afterSeq !== undefined) {
    throw new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);
  }
  const { groupId, userId } = draft;
  const createdAt = context.clock();
  const message = await sealMessage(
    context.texts,
    newTextMessage({ ...draft, seq: 1, messageId: context.newId(), createdAt }),
  );
  const group = {
    ...groupKey(groupId),
    kind: 'direct' as const,
    created_by: userId,
    created_at: message.created_at,
    member_count: 2,
  };
  const members = [
    memberSince(message, { userId, peer: peerId, role: 'member' }),
    memberSince(message, { userId: peerId, peer: userId, role: 'member', readSeq: 0 }),
  ];
  const outcome = await context.groups.open({ group, members, firstMessage: message });
  if (outcome.opened) {
    announceGroup(context, { group, members, message });
    return openMessage(context.texts, message);
  }
  const { firstMessage } = outcome;
  const own = await ownAttempt(context.texts, firstMessage, draft, message.message_uuid);
  if (own) return openMessage(context.texts, own);
  const since = firstMessage?.created_at;
  const later = await context.log.append(draft, { knownSeq: 1, ...(since !== undefined && { since }) });
  return announced(context, members, later);
}
