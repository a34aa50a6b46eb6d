import { directMemberSince, namedMemberSince } from '../backend/domain/membership.ts';
import type { Group, Member, Message } from '../backend/domain/model.ts';
import { newTextMessage } from '../backend/domain/new-message.ts';
import { groupItemOf, memberItemOf, messageItemOf, summaryOf } from '../backend/table/items.ts';
import type { GroupItem, MemberItem, MessageItem, ProfileItem } from '../schema/items.ts';
import { directInboxSk, profileKey } from '../schema/keys.ts';

/** Any item of the table. */
export type Item = GroupItem | MemberItem | MessageItem | ProfileItem;

/** A line of an ordinary conversation: the message's item has about 280 bytes. */
export const TEXT =
  'See you at the station at nine, then. I will bring the tickets and the old map, just in case.';

/** Time of the first message; each further one is a second later. */
const EPOCH_MS = Date.UTC(2025, 0, 1);

export function profile(userId: string, name: string): ProfileItem {
  return { ...profileKey(userId), handle: name, display_name: name, created_at: timeOf(0) };
}

export interface Conversation {
  readonly groupId: string;
  /** The authors, in turn. */
  readonly userIds: readonly string[];
  /** Number of messages in its log. */
  readonly messages: number;
  /** The newest seq by its summary, if it is not the log's. */
  readonly claimedSeq?: number;
  /** Offset in seconds that separates its times from those of other conversations. */
  readonly offset?: number;
}

/**
 * Yields the items of a conversation as the API and the stream leave them, with nothing read: of two users a direct group,
 * of more a named one. All its messages are texts.
 */
export function* conversation(about: Conversation): Generator<Item> {
  const { userIds, messages } = about;
  const [first, last] = [messageOf(about, 1), messageOf(about, messages)];
  const claimed = about.claimedSeq ?? last.seq;
  const summary = { ...summaryOf(last), last_seq: claimed, last_n: claimed };
  yield groupItemOf(groupOf(about, first, summary));
  for (const userId of userIds) yield memberItemOf(memberOf(about, userId, first, summary));
  for (let seq = 1; seq <= messages; seq += 1) yield messageItemOf(messageOf(about, seq));
}

/** The first message of a conversation. */
export const firstMessageOf = (about: Conversation): Message => messageOf(about, 1);

type Summary = ReturnType<typeof summaryOf>;

function groupOf({ groupId, userIds }: Conversation, first: Message, summary: Summary): Group {
  const group = {
    groupId,
    log_id: groupId,
    created_by: first.user_uuid,
    created_at: first.created_at,
    member_count: userIds.length,
    membership_seq: first.seq,
  };
  return userIds.length === 2
    ? { ...group, kind: 'direct' }
    : { ...group, kind: 'group', name: 'Bench', ...summary };
}

function memberOf(
  { groupId, userIds }: Conversation,
  userId: string,
  first: Message,
  summary: Summary,
): Member {
  const unread = { read_seq: 0, read_n: 0 };
  const peer = userIds.length === 2 ? userIds.find((other) => other !== userId) : undefined;
  if (peer === undefined) {
    return { ...namedMemberSince(first, { userId, role: 'member', logId: groupId }), ...unread };
  }
  const row = directMemberSince(first, { userId, peer, logId: groupId });
  if (row.peer === undefined) throw new TypeError('a row of a direct group names the other user');
  return { ...row, ...summary, ...unread, inbox_sk: directInboxSk(summary.last_at, groupId) };
}

function messageOf({ groupId, userIds, offset = 0 }: Conversation, seq: number): Message {
  return newTextMessage({
    groupId,
    userId: userIds[seq % userIds.length] ?? '',
    text: TEXT,
    tail: { seq: seq - 1, n: seq - 1 },
    messageId: String(seq).padStart(26, '0'),
    createdAt: new Date(EPOCH_MS + (offset + seq) * 1_000),
  });
}

/** Returns the time of the newest message of a conversation with one message. */
export const activityOf = (offset: number): string => timeOf(offset + 1);

function timeOf(seconds: number): string {
  return new Date(EPOCH_MS + seconds * 1_000).toISOString();
}
