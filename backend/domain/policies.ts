import type { MemberItem, Role } from '../../schema/items.ts';
import { memberUserIdOf } from '../../schema/keys.ts';
import { ForbiddenError, NotFoundError } from '../errors.ts';

/**
 * Who may do what, all of it. Who is not a member may do nothing, and is told nothing: `requireMember` stands before
 * every predicate. In a direct group both are plain members.
 *
 *                                                           member   admin   owner
 *     read, list members, send, mark read, type, leave        ✓        ✓       ✓
 *     edit and delete one's own messages                      ✓        ✓       ✓
 *     delete another's, add, remove, rename                   –        ✓       ✓
 *     make or unmake an admin                                 –        –       ✓
 */

/** A member, as far as permissions go. */
type Ranked = Pick<MemberItem, 'role'>;

const RANKS: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

const isAtLeast = (role: Role, { role: held }: Ranked): boolean => RANKS[held] >= RANKS[role];

export const mayDeleteAnothers = (actor: Ranked): boolean => isAtLeast('admin', actor);
export const mayAddMembers = (actor: Ranked): boolean => isAtLeast('admin', actor);
/** The owner goes by leaving, which passes the group on: nobody takes it from them. */
export const mayRemove = (actor: Ranked, target: Ranked): boolean =>
  isAtLeast('admin', actor) && target.role !== 'owner';
export const mayRename = (actor: Ranked): boolean => isAtLeast('admin', actor);
/** A group has one owner, who is neither made nor unmade: their role passes on when they leave. */
export const mayChangeRole = (actor: Ranked, target: Ranked): boolean =>
  isAtLeast('owner', actor) && target.role !== 'owner';

/** @throws ForbiddenError */
export function demand(allowed: boolean): void {
  if (!allowed) throw new ForbiddenError('role_forbidden');
}

/**
 * The caller's row among a group's members. Whether it is there is always a strong read's answer, never a cache's.
 * @throws NotFoundError for who is not a member, exactly as for a group that does not exist.
 */
export function requireMember(members: readonly MemberItem[], userId: string): MemberItem {
  const member = members.find((row) => memberUserIdOf(row) === userId);
  if (!member) throw new NotFoundError();
  return member;
}
