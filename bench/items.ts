import { messageItemOf } from '../backend/table/items.ts';
import { newTextMessage } from '../backend/domain/new-message.ts';
import { previewOf } from '../schema/preview.ts';
import type { GroupItem, MemberItem, MessageItem, ProfileItem } from '../schema/items.ts';
import { groupKey, inboxKey, type Key, memberKey, profileKey } from '../schema/keys.ts';

/** Any item of the table. */
export type Item = Key & (GroupItem | MemberItem | MessageItem | ProfileItem);

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
  /** The newest seq by the members' rows, if it is not the log's. */
  readonly claimedSeq?: number;
  /** Offset in seconds that separates its times from those of other conversations. */
  readonly offset?: number;
}

/** Yields the items of a conversation as the API and the stream leave them, with nothing read. */
export function* conversation(about: Conversation): Generator<Item> {
  const { groupId, userIds, messages } = about;
  const created_by = userIds[0] ?? '';
  const created_at = timeOf(about.offset ?? 0);
  yield userIds.length === 2
    ? { ...groupKey(groupId), kind: 'direct', created_by, created_at, member_count: 2 }
    : {
        ...groupKey(groupId),
        kind: 'group',
        name: 'Bench',
        created_by,
        created_at,
        member_count: userIds.length,
      };
  const last = messageOf(about, messages);
  for (const userId of userIds) yield member(about, userId, last);
  for (let seq = 1; seq <= messages; seq += 1) yield messageOf(about, seq);
}

function member(
  { groupId, userIds, claimedSeq, offset = 0 }: Conversation,
  userId: string,
  last: MessageItem,
) {
  const peer = userIds.length === 2 ? userIds.find((other) => other !== userId) : undefined;
  const row: MemberItem = {
    ...memberKey(groupId, userId),
    ...inboxKey(userId, last.created_at, groupId),
    role: 'member',
    joined_at: timeOf(offset),
    joined_seq: 1,
    read_seq: 0,
    last_seq: claimedSeq ?? last.seq,
    last_rev: 0,
    last_at: last.created_at,
    last_by: last.user_uuid,
    last_kind: last.kind,
    preview: previewOf(last),
    ...(peer !== undefined && { peer }),
  };
  return row;
}

function messageOf({ groupId, userIds, offset = 0 }: Conversation, seq: number): MessageItem {
  const message = newTextMessage({
    groupId,
    userId: userIds[seq % userIds.length] ?? '',
    text: TEXT,
    seq,
    messageId: String(seq).padStart(26, '0'),
    createdAt: new Date(EPOCH_MS + (offset + seq) * 1_000),
  });
  return messageItemOf(message);
}

/** Returns the time of the newest message of a conversation with one message. */
export const activityOf = (offset: number): string => timeOf(offset + 1);

function timeOf(seconds: number): string {
  return new Date(EPOCH_MS + seconds * 1_000).toISOString();
}
