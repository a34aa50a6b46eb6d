import { inboxSk } from '../../schema/keys.ts';
import type { Role } from '../../schema/items.ts';
import type { Member, Message, NewMember } from './model.ts';

/**
 * The row of a new member that begins with a message. Its summary shows that message, so the stream has nothing to write
 * for it.
 * @param member.readSeq default: the message is read, as a new member of a group has read about their own joining.
 */
export function memberSince(
  message: Message,
  member: {
    readonly userId: string;
    readonly role: Role;
    readonly readSeq?: number;
    /** In a direct group: the other user. */
    readonly peer?: string;
  },
): NewMember {
  const { groupId, seq, created_at } = message;
  const { userId, role, readSeq = seq, peer } = member;
  return {
    groupId,
    userId,
    inbox_sk: inboxSk(created_at, groupId),
    last_seq: seq,
    last_rev: message.rev,
    last_at: created_at,
    last_by: message.user_uuid,
    last_kind: message.kind,
    ...(message.data && { last_event: message.data }),
    role,
    joined_at: created_at,
    joined_seq: seq,
    read_seq: readSeq,
    ...(peer !== undefined && { peer }),
  };
}

/** When the present members of a group joined: the time of the longest-standing one. */
export function presentSince(members: readonly Member[]): string {
  return members.map((member) => member.joined_at).sort()[0] ?? '';
}

export function userIdsOf(members: readonly Member[]): string[] {
  return members.map((member) => member.userId);
}
