import type { MemberItem } from '../../schema/items.ts';
import { memberUserIdOf } from '../../schema/keys.ts';
import { NotFoundError } from '../errors.ts';

/**
 * The caller's row among a group's members. Whether it is there is always a strong read's answer, never a cache's.
 * @throws NotFoundError for who is not a member, exactly as for a group that does not exist.
 */
export function requireMember(members: readonly MemberItem[], userId: string): MemberItem {
  const member = members.find((row) => memberUserIdOf(row) === userId);
  if (!member) throw new NotFoundError();
  return member;
}
