import type { GroupKind, MemberItem, MessageItem, MessageKind, Role } from '../../schema/items.ts';
import { groupIdOf, memberUserIdOf } from '../../schema/keys.ts';
import type { NameReader } from '../domain/names.ts';
import type { Person } from '../domain/people.ts';
import type { GroupView } from '../domain/read-group.ts';
import { unreadCount } from '../domain/unread.ts';

/** What goes out. Only these functions make it. */

export interface MessageAnswer {
  readonly uuid: string;
  readonly message_group_uuid: string;
  readonly seq: number;
  readonly rev: number;
  readonly kind: MessageKind;
  readonly user_uuid: string;
  readonly display_name: string;
  readonly handle: string;
  /** Null in a tombstone. */
  readonly message: string | null;
  readonly created_at: string;
  readonly edited_at: string | null;
  readonly deleted_at: string | null;
  /** The `Idempotency-Key` it was sent with: shown to its author alone. */
  readonly client_key?: string;
}

export interface MessageGroupAnswer {
  readonly uuid: string;
  readonly kind: GroupKind;
  readonly name: string | null;
  /** Direct: the other person's. Group: its name. */
  readonly display_name: string;
  /** Direct: the other person's. Group: null. */
  readonly handle: string | null;
  /** The preview of the newest message; null when that is a tombstone. */
  readonly message: string | null;
  /** The time of the last activity. */
  readonly created_at: string;
  readonly last_seq: number;
  readonly read_seq: number;
  readonly unread_count: number;
  /** User id of the newest message's author. */
  readonly last_by: string;
  /** Of a group only. */
  readonly member_count?: number;
}

export interface MemberAnswer {
  readonly user_uuid: string;
  readonly handle: string;
  readonly display_name: string;
  readonly role: Role;
  readonly read_seq: number;
  readonly joined_at: string;
}

export interface ReadMarkAnswer {
  readonly uuid: string;
  readonly read_seq: number;
  readonly unread_count: number;
}

export interface PersonAnswer {
  readonly uuid: string;
  readonly handle: string;
  readonly display_name: string;
}

export function presentMessage(
  item: MessageItem,
  names: Pick<NameReader, 'person'>,
  callerId: string,
): MessageAnswer {
  const { handle, display_name } = names.person(item.user_uuid);
  return {
    uuid: item.message_uuid,
    message_group_uuid: groupIdOf(item) ?? '',
    seq: item.seq,
    rev: item.rev,
    kind: item.kind,
    user_uuid: item.user_uuid,
    display_name,
    handle,
    message: item.message,
    created_at: item.created_at,
    edited_at: item.edited_at ?? null,
    deleted_at: item.deleted_at ?? null,
    ...(item.client_key !== undefined && item.user_uuid === callerId && { client_key: item.client_key }),
  };
}

export function presentMessageGroup(row: MemberItem, names: NameReader): MessageGroupAnswer {
  const uuid = groupIdOf(row) ?? '';
  return {
    uuid,
    ...presentIdentity(row, uuid, names),
    message: row.preview,
    created_at: row.last_at,
    last_seq: row.last_seq,
    read_seq: row.read_seq,
    unread_count: unreadCount(row),
    last_by: row.last_by,
  };
}

export function presentGroupView({ row, members, names }: GroupView) {
  return {
    ...presentMessageGroup(row, names),
    members: members.map((member) => presentMember(member, names)),
  };
}

export function presentReadMark(row: MemberItem): ReadMarkAnswer {
  return { uuid: groupIdOf(row) ?? '', read_seq: row.read_seq, unread_count: unreadCount(row) };
}

export function presentPerson({ userId, handle, display_name }: Person): PersonAnswer {
  return { uuid: userId, handle, display_name };
}

function presentMember(row: MemberItem, names: NameReader): MemberAnswer {
  const userId = memberUserIdOf(row) ?? '';
  return {
    user_uuid: userId,
    ...names.person(userId),
    role: row.role,
    read_seq: row.read_seq,
    joined_at: row.joined_at,
  };
}

function presentIdentity(row: MemberItem, uuid: string, names: NameReader) {
  if (row.peer !== undefined) return { kind: 'direct' as const, name: null, ...names.person(row.peer) };
  const group = names.group(uuid);
  const name = group?.name ?? '';
  return {
    kind: 'group' as const,
    name,
    display_name: name,
    handle: null,
    ...(group && { member_count: group.member_count }),
  };
}
