import type { MembersPage } from '../api/api.ts';
import type { Member, MessageGroupView, Named, SystemMessage } from '../../../client/src/index.ts';

/** Whether a group has more members than it has with itself: only its pages have all of them. */
export const isLarge = ({ member_count = 0, members }: MessageGroupView): boolean =>
  member_count > members.length;

/** Who joined by a system message. */
export function joinedBy({ event, user_uuid, handle, display_name }: SystemMessage): readonly Named[] {
  if (event?.type === 'member_joined') return [{ user_uuid, handle, display_name }];
  return event?.type === 'members_added' ? event.users : [];
}

/** The id of the user who left by a system message, or was removed. */
export function leftBy({ event, user_uuid }: SystemMessage): string | undefined {
  if (event?.type === 'member_left') return user_uuid;
  return event?.type === 'member_removed' ? event.user.user_uuid : undefined;
}

/** Whether a system message changes what a user may do in the group, or is their own. */
export function concerns({ event, user_uuid }: SystemMessage, user: string): boolean {
  if (user_uuid === user) return true;
  if (event?.type === 'role_changed') return event.user.user_uuid === user;
  return event?.type === 'member_left' && event.new_owner?.user_uuid === user;
}

/** A large group, of which not all members are loaded, after a system message. Those who join are not among its first members. */
export function groupAfter(view: MessageGroupView, message: SystemMessage): MessageGroupView {
  const members = membersAfter(view.members, message);
  const left = leftBy(message) === undefined ? 0 : 1;
  const count = view.member_count;
  return {
    ...view,
    members,
    ...(count !== undefined && { member_count: count + joinedBy(message).length - left }),
  };
}

/** The loaded pages of a large group's members after a system message. Those who join come last. */
export function pagesAfter(pages: readonly MembersPage[], message: SystemMessage): MembersPage[] {
  const loaded = new Set(pages.flatMap(({ members }) => members.map(({ user_uuid }) => user_uuid)));
  const added = joinedBy(message)
    .filter(({ user_uuid }) => !loaded.has(user_uuid))
    .map((user): Member => ({
      ...user,
      role: 'member',
      joined_at: message.created_at,
      joined_seq: message.seq,
    }));
  return pages.map((page, place) => {
    const members = membersAfter(page.members, message);
    return { ...page, members: place === pages.length - 1 ? [...members, ...added] : members };
  });
}

/** Members without one who left, and with their new roles. */
export function membersAfter(members: readonly Member[], message: SystemMessage): Member[] {
  const left = leftBy(message);
  const roles = rolesAfter(message);
  return members
    .filter(({ user_uuid }) => user_uuid !== left)
    .map((member) => ({ ...member, role: roles.get(member.user_uuid) ?? member.role }));
}

function rolesAfter({ event, user_uuid: author }: SystemMessage): ReadonlyMap<string, Member['role']> {
  if (event?.type === 'member_left' && event.new_owner)
    return new Map([[event.new_owner.user_uuid, 'owner']]);
  if (event?.type !== 'role_changed') return new Map();
  const { user, role } = event;
  // An owner who hands the group over becomes an admin.
  return new Map([...(role === 'owner' ? [[author, 'admin'] as const] : []), [user.user_uuid, role]]);
}
