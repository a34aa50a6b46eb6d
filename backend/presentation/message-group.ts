import * as z from 'zod';
import { MAX_SHOWN_MENTIONS } from '../../schema/mentions.ts';
import { beginningOf, PREVIEW_CODE_POINTS } from '../../schema/preview.ts';
import type { MarkedRead } from '../domain/mark-read.ts';
import { visibilityOf } from '../domain/membership.ts';
import type { InboxEntry, Member } from '../domain/model.ts';
import type { NameReader } from '../domain/names.ts';
import type { Badge } from '../domain/read-badge.ts';
import { type GroupView, MEMBERS_SHOWN, type MembersPage, showsMarksOf } from '../domain/read-group.ts';
import { settingsOf } from '../domain/settings.ts';
import { JsonText } from '../json-text.ts';
import { systemWords } from '../domain/system-messages.ts';
import { presentUsers, user } from './message.ts';
import {
  count,
  displayName,
  groupId,
  handle,
  ownData,
  readSeq,
  role,
  seq,
  time,
  unreadable,
  userId,
  visibility,
} from './values.ts';

const unread = count.meta({
  description:
    'Number of unread messages: what others wrote after the read mark, without deleted messages and system messages.',
  examples: [1],
});

/** A conversation as one of its members sees it in the inbox. */
export const messageGroup = z
  .object({
    uuid: groupId,
    kind: z
      .enum(['direct', 'group'])
      .meta({ description: '`direct`: exactly two users, one per pair. `group`: named.' }),
    name: z
      .string()
      .nullable()
      .meta({ description: 'Its name; null in a direct group.', examples: [null] }),
    display_name: z
      .string()
      .meta({ description: "Direct: the other user's name. Group: its name.", examples: ['Ada Lovelace'] }),
    handle: handle.nullable().meta({ description: "Direct: the other user's handle. Group: null." }),
    message: z
      .string()
      .nullable()
      .meta({
        description:
          'Beginning of the newest message; null when that is a tombstone. A system message is in English and addresses its reader as "You"; each name in it is enclosed in U+2068 and U+2069, so that it does not change the direction of the sentence.',
        examples: ['Hello Grace!'],
        // In code points, as JSON Schema counts: zod would count UTF-16 units.
        maxLength: PREVIEW_CODE_POINTS,
      }),
    unreadable,
    mentions: z.array(user).meta({
      description: `The first members whom the newest message mentions, at most ${MAX_SHOWN_MENTIONS}, in its order.`,
    }),
    created_at: time.meta({ description: 'The time of the last activity.' }),
    last_seq: seq.meta({ description: 'Seq of the newest message.', examples: [42] }),
    read_seq: readSeq,
    unread_count: unread,
    mention_count: count.meta({
      description:
        'Number of unread messages that mention the caller, by handle or with `@all`; at most 1,000 of each are counted.',
      examples: [0],
    }),
    last_by: userId.meta({ description: "Id of the newest message's author." }),
    last_by_name: displayName
      .exactOptional()
      .meta({ description: "Display name of the newest message's author. Only for a `group`." }),
    last_kind: z.enum(['text', 'system']).meta({
      description:
        "The newest message's kind. `system`: `message` reports a change of the group by `last_by`.",
      examples: ['text'],
    }),
    muted: z.enum(['none', 'all', 'except_mentions']).meta({
      description: "The caller's own setting: of what they want no notifications.",
      examples: ['none'],
    }),
    favourite: z.boolean().meta({ description: "The caller's own setting.", examples: [false] }),
    archived: z.boolean().meta({
      description: "The caller's own setting: not in the list of conversations until the next message.",
      examples: [false],
    }),
    marked_unread: z.boolean().meta({
      description: "The caller's own setting: until they mark something as read, or send a message.",
      examples: [false],
    }),
    member_count: count
      .exactOptional()
      .meta({ description: 'Number of members. Only for a `group`.', examples: [3] }),
    visibility: visibility
      .exactOptional()
      .meta({ description: 'Who can find and join it. Only for a `group`.', examples: ['private'] }),
    data: ownData.exactOptional(),
  })
  .meta({ id: 'MessageGroup', description: 'A conversation, as one of its members sees it.' });
export type MessageGroupAnswer = z.infer<typeof messageGroup>;

export const member = z
  .object({
    user_uuid: userId,
    handle,
    display_name: displayName,
    role,
    read_seq: readSeq.exactOptional().meta({
      description: `Everything up to this seq was read. Only in a group of at most ${MEMBERS_SHOWN} members.`,
      examples: [41],
    }),
    joined_at: time.meta({ description: 'When they became a member.' }),
    joined_seq: seq.meta({
      description:
        'Seq of the message with which they became a member. In a `group` their `read_seq` begins there, and does not cover earlier messages: they have read those from `joined_seq` to `read_seq`.',
      examples: [1],
    }),
  })
  .meta({ id: 'Member', description: "One user's membership of a message group." });
export type MemberAnswer = z.infer<typeof member>;

/** A conversation with its members. */
export const messageGroupWithMembers = messageGroup
  .extend({
    members: z.array(member).meta({
      description: `The first ${MEMBERS_SHOWN} members by user id, and the caller. The list of members has all of them.`,
    }),
  })
  .meta({ id: 'MessageGroupWithMembers', description: 'A conversation with its members.' });
export type GroupAnswer = z.infer<typeof messageGroupWithMembers>;

/** What the caller has not read. */
export const badge = z
  .object({
    message_groups: count.meta({
      description: 'Number of conversations with unread messages, or marked as unread.',
      examples: [2],
    }),
    messages: count.meta({ description: 'Number of unread messages.', examples: [7] }),
    mentions: count.meta({
      description:
        'Number of unread messages that mention the caller, also in conversations that are muted except for mentions.',
      examples: [1],
    }),
  })
  .meta({
    id: 'Badge',
    description: 'What the caller has not read, without muted and archived conversations.',
  });
export type BadgeAnswer = z.infer<typeof badge>;

export function presentBadge({ groups, messages, mentions }: Badge): BadgeAnswer {
  return { message_groups: groups, messages, mentions };
}

/** A member's read mark. */
export const readMark = z
  .object({ uuid: groupId, read_seq: readSeq, unread_count: unread })
  .meta({ id: 'ReadMark', description: 'How far the caller has read.' });
export type ReadMarkAnswer = z.infer<typeof readMark>;

export function presentMessageGroup(entry: InboxEntry, names: NameReader): MessageGroupAnswer {
  const { row, summary, unreadCount, mentionCount, data } = entry;
  return {
    uuid: row.groupId,
    ...presentIdentity(entry, names),
    message: previewFor(entry, names),
    ...(summary.unreadable && { unreadable: summary.unreadable }),
    mentions: presentUsers(summary.last_mentions ?? [], names),
    created_at: summary.last_at,
    last_seq: summary.last_seq,
    read_seq: row.read_seq,
    unread_count: unreadCount,
    mention_count: mentionCount,
    last_by: summary.last_by,
    ...(row.peer === undefined && { last_by_name: names.person(summary.last_by).display_name }),
    last_kind: summary.last_kind,
    ...settingsOf(row, summary),
    ...(data !== undefined && { data: new JsonText(data) }),
  };
}

/** Returns the preview of the newest message for its reader: a system message is worded for them. */
function previewFor({ row, summary: { last_by, preview } }: InboxEntry, names: NameReader): string | null {
  if (preview === null || typeof preview === 'string') return preview;
  const nameOf = (userId: string) => names.person(userId).display_name;
  return beginningOf(systemWords(preview, last_by, { nameOf, readerId: row.userId }));
}

export function presentGroupView({ entry, members, names }: GroupView): GroupAnswer {
  const showsMarks = showsMarksOf(entry);
  return {
    ...presentMessageGroup(entry, names),
    members: members.map((other) => presentMember(other, names, showsMarks)),
  };
}

export function presentMembers({ members, names, showsMarks }: MembersPage): MemberAnswer[] {
  return members.map((row) => presentMember(row, names, showsMarks));
}

export function presentReadMark({ groupId: uuid, read_seq, unreadCount }: MarkedRead): ReadMarkAnswer {
  return { uuid, read_seq, unread_count: unreadCount };
}

function presentMember(row: Member, names: NameReader, showsMarks: boolean): MemberAnswer {
  return {
    user_uuid: row.userId,
    ...names.person(row.userId),
    role: row.role,
    ...(showsMarks && { read_seq: row.read_seq }),
    joined_at: row.joined_at,
    joined_seq: row.joined_seq,
  };
}

function presentIdentity({ row, group }: InboxEntry, names: NameReader) {
  if (row.peer !== undefined) return { kind: 'direct' as const, name: null, ...names.person(row.peer) };
  const { name = '', member_count } = group ?? {};
  return {
    kind: 'group' as const,
    name,
    display_name: name,
    handle: null,
    ...(member_count !== undefined && { member_count }),
    ...(group && { visibility: visibilityOf(group) }),
  };
}
