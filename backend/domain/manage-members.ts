import type { SystemEvent, Visibility } from '../../schema/items.ts';
import { NotFoundError, UnprocessableError } from '../errors.ts';
import type { NewGroupData } from '../table/group-data-store.ts';
import {
  type ChangedGroup,
  changeGroup,
  type ChangeGroupNeeds,
  type GroupActor,
  type PlannedChange,
} from './change-group.ts';
import { changeGroupData, type GroupDataNeeds, noteData } from './change-group-data.ts';
import type { Dependencies } from './dependencies.ts';
import { requireAddable } from './block-user.ts';
import { requireRoom } from './group-limits.ts';
import { type NamedAccess, namedMemberSince, visibilityOf } from './membership.ts';
import type { Member } from './model.ts';
import {
  demand,
  mayAddMembers,
  mayChangeData,
  mayChangeRole,
  mayChangeVisibility,
  mayRemove,
  mayRename,
} from './policies.ts';

/* The changes of a group, each as a plan on the group as it is. A plan that would change nothing writes no message. */

type Needs = ChangeGroupNeeds & Pick<Dependencies, 'profiles' | 'maxGroupMembers'>;
type UpdateNeeds = Needs & GroupDataNeeds;

/** What a group is given instead. */
export interface GroupValues {
  readonly name?: string | undefined;
  readonly visibility?: Visibility | undefined;
  /** Own data: a JSON object; null: it has none from then on. */
  readonly data?: string | null | undefined;
}

/**
 * Gives a group another name, visibility or own data: all of them in one transaction. The list of public groups follows in the
 * same transaction: of two renames at once the later one is planned on the group that the other left. Own data alone is no
 * event of the log: see `changeGroupData`.
 * @throws as `changeGroup`; ForbiddenError.
 */
export async function updateGroup(
  needs: UpdateNeeds,
  actor: GroupActor,
  { data: text, ...values }: GroupValues,
): Promise<ChangedGroup> {
  const data = typeof text === 'string' ? { id: needs.newId(), text } : text;
  const { name, visibility } = values;
  if (name === undefined && visibility === undefined && data !== undefined) {
    return changeGroupData(needs, actor, data);
  }
  const changed = await updateLogged(needs, actor, { ...values, data });
  // The name and the visibility may be what they were: then there was no event that the data could be written with.
  if (data === undefined || changed.group.data_id === data?.id) return changed;
  return changeGroupData(needs, actor, data);
}

/** The changes that are events of the log, and own data with them. */
async function updateLogged(
  needs: UpdateNeeds,
  actor: GroupActor,
  { name, visibility, data }: Omit<GroupValues, 'data'> & { readonly data: NewGroupData | undefined },
): Promise<ChangedGroup> {
  const changed = await changeGroup(needs, actor, ({ group, own }) => {
    demand(name === undefined || mayRename(own));
    demand(visibility === undefined || mayChangeVisibility(own));
    demand(data === undefined || mayChangeData(own));
    const [event, ...others]: SystemEvent[] = [
      ...(name === undefined || name === group.name ? [] : [{ type: 'group_renamed' as const, name }]),
      ...(visibility === undefined || visibility === visibilityOf(group)
        ? []
        : [{ type: 'visibility_changed' as const, visibility }]),
    ];
    return (
      event && {
        events: [event, ...others],
        ...(name !== undefined && { name }),
        ...(visibility !== undefined && { visibility }),
        ...(data !== undefined && { data }),
      }
    );
  });
  if (changed.group.data_id === data?.id) noteData(needs, actor.groupId, data);
  return changed;
}

/**
 * Adds users to a group. Those who are members stay as they are.
 * @param handles at most MAX_ADDED.
 * @param field of each handle in the request, for the errors.
 * @throws as `changeGroup`; ForbiddenError; UnprocessableError `handle_unknown`, `group_full`,
 * `groups_full`.
 */
export async function addMembers(
  needs: Needs,
  actor: GroupActor,
  handles: readonly string[],
  field: (index: number) => string,
): Promise<ChangedGroup> {
  const claims = await needs.profiles.findByHandles(handles);
  return changeGroup(needs, actor, async ({ group, own }) => {
    demand(mayAddMembers(own));
    const [first, ...rest] = handles.flatMap((handle, index) =>
      claims.has(handle) ? [] : [{ code: 'handle_unknown' as const, field: field(index) }],
    );
    if (first) throw new UnprocessableError([first, ...rest]);
    const fields = new Map(
      handles.map((handle, index) => [claims.get(handle)?.userId ?? '', field(index)] as const),
    );
    const wanted = [...fields.keys()];
    const present = new Set((await needs.members.findMany(group.groupId, wanted)).map((row) => row.userId));
    const added = wanted.filter((userId) => !present.has(userId));
    if (added.length === 0) return undefined;
    if (group.member_count + added.length > needs.maxGroupMembers) {
      throw new UnprocessableError([{ code: 'group_full', field: field(0) }]);
    }
    await requireAddable(needs, own.userId, added);
    await requireRoom(
      needs,
      own.userId,
      added.map((userId) => ({ userId, field: fields.get(userId) ?? '' })),
    );
    return {
      events: [{ type: 'members_added', user_uuids: added, prev: group.membership_seq }],
      newcomers: (message) =>
        added.map((userId) => namedMemberSince(message, { userId, role: 'member', logId: group.log_id })),
    };
  });
}

/**
 * Removes a member from a group. Members who remove themselves leave; an owner who leaves transfers the ownership.
 * @throws as `changeGroup`; ForbiddenError; NotFoundError for a handle that no member has.
 */
export async function removeMember(needs: Needs, actor: GroupActor, handle: string): Promise<ChangedGroup> {
  const target = await needs.profiles.findByHandle(handle, 'strong');
  return removeMemberById(needs, actor, target?.userId);
}

/**
 * Removes a member by user id: a member whose profile was deleted has no handle any more.
 * @param userId undefined: no user has the handle that was named.
 */
export function removeMemberById(
  needs: Needs,
  actor: GroupActor,
  userId: string | undefined,
): Promise<ChangedGroup> {
  return changeGroup(needs, actor, async ({ group, own }) => {
    if (userId === own.userId) return leaving(needs, { group, own });
    const row = await memberWith(needs, group.groupId, userId);
    demand(mayRemove(own, row ?? { role: 'member' }));
    if (!row) throw new NotFoundError();
    return {
      events: [{ type: 'member_removed', user_uuid: row.userId, prev: group.membership_seq }],
      leaves: { row, removedBy: own.userId },
    };
  });
}

/**
 * Makes a member an admin or a plain member, or hands the group over: the former owner becomes an admin.
 * @throws as `changeGroup`; ForbiddenError; NotFoundError for a handle that no member has.
 */
export async function changeRole(
  needs: Needs,
  actor: GroupActor,
  handle: string,
  role: Member['role'],
): Promise<ChangedGroup> {
  const target = await needs.profiles.findByHandle(handle, 'strong');
  return changeGroup(needs, actor, async ({ group, own }) => {
    const row = await memberWith(needs, group.groupId, target?.userId);
    if (role === 'owner' && row?.role === 'owner' && row.userId === own.userId) return undefined;
    demand(mayChangeRole(own, row ?? { role: 'member' }));
    if (!row) throw new NotFoundError();
    if (row.role === role) return undefined;
    const handsOver = role === 'owner' ? [{ row: own, now: 'admin' as const }] : [];
    return {
      events: [{ type: 'role_changed', user_uuid: row.userId, role }],
      roles: [{ row, now: role }, ...handsOver],
    };
  });
}

async function leaving(needs: Needs, { group, own }: NamedAccess): Promise<PlannedChange> {
  const heir = own.role === 'owner' ? await heirOf(needs, own) : undefined;
  const event = { type: 'member_left' as const, prev: group.membership_seq };
  // A group without members has no owner, and nobody can join it.
  const isEmptied = own.role === 'owner' && !heir;
  if (isEmptied) return { events: [event], leaves: { row: own }, visibility: 'private' };
  if (!heir) return { events: [event], leaves: { row: own } };
  return {
    events: [{ ...event, new_owner: heir.userId }],
    leaves: { row: own },
    roles: [{ row: heir, now: 'owner' }],
  };
}

/**
 * The longest-standing admin, or else member; of several who joined together, the first by user id. It reads all members,
 * page by page; the condition is on the heir's row alone, because the log is the group's lock.
 */
async function heirOf({ members }: Needs, owner: Member): Promise<Member | undefined> {
  let heir: Member | undefined;
  for await (const page of members.pages(owner.groupId)) {
    for (const row of page) {
      if (row.userId !== owner.userId && (!heir || comesBefore(row, heir))) heir = row;
    }
  }
  return heir;
}

/** Pages come by user id, so of equals the first one stays. */
function comesBefore(one: Member, other: Member): boolean {
  if (one.role !== other.role) return one.role === 'admin';
  return one.joined_seq < other.joined_seq;
}

async function memberWith(
  { members }: Needs,
  groupId: string,
  userId: string | undefined,
): Promise<Member | undefined> {
  return userId === undefined ? undefined : members.find(groupId, userId);
}
