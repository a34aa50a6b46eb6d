import type { Member, MessageGroup, Role } from '../../../client/src/index.ts';

/** Which actions the screens offer to which role. The API decides; the screens hide what it would reject. */

const RANKS: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

export const mayManage = (role: Role | undefined): boolean =>
  role !== undefined && RANKS[role] >= RANKS.admin;

/** In a group of more than 100 members, only its owner and admins mention all. */
const MENTIONED_BY_ANYBODY = 100;

export const mayMentionAll = (role: Role | undefined, memberCount: number): boolean =>
  memberCount <= MENTIONED_BY_ANYBODY || mayManage(role);

export const mayRemove = (role: Role | undefined, other: Pick<Member, 'role'>): boolean =>
  mayManage(role) && other.role !== 'owner';

export const mayChangeRole = (role: Role | undefined, other: Pick<Member, 'role'>): boolean =>
  role === 'owner' && other.role !== 'owner';

/** Both users of a direct group pin its messages, and those who manage any other group. */
export const mayPin = ({ kind }: Pick<MessageGroup, 'kind'>, role: Role | undefined): boolean =>
  kind === 'direct' || mayManage(role);
