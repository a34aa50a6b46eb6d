import type { Group, LogChange, LogEntry, Member, Profile, Summary } from '../domain/model.ts';
import type {
  ChangeItem,
  DirectMemberItem,
  GroupItem,
  MemberItem,
  MessageItem,
  ProfileItem,
  StoredSummary,
} from '../../schema/items.ts';
import {
  changeKey,
  changeOf,
  groupIdOf,
  groupKey,
  inboxPk,
  type Key,
  memberKey,
  memberUserIdOf,
  messageKey,
  profileKey,
  profileUserIdOf,
  seqOf,
} from '../../schema/keys.ts';
import { MAX_SHOWN_MENTIONS } from '../../schema/mentions.ts';
import { previewOf } from '../../schema/preview.ts';

/*
 * Converts stored items to the domain's objects and back: keys become ids, and a number that is absent because it equals
 * another one becomes that number. Nothing that contradicts an item's key is believed: ids and seq come from the key.
 * `read…` leaves out an item whose key is of another kind, `…Of` throws for it.
 */

/** A stored message; undefined for an item that is among the messages without a message's key. */
export function readEntry(item: object | undefined): LogEntry | undefined {
  const message = item as MessageItem | undefined;
  const seq = message && seqOf(message);
  return seq === undefined || message === undefined ? undefined : Object.assign(logEntryOf(message), { seq });
}

/** A member's row; undefined for an item that is among the rows without a member's key. */
export function readMember(item: object | undefined): Member | undefined {
  const row = item as MemberItem | undefined;
  return row && memberUserIdOf(row) !== undefined ? memberOf(row) : undefined;
}

/** A stored change; undefined for an item that is among the changes without a change's key. */
export function readChange(item: object | undefined): LogChange | undefined {
  const stored = item as ChangeItem | undefined;
  const change = stored && changeOf(stored);
  return change === undefined ? undefined : changeEntryOf({ ...stored, change } as ChangeItem);
}

export function groupOf(item: GroupItem): Group {
  const { pk, sk, ...group } = item;
  const groupId = idIn(pk, groupIdOf({ pk }));
  return group.kind === 'direct' ? { ...group, groupId } : { ...withLastN(group), groupId };
}

export function groupItemOf({ groupId, ...group }: Group): GroupItem {
  return { ...groupKey(groupId), ...(group.kind === 'direct' ? group : withoutLastN(group)) };
}

export function memberOf(item: MemberItem): Member {
  const { pk, sk, inbox_pk, ...member } = item;
  const groupId = idIn(pk, groupIdOf({ pk }));
  const userId = idIn(sk, memberUserIdOf({ pk, sk }));
  const { read_n = member.read_seq } = member;
  const own = { groupId, userId, read_n };
  // Into the copy that was just made: a page of the inbox converts 50 rows.
  return isDirectItem(member)
    ? Object.assign(member, own, { last_n: member.last_n ?? member.last_seq })
    : Object.assign(member, own);
}

export function memberItemOf(row: Member): MemberItem {
  const { groupId, userId, read_n, ...member } = row;
  return {
    ...memberKey(groupId, userId),
    inbox_pk: inboxPk(userId),
    ...(isDirectRow(member) ? withoutLastN(member) : member),
    ...(read_n !== member.read_seq && { read_n }),
  };
}

/** The summary of a group whose newest message this is. */
export function summaryOf(newest: LogEntry): Summary {
  return {
    last_seq: newest.seq,
    last_n: newest.n,
    last_rev: newest.rev,
    last_at: newest.created_at,
    last_by: newest.user_uuid,
    last_kind: newest.kind,
    preview: previewOf(newest),
    ...(newest.mentions && { last_mentions: newest.mentions.slice(0, MAX_SHOWN_MENTIONS) }),
  };
}

/** The attributes of a summary as they are stored. */
export function storedSummaryOf(summary: Summary): StoredSummary {
  const { last_seq, last_rev, last_at, last_by, last_kind, preview } = summary;
  const { last_deleted_seq, last_mention_seq, last_mentions } = summary;
  return {
    last_seq,
    ...(summary.last_n !== last_seq && { last_n: summary.last_n }),
    last_rev,
    last_at,
    last_by,
    last_kind,
    preview,
    ...(last_deleted_seq !== undefined && { last_deleted_seq }),
    ...(last_mention_seq !== undefined && { last_mention_seq }),
    ...(last_mentions !== undefined && { last_mentions }),
  };
}

export function logEntryOf({ pk, sk, ...entry }: MessageItem): LogEntry {
  return Object.assign(entry, { n: entry.n ?? entry.seq, groupId: idIn(pk, groupIdOf({ pk })) });
}

export function messageItemOf({ groupId, n, ...entry }: LogEntry): MessageItem {
  return { ...messageKey(groupId, entry.seq), ...entry, ...(n !== entry.seq && { n }) };
}

export function changeEntryOf({ pk, sk, ...change }: ChangeItem): LogChange {
  return { ...change, groupId: idIn(pk, groupIdOf({ pk })) };
}

export function changeItemOf({ groupId, ...change }: LogChange): ChangeItem {
  return { ...changeKey(groupId, change.change), ...change };
}

export function profileOf({ pk, sk, ...profile }: ProfileItem): Profile {
  return { ...profile, userId: idIn(pk, profileUserIdOf({ pk, sk })) };
}

export function profileItemOf({ userId, ...profile }: Profile): ProfileItem {
  return { ...profileKey(userId), ...profile };
}

function withLastN<Item extends Pick<StoredSummary, 'last_seq' | 'last_n'>>(item: Item) {
  return { ...item, last_n: item.last_n ?? item.last_seq };
}

function withoutLastN<Item extends Pick<Summary, 'last_seq' | 'last_n'>>({ last_n, ...item }: Item) {
  return { ...item, ...(last_n !== item.last_seq && { last_n }) };
}

type Keyless<Item> = Omit<Item, keyof Key | 'inbox_pk'>;

function isDirectItem(item: Keyless<MemberItem>): item is Keyless<DirectMemberItem> {
  return item.peer !== undefined;
}

function isDirectRow<Row extends { readonly peer?: string }>(row: Row): row is Row & Summary {
  return row.peer !== undefined;
}

function idIn(key: Key['pk'], id: string | undefined): string {
  if (id === undefined) throw new TypeError(`an item has a key of another kind: ${key}`);
  return id;
}
