import type { Role } from '../../schema/items.ts';
import { ForbiddenError, NotFoundError } from '../errors.ts';
import type { Member } from './model.ts';

/**
 * All permissions. A user who is not a member may do nothing and learns nothing: `requireMember` comes before every
 * predicate. In a direct group both users are plain members.
 *
 *                                                           member   admin   owner
 *     read, list members, send, react, mark read, type,       ✓        ✓       ✓
 *     leave, own settings, pin in a direct group
 *     edit and delete one's own messages                      ✓        ✓       ✓
 *     delete another's, pin, add, remove, rename, invite      –        ✓       ✓
 *     make or unmake an admin, make the group public          –        –       ✓
 *
 * Users who are not members join a public group, or any named group by an invitation: see `join-group.ts`.
 */

/** A member, as far as permissions go. */
type Ranked = Pick<Member, 'role'>;

const RANKS: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

const isAtLeast = (role: Role, { role: held }: Ranked): boolean => RANKS[held] >= RANKS[role];

export const mayDeleteAnothers = (actor: Ranked): boolean => isAtLeast('admin', actor);
/** In a direct group both users pin. */
export const mayPin = (actor: Ranked & Pick<Member, 'peer'>): boolean =>
  actor.peer !== undefined || isAtLeast('admin', actor);
export const mayAddMembers = (actor: Ranked): boolean => isAtLeast('admin', actor);
/** The owner cannot be removed; leaving transfers ownership. */
export const mayRemove = (actor: Ranked, target: Ranked): boolean =>
  isAtLeast('admin', actor) && target.role !== 'owner';
export const mayRename = (actor: Ranked): boolean => isAtLeast('admin', actor);
export const mayInvite = (actor: Ranked): boolean => isAtLeast('admin', actor);
/** It opens the whole history to every user. */
export const mayChangeVisibility = (actor: Ranked): boolean => isAtLeast('owner', actor);
/** A group has one owner, whose role only changes when they leave. */
export const mayChangeRole = (actor: Ranked, target: Ranked): boolean =>
  isAtLeast('owner', actor) && target.role !== 'owner';

/** @throws ForbiddenError */
export function demand(allowed: boolean): void {
  if (!allowed) throw new ForbiddenError('role_forbidden');
}

/**
 * The caller's row among a group's members. Membership always comes from a strong read, never from a cache.
 * @throws NotFoundError for a user who is not a member, exactly as for a group that does not exist.
 */
export function requireMember<Row extends Member>(members: readonly Row[], userId: string): Row {
  const member = members.find((row) => row.userId === userId);
  if (!member) throw new NotFoundError();
  return member;
}
