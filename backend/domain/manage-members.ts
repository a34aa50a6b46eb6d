import { MAX_MEMBERS } from '../../schema/items.ts';
import { NotFoundError, UnprocessableError } from '../errors.ts';
import {
  type ChangedGroup,
  changeGroup,
  type ChangeGroupNeeds,
  type GroupActor,
  type GroupState,
  type PlannedChange,
} from './change-group.ts';
import type { Dependencies } from './dependencies.ts';
import { memberSince } from './membership.ts';
import type { Group, Member, Person } from './model.ts';
import { demand, mayAddMembers, mayChangeRole, mayRemove, mayRename } from './policies.ts';

/* The changes of a group, each as a plan on the group as it is. A plan that would change nothing writes no message. */

type Needs = ChangeGroupNeeds & Pick<Dependencies, 'profiles'>;

/** Gives a group another name. @throws as `changeGroup`; ForbiddenError. */
export function renameGroup(needs: Needs, actor: GroupActor, name: string): Promise<ChangedGroup> {
  return changeGroup(needs, actor, ({ group }, own) => {
    demand(mayRename(own));
    return group.name === name ? undefined : { action: { data: { event: 'group_renamed', name } }, name };
  });
}

/**
 * Adds a user to a group.
 * @throws as `changeGroup`; ForbiddenError; UnprocessableError `handle_unknown`, `group_full`.
 */
export async function addMember(needs: Needs, actor: GroupActor, handle: string): Promise<ChangedGroup> {
  const target = await needs.profiles.findByHandle(handle, 'strong');
  return changeGroup(needs, actor, ({ group, members }, own) => {
    demand(mayAddMembers(own));
    if (!target) throw new UnprocessableError([{ code: 'handle_unknown', field: 'handle' }]);
    const { userId } = target;
    if (memberWith(members, userId)) return undefined;
    if (members.length >= MAX_MEMBERS)
      throw new UnprocessableError([{ code: 'group_full', field: 'handle' }]);
    return {
      action: { data: { event: 'member_added', user_uuid: userId }, other: target },
      memberCount: counted(group, 1),
      newcomer: (message) => memberSince(message, { userId, role: 'member' }),
    };
  });
}

/**
 * Removes a member from a group. Members who remove themselves leave; an owner who leaves transfers the ownership.
 * @throws as `changeGroup`; ForbiddenError; NotFoundError for a handle that no member has.
 */
export async function removeMember(needs: Needs, actor: GroupActor, handle: string): Promise<ChangedGroup> {
  return remove(needs, actor, await needs.profiles.findByHandle(handle, 'strong'));
}

/** Removes a member by user id: a member whose profile was deleted has no handle any more. */
export async function removeMemberById(
  needs: Needs,
  actor: GroupActor,
  userId: string,
): Promise<ChangedGroup> {
  const names = await needs.names.read([userId]);
  const { display_name } = names.person(userId);
  return remove(needs, actor, { userId, display_name });
}

/** @param target undefined: no user has that handle. */
function remove(
  needs: Needs,
  actor: GroupActor,
  target: Pick<Person, 'userId' | 'display_name'> | undefined,
): Promise<ChangedGroup> {
  return changeGroup(needs, actor, ({ group, members }, own) => {
    const row = target && memberWith(members, target.userId);
    if (row === own) return leaving(needs, { group, members }, own);
    demand(mayRemove(own, row ?? { role: 'member' }));
    if (!row) throw new NotFoundError();
    return {
      action: { data: { event: 'member_removed', user_uuid: target.userId }, other: target },
      memberCount: counted(group, -1),
      leaves: row,
    };
  });
}

/**
 * Makes a member an admin, or an admin a plain member.
 * @throws as `changeGroup`; ForbiddenError; NotFoundError for a handle that no member has.
 */
export async function changeRole(
  needs: Needs,
  actor: GroupActor,
  handle: string,
  role: 'admin' | 'member',
): Promise<ChangedGroup> {
  const target = await needs.profiles.findByHandle(handle, 'strong');
  return changeGroup(needs, actor, ({ members }, own) => {
    const row = target && memberWith(members, target.userId);
    demand(mayChangeRole(own, row ?? { role: 'member' }));
    if (!row) throw new NotFoundError();
    if (row.role === role) return undefined;
    return {
      action: { data: { event: 'role_changed', user_uuid: target.userId, role }, other: target },
      roleOf: { row, now: role },
    };
  });
}

async function leaving(needs: Needs, { group, members }: GroupState, own: Member): Promise<PlannedChange> {
  const heir = own.role === 'owner' ? heirOf(members, own) : undefined;
  const leaves = { memberCount: counted(group, -1), leaves: own };
  const newOwner = heir?.userId;
  if (!heir || newOwner === undefined) return { ...leaves, action: { data: { event: 'member_left' } } };
  const names = await needs.names.read([newOwner]);
  return {
    ...leaves,
    action: { data: { event: 'member_left', new_owner: newOwner }, other: names.person(newOwner) },
    roleOf: { row: heir, now: 'owner' },
  };
}

/** The longest-standing admin, or else member; of several who joined together, the first by user id. */
function heirOf(members: readonly Member[], owner: Member): Member | undefined {
  const others = members.filter((row) => row !== owner);
  const admins = others.filter((row) => row.role === 'admin');
  return (admins.length > 0 ? admins : others).toSorted(
    (one, other) => one.joined_seq - other.joined_seq || (one.userId < other.userId ? -1 : 1),
  )[0];
}

function memberWith(members: readonly Member[], userId: string): Member | undefined {
  return members.find((row) => row.userId === userId);
}

function counted(group: Group, change: 1 | -1) {
  return { seen: group.member_count, now: group.member_count + change };
}
