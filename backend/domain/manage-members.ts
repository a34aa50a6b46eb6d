import { type GroupItem, MAX_MEMBERS, type MemberItem } from '../../schema/items.ts';
import { memberUserIdOf } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { NotFoundError, UnprocessableError } from '../errors.ts';
import { type ChangedGroup, changeGroup, type GroupState, type PlannedChange } from './change-group.ts';
import { memberSince } from './membership.ts';
import type { Person } from './people.ts';
import { demand, mayAddMembers, mayChangeRole, mayRemove, mayRename } from './policies.ts';

/* The changes of a group, each as a plan on the group as it is. What is so already is no change, and no message. */

/** Which group, and who changes it. */
export interface Place {
  readonly groupId: string;
  readonly actor: Person;
}

/** Gives a group another name. @throws as `changeGroup`; ForbiddenError. */
export function renameGroup(context: Context, place: Place, name: string): Promise<ChangedGroup> {
  return changeGroup(context, {
    ...place,
    plan: ({ group }, own) => {
      demand(mayRename(own));
      return group.name === name ? undefined : { deed: { data: { event: 'group_renamed', name } }, name };
    },
  });
}

/**
 * Takes somebody into a group.
 * @throws as `changeGroup`; ForbiddenError; UnprocessableError `handle_unknown`, `group_full`.
 */
export async function addMember(context: Context, place: Place, handle: string): Promise<ChangedGroup> {
  const claim = await context.profiles.findByHandle(handle, 'strong');
  return changeGroup(context, {
    ...place,
    plan: ({ group, members }, own) => {
      demand(mayAddMembers(own));
      if (!claim) throw new UnprocessableError([{ code: 'handle_unknown', field: 'handle' }]);
      const userId = claim.user_uuid;
      if (memberWith(members, userId)) return undefined;
      if (members.length >= MAX_MEMBERS)
        throw new UnprocessableError([{ code: 'group_full', field: 'handle' }]);
      return {
        deed: { data: { event: 'member_added', user_uuid: userId }, other: claim },
        memberCount: counted(group, 1),
        newcomer: (message) => memberSince(message, { userId, role: 'member' }),
      };
    },
  });
}

/**
 * Takes somebody out of a group: oneself is leaving, by which an owner passes the group on.
 * @throws as `changeGroup`; ForbiddenError; NotFoundError for a handle that no member has.
 */
export async function removeMember(context: Context, place: Place, handle: string): Promise<ChangedGroup> {
  return takeOut(context, place, await context.profiles.findByHandle(handle, 'strong'));
}

/** The same by user id, which a member keeps whose profile is gone, and the handle with it. */
export async function removeMemberById(
  context: Context,
  place: Place,
  userId: string,
): Promise<ChangedGroup> {
  const names = await context.names.read([userId]);
  const { display_name } = names.person(userId);
  return takeOut(context, place, { user_uuid: userId, display_name });
}

/** @param target whoever is meant; undefined: nobody has that handle. */
function takeOut(
  context: Context,
  place: Place,
  target: { readonly user_uuid: string; readonly display_name: string } | undefined,
): Promise<ChangedGroup> {
  return changeGroup(context, {
    ...place,
    plan: ({ group, members }, own) => {
      const row = target && memberWith(members, target.user_uuid);
      if (row === own) return leaving(context, { group, members }, own);
      demand(mayRemove(own, row ?? { role: 'member' }));
      if (!row) throw new NotFoundError();
      return {
        deed: { data: { event: 'member_removed', user_uuid: target.user_uuid }, other: target },
        memberCount: counted(group, -1),
        leaves: row,
      };
    },
  });
}

/**
 * Makes somebody an admin, or an admin a plain member.
 * @throws as `changeGroup`; ForbiddenError; NotFoundError for a handle that no member has.
 */
export async function changeRole(
  context: Context,
  place: Place,
  handle: string,
  role: 'admin' | 'member',
): Promise<ChangedGroup> {
  const target = await context.profiles.findByHandle(handle, 'strong');
  return changeGroup(context, {
    ...place,
    plan: ({ members }, own) => {
      const row = target && memberWith(members, target.user_uuid);
      demand(mayChangeRole(own, row ?? { role: 'member' }));
      if (!row) throw new NotFoundError();
      if (row.role === role) return undefined;
      return {
        deed: { data: { event: 'role_changed', user_uuid: target.user_uuid, role }, other: target },
        roleOf: { row, now: role },
      };
    },
  });
}

async function leaving(
  context: Context,
  { group, members }: GroupState,
  own: MemberItem,
): Promise<PlannedChange> {
  const heir = own.role === 'owner' ? heirOf(members, own) : undefined;
  const leaves = { memberCount: counted(group, -1), leaves: own };
  const newOwner = heir && memberUserIdOf(heir);
  if (!heir || newOwner === undefined) return { ...leaves, deed: { data: { event: 'member_left' } } };
  const names = await context.names.read([newOwner]);
  return {
    ...leaves,
    deed: { data: { event: 'member_left', new_owner: newOwner }, other: names.person(newOwner) },
    roleOf: { row: heir, now: 'owner' },
  };
}

/** The longest-standing admin, or else member; of those who came together, the first by user id. */
function heirOf(members: readonly MemberItem[], owner: MemberItem): MemberItem | undefined {
  const others = members.filter((row) => row !== owner);
  const admins = others.filter((row) => row.role === 'admin');
  return (admins.length > 0 ? admins : others).toSorted(
    (one, other) => one.joined_seq - other.joined_seq || (one.sk < other.sk ? -1 : 1),
  )[0];
}

function memberWith(members: readonly MemberItem[], userId: string): MemberItem | undefined {
  return members.find((row) => memberUserIdOf(row) === userId);
}

function counted(group: GroupItem, change: 1 | -1) {
  return { seen: group.member_count, now: group.member_count + change };
}
