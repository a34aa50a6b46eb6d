import { groupIdOf } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { NotFoundError } from '../errors.ts';
import { openRow, type OpenRow } from '../texts/texts.ts';
import type { GroupState } from './change-group.ts';
import { userIdsOf } from './membership.ts';
import type { NameReader } from './names.ts';
import { requireMember } from './policies.ts';
import { peopleInRow } from './system-messages.ts';

/** A group as one of its members sees it. */
export interface GroupView extends GroupState {
  /** The caller's own row. */
  readonly row: OpenRow;
  readonly names: NameReader;
}

/**
 * A group with its members and how far each has read, in one strong read, whatever the number of messages.
 * @throws NotFoundError for who is not a member.
 */
export async function readGroup(context: Context, groupId: string, userId: string): Promise<GroupView> {
  const { group, members } = await context.members.listWithGroup(groupId);
  requireMember(members, userId);
  if (!group) throw new NotFoundError();
  return viewGroup(context, { group, members }, userId);
}

/** A group that was just read or written, with the names it shows. @throws NotFoundError for who is not a member. */
export async function viewGroup(
  context: Context,
  { group, members }: GroupState,
  userId: string,
): Promise<GroupView> {
  context.names.rememberGroup(group);
  const own = requireMember(members, userId);
  const [row, names] = await Promise.all([
    openRow(context.texts, own),
    context.names.read([...userIdsOf(members), ...peopleInRow(own)], [groupIdOf(group) ?? '']),
  ]);
  return { group, members, row, names };
}
