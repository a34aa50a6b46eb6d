import { UnprocessableError } from '../errors.ts';
import type { NewGroupData } from '../table/group-data-store.ts';
import { CONFLICT, retryOnConflict } from '../table/retry-on-conflict.ts';
import type { ChangedGroup, GroupActor } from './change-group.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, type NamedAccess, readAccess } from './membership.ts';
import { demand, mayChangeData } from './policies.ts';

/** A change that others are ahead of: it is made again, on the group as they left it. */
const CHANGING = {
  attempts: 10,
  busy: 'The own data of this conversation changes faster than it can be written.',
};

export type GroupDataNeeds = AccessNeeds & Pick<Dependencies, 'groupData' | 'groupDataStore'>;

/**
 * Gives a group other own data, without a message in its log: nobody is notified, and members see it with the group the next
 * time. The same data changes nothing. 6 W + 2 R, 8 W where the data is, or was, more than 1 KB with its key, and 1 R for the
 * data that it had, where this process has not read it.
 *
 * Between the reads and the write another change of it may come: then this one is made again, and the later one stays. The
 * actor may lose the role, or leave: the transaction checks the row that was read.
 * @throws NotFoundError for a user who is not a member; UnprocessableError `message_group_is_direct`; ForbiddenError;
 * BusyError; TextKeysUnavailableError.
 */
export async function changeGroupData(
  needs: GroupDataNeeds,
  { groupId, actor }: GroupActor,
  data: NewGroupData,
): Promise<ChangedGroup> {
  return retryOnConflict(CHANGING, async () => {
    const access = await readAccess(needs, groupId, actor.userId);
    if (!access.group) throw new UnprocessableError([{ code: 'message_group_is_direct' }]);
    demand(mayChangeData(access.own));
    if (await hasData(needs, access, data)) return access;
    if (!(await needs.groupDataStore.change(access, data))) return CONFLICT;
    noteData(needs, groupId, data);
    const { data_id, ...group } = access.group;
    return { own: access.own, group: data ? { ...group, data_id: data.id } : group };
  });
}

/** Whether a group has this data already: the same text. */
export async function hasData(
  needs: Pick<Dependencies, 'groupData'>,
  { group }: NamedAccess,
  data: NewGroupData,
): Promise<boolean> {
  return data === null ? group.data_id === undefined : data.text === (await needs.groupData.read(group));
}

/** Remembers data that was just stored: the answer shows it. */
export function noteData(
  { groupData }: Pick<Dependencies, 'groupData'>,
  groupId: string,
  data: NewGroupData | undefined,
): void {
  if (data) groupData.remember(groupId, data);
}
