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
 *     delete another's, pin, add, remove, rename, invite,     –        ✓       ✓
 *     change the group's own data
 *     mention all members where there are more than 100       –        ✓       ✓
 *     make or unmake an admin, make the group public          –        –       ✓
 *
 * In a direct group, neither may send, edit, react, pin or type while one of them blocks the other: see `requireUnblocked`.
 *
 * Users who are not members join a public group, or any named group by an invitation: see `join-group.ts`.
 */

/** Members of a group in which each of them may mention all. */
export const MENTIONED_BY_ANYBODY = 100;

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
/** In a larger group one message would count as a mention for thousands. */
export const mayMentionAll = (actor: Ranked, memberCount: number): boolean =>
  memberCount <= MENTIONED_BY_ANYBODY || isAtLeast('admin', actor);
export const mayRename = (actor: Ranked): boolean => isAtLeast('admin', actor);
export const mayChangeData = (actor: Ranked): boolean => isAtLeast('admin', actor);
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
 * Requires that neither user of a direct group blocks the other. Every request that reaches the other user calls it, with the
 * caller's row: reading, deleting and taking back are always allowed. A row of a named group passes.
 * @throws ForbiddenError `recipient_unavailable` for who is blocked, `recipient_blocked` for who blocks.
 */
export function requireUnblocked(own: Member): void {
  if (own.peer === undefined) return;
  if (own.blocked_by_peer) throw new ForbiddenError('recipient_unavailable');
  if (own.blocks_peer) throw new ForbiddenError('recipient_blocked');
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
