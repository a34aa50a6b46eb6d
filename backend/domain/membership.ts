import { isDirectGroupId } from '../../schema/ids.ts';
import type { Role, Visibility } from '../../schema/items.ts';
import { directInboxSk, namedInboxSk } from '../../schema/keys.ts';
import type { Audience } from '../events/changes.ts';
import { NotFoundError, UnprocessableError } from '../errors.ts';
import type { BlockStore } from '../table/block-store.ts';
import type { ChangeStore } from '../table/change-store.ts';
import type { GroupStore } from '../table/group-store.ts';
import { summaryOf } from '../table/items.ts';
import type { MemberStore } from '../table/member-store.ts';
import type { MessageStore } from '../table/message-store.ts';
import type { DirectMember, Member, Message, NamedGroup, NamedMember, NewMember } from './model.ts';
import { requireMember } from './policies.ts';

/** A direct group as one of its two users has access to it. */
export interface DirectAccess {
  readonly own: DirectMember;
  readonly group?: never;
}

/** A named group as a member has access to it. */
export interface NamedAccess {
  readonly own: NamedMember;
  readonly group: NamedGroup;
}

/** A user's access to a group, strongly read: from no cache. */
export type Access = DirectAccess | NamedAccess;

/** The stores that an access is read from, and that half a direct group is repaired with. */
export interface AccessNeeds {
  readonly members: MemberStore;
  readonly groups: GroupStore;
  readonly messages: MessageStore;
  readonly changes: ChangeStore;
  readonly blocks: BlockStore;
}

/**
 * Reads a user's access to a group: 1 R for a direct group, 2 R for a named one of any size.
 * @throws NotFoundError for a user who is not a member, exactly as for a group that does not exist.
 */
export async function readAccess(needs: AccessNeeds, groupId: string, userId: string): Promise<Access> {
  if (isDirectGroupId(groupId)) return { own: await directMember(needs, groupId, userId) };
  const { group, own } = await needs.members.findWithGroup(groupId, userId);
  if (!own || own.peer !== undefined || group?.kind !== 'group') throw new NotFoundError();
  return { own, group };
}

/**
 * Reads a user's row of a group, for what needs nothing else of it: 1 R.
 * @throws NotFoundError as `readAccess`.
 */
export async function readOwnRow(needs: AccessNeeds, groupId: string, userId: string): Promise<Member> {
  const own = await needs.members.find(groupId, userId);
  if (own) return own;
  if (!isDirectGroupId(groupId)) throw new NotFoundError();
  return directMember(needs, groupId, userId);
}

/**
 * Reads a user's row of a named group: 1 R.
 * @throws NotFoundError as `readAccess`; UnprocessableError `message_group_is_direct` for a user of a direct group.
 */
export async function readOwnNamedRow(needs: AccessNeeds, groupId: string, userId: string): Promise<Member> {
  const own = await readOwnRow(needs, groupId, userId);
  if (isDirectGroupId(groupId)) throw new UnprocessableError([{ code: 'message_group_is_direct' }]);
  return own;
}

/** The user's row of a direct group. A missing row of the two is stored again. */
async function directMember(needs: AccessNeeds, groupId: string, userId: string): Promise<DirectMember> {
  const rows = await needs.members.pair(groupId);
  if (rows.length === 2) return requireMember(rows, userId);
  // Half a group: each row names both users.
  const [half] = rows;
  if (half?.userId !== userId && half?.peer !== userId) throw new NotFoundError();
  return requireMember(await repairPair(needs, groupId, [half.userId, half.peer]), userId);
}

/**
 * Stores what is missing of a direct group's two rows, which only a damaged table lacks. Nothing is known of the lost read
 * mark: the user finds all messages unread. Two requests may repair a row at once: one stores it, the other finds it.
 * @returns both rows.
 * @throws NotFoundError where there is no such group.
 */
export async function repairPair(
  needs: AccessNeeds,
  groupId: string,
  [one, other]: readonly [string, string],
): Promise<DirectMember[]> {
  const [group, newest, lastDeleted, ofOne, ofOther] = await Promise.all([
    needs.groups.find(groupId),
    needs.messages.newest(groupId),
    needs.changes.lastDeleted(groupId),
    needs.blocks.find({ userId: one, otherId: other }),
    needs.blocks.find({ userId: other, otherId: one }),
  ]);
  if (!group || !newest) throw new NotFoundError();
  const rows = (
    [
      [one, other, ofOne, ofOther],
      [other, one, ofOther, ofOne],
    ] as const
  ).map(([userId, peer, block, blockOfPeer]) => ({
    groupId,
    userId,
    peer,
    log_id: group.log_id,
    role: 'member' as const,
    inbox_sk: directInboxSk(newest.created_at, groupId),
    joined_at: group.created_at,
    joined_seq: 1,
    read_seq: 0,
    read_n: 0,
    ...summaryOf(newest),
    ...(lastDeleted !== undefined && { last_deleted_seq: lastDeleted }),
    // The highest that it can be: mentions are then counted, and none is missed.
    last_mention_seq: newest.seq,
    ...(block && { blocks_peer: true as const }),
    ...(blockOfPeer && { blocked_by_peer: true as const }),
  }));
  await Promise.all(rows.map((row) => needs.members.insert(row)));
  return needs.members.pair(groupId);
}

/** The users whom a change of a group concerns: both of a direct group, the members of a named one. */
export function audienceOf({ own, group }: Access): Audience {
  return group
    ? { groupId: group.groupId, membershipSeq: group.membership_seq }
    : { userIds: [own.userId, own.peer] };
}

/** The id of the log that the access was read from. */
export const logIdOf = ({ own, group }: Access): string => (group ?? own).log_id;

/** `membership_seq` of the group; of a direct group, whose users never change, that of its first message. */
export const membershipSeqOf = ({ group }: Access): number => group?.membership_seq ?? 1;

/** Who can find and join a named group. */
export const visibilityOf = ({ visibility }: Pick<NamedGroup, 'visibility'>): Visibility =>
  visibility ?? 'private';

/** The row of a new member of a named group, which begins with a message: that message is read. */
export function namedMemberSince(
  message: Message,
  { userId, role, logId }: { readonly userId: string; readonly role: Role; readonly logId: string },
): NamedMember {
  const { groupId, seq, n, created_at, user_uuid: author } = message;
  return {
    groupId,
    userId,
    log_id: logId,
    inbox_sk: namedInboxSk(groupId),
    role,
    joined_at: created_at,
    joined_seq: seq,
    read_seq: seq,
    read_n: n,
    ...(author !== userId && { added_by: author }),
  };
}

/** The row of a user of a new direct group, which begins with a message. Its author has read it. */
export function directMemberSince(
  message: Message,
  { userId, peer, logId }: { readonly userId: string; readonly peer: string; readonly logId: string },
): NewMember {
  const { groupId, seq, created_at } = message;
  const readSeq = message.user_uuid === userId ? seq : 0;
  return {
    groupId,
    userId,
    peer,
    log_id: logId,
    inbox_sk: directInboxSk(created_at, groupId),
    role: 'member',
    joined_at: created_at,
    joined_seq: seq,
    read_seq: readSeq,
    read_n: readSeq,
  };
}
