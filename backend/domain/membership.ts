import type { MemberItem, MessageItem, Role } from '../../schema/items.ts';
import { groupIdOf, inboxKey, memberKey, memberUserIdOf } from '../../schema/keys.ts';
import { summaryOfMessage } from './summaries.ts';

/**
 * A member's row that begins with a message: its summary shows that message, so the stream has nothing to write for it.
 * @param readSeq a new member of a group has read what tells of their joining; who is written to has not.
 */
export function memberSince(
  message: MessageItem,
  member: {
    readonly userId: string;
    readonly role: Role;
    readonly readSeq?: number;
    /** In a direct group: the other user. */
    readonly peer?: string;
  },
): MemberItem {
  const groupId = groupIdOf(message) ?? '';
  const { userId, role, readSeq = message.seq, peer } = member;
  return {
    ...memberKey(groupId, userId),
    ...inboxKey(userId, message.created_at, groupId),
    ...summaryOfMessage(message),
    role,
    joined_at: message.created_at,
    joined_seq: message.seq,
    read_seq: readSeq,
    ...(peer !== undefined && { peer }),
  };
}

/** When a group's present members came to be: the longest-standing one's time. */
export function presentSince(members: readonly MemberItem[]): string {
  return members.map((member) => member.joined_at).sort()[0] ?? '';
}

export function userIdsOf(members: readonly MemberItem[]): string[] {
  return members.flatMap((member) => memberUserIdOf(member) ?? []);
}
