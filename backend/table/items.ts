import type { Group, LogEntry, Member, Profile } from '../domain/model.ts';
import type { GroupItem, MemberItem, MessageItem, ProfileItem } from '../../schema/items.ts';
import {
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

/*
 * Converts stored items to the domain's objects and back: keys become ids. Nothing that contradicts an item's key is
 * believed: ids and seq come from the key. `read…` leaves out an item whose key is of another kind, `…Of` throws for it.
 */

/** A stored message; undefined for an item that is among the messages without a message's key. */
export function readEntry(item: object | undefined): LogEntry | undefined {
  const message = item as MessageItem | undefined;
  const seq = message && seqOf(message);
  return seq === undefined ? undefined : logEntryOf({ ...message, seq } as MessageItem);
}

/** A member's row; undefined for an item that is among the rows without a member's key. */
export function readMember(item: object | undefined): Member | undefined {
  const row = item as MemberItem | undefined;
  return row && memberUserIdOf(row) !== undefined ? memberOf(row) : undefined;
}

export function groupOf({ pk, sk, ...group }: GroupItem): Group {
  return { ...group, groupId: idIn(pk, groupIdOf({ pk })) };
}

export function groupItemOf({ groupId, ...group }: Group): GroupItem {
  return { ...groupKey(groupId), ...group };
}

export function memberOf({ pk, sk, inbox_pk, ...member }: MemberItem): Member {
  return { ...member, groupId: idIn(pk, groupIdOf({ pk })), userId: idIn(sk, memberUserIdOf({ pk, sk })) };
}

export function memberItemOf({ groupId, userId, ...member }: Member): MemberItem {
  return { ...memberKey(groupId, userId), inbox_pk: inboxPk(userId), ...member };
}

export function logEntryOf({ pk, sk, ...entry }: MessageItem): LogEntry {
  return { ...entry, groupId: idIn(pk, groupIdOf({ pk })) };
}

export function messageItemOf({ groupId, ...entry }: LogEntry): MessageItem {
  return { ...messageKey(groupId, entry.seq), ...entry };
}

export function profileOf({ pk, sk, ...profile }: ProfileItem): Profile {
  return { ...profile, userId: idIn(pk, profileUserIdOf({ pk, sk })) };
}

export function profileItemOf({ userId, ...profile }: Profile): ProfileItem {
  return { ...profileKey(userId), ...profile };
}

function idIn(key: Key['pk'], id: string | undefined): string {
  if (id === undefined) throw new TypeError(`an item has a key of another kind: ${key}`);
  return id;
}
