import type { GroupItem, MemberItem } from '../../schema/items.ts';
import { memberUserIdOf } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { NotFoundError } from '../errors.ts';
import { requireMember } from './membership.ts';
import type { NameReader } from './names.ts';

export interface GroupView {
  readonly group: GroupItem;
  /** The caller's own row. */
  readonly row: MemberItem;
  readonly members: readonly MemberItem[];
  readonly names: NameReader;
}

/**
 * A group with its members, in one strong read.
 * @throws NotFoundError for who is not a member.
 */
export async function readGroup(context: Context, groupId: string, userId: string): Promise<GroupView> {
  const { group, members } = await context.members.listWithGroup(groupId);
  const row = requireMember(members, userId);
  if (!group) throw new NotFoundError();
  context.names.rememberGroup(group);
  const names = await context.names.read(
    members.map((member) => memberUserIdOf(member) ?? ''),
    [groupId],
  );
  return { group, row, members, names };
}
