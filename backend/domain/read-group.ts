import { NotFoundError } from '../errors.ts';
import type { GroupState } from './change-group.ts';
import type { Dependencies } from './dependencies.ts';
import { userIdsOf } from './membership.ts';
import type { InboxRow } from './model.ts';
import type { NameReader } from './names.ts';
import { requireMember } from './policies.ts';
import { peopleInRow } from './system-messages.ts';

/** A group as one of its members sees it. */
export interface GroupView extends GroupState {
  /** The caller's own row. */
  readonly row: InboxRow;
  readonly names: NameReader;
}

type Needs = Pick<Dependencies, 'members' | 'names'>;

/**
 * A group with its members and how far each has read, in one strong read, whatever the number of messages.
 * @throws NotFoundError for a user who is not a member.
 */
export async function readGroup(needs: Needs, groupId: string, userId: string): Promise<GroupView> {
  const { group, members } = await needs.members.listWithGroup(groupId);
  requireMember(members, userId);
  if (!group) throw new NotFoundError();
  return viewGroup(needs, { group, members }, userId);
}

/** A group that was just read or written, with the names that it shows. @throws NotFoundError for a user who is not a member. */
export async function viewGroup(
  needs: Needs,
  { group, members }: GroupState,
  userId: string,
): Promise<GroupView> {
  needs.names.rememberGroup(group);
  const own = requireMember(members, userId);
  const [[row], names] = await Promise.all([
    needs.members.withPreviews([own]),
    needs.names.read([...userIdsOf(members), ...peopleInRow(own)], [group.groupId]),
  ]);
  if (!row) throw new TypeError('there is one row for each member');
  return { group, members, row, names };
}
