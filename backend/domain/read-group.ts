import { encodeCursor } from '../../schema/cursors.ts';
import type { Dependencies } from './dependencies.ts';
import { inboxEntriesOf, peopleInEntry } from './inbox-entries.ts';
import { type Access, type AccessNeeds, readAccess } from './membership.ts';
import type { InboxEntry, Member, NamedGroup } from './model.ts';
import type { NameReader } from './names.ts';
import { pageStart } from './page-start.ts';

/** Members that a group shows with itself. The pages of members go on from there. */
export const MEMBERS_SHOWN = 100;

/** A group as one of its members sees it. */
export interface GroupView {
  readonly entry: InboxEntry;
  /** The first MEMBERS_SHOWN by user id, and the reader: their role says what they may do. */
  readonly members: readonly Member[];
  readonly names: NameReader;
}

export interface MembersPage {
  readonly members: readonly Member[];
  readonly names: NameReader;
  /** Whether the group is so small that its members' read marks are shown. */
  readonly showsMarks: boolean;
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

type Needs = AccessNeeds & Pick<Dependencies, 'codec' | 'groupData' | 'mentions' | 'names' | 'summaries'>;

/**
 * A group with its first members and how far each has read. 1 R, 2 R for a named group; the members' rows, 1 R for 4 KB;
 * and names.
 * @throws NotFoundError for a user who is not a member.
 */
export async function readGroup(needs: Needs, groupId: string, userId: string): Promise<GroupView> {
  return viewGroup(needs, await readAccess(needs, groupId, userId));
}

/** A group whose access was just read or written, with its first members and the names that it shows. */
export async function viewGroup(needs: Needs, access: Access): Promise<GroupView> {
  const { own, group } = access;
  if (group) needs.summaries.remember(group);
  const [[entry], first] = await Promise.all([
    inboxEntriesOf(needs, [{ row: own, group }]),
    needs.members.list(own.groupId, MEMBERS_SHOWN),
  ]);
  if (!entry) throw new TypeError('there is one entry for each row');
  const members = first.some(({ userId }) => userId === own.userId) ? first : [...first, own];
  const people = [...members.map((member) => member.userId), ...peopleInEntry(entry)];
  return { entry, members, names: await needs.names.read(people) };
}

/**
 * A page of a group's members by user id, strongly read: 2 R for the membership, 1 R for 4 KB of rows, and names.
 * @throws NotFoundError for a user who is not a member; BadRequestError `cursor_invalid`.
 */
export async function listMembers(
  needs: Needs,
  request: {
    readonly groupId: string;
    readonly userId: string;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<MembersPage> {
  const { groupId, userId, limit, cursor } = request;
  const after = pageStart(['members', groupId], cursor);
  const showsMarks = showsMarksOf(await readAccess(needs, groupId, userId));
  // One member more than the page shows whether there is a next one.
  const found = await needs.members.list(groupId, limit + 1, after);
  const members = found.slice(0, limit);
  const last = members.at(-1);
  return {
    members,
    names: await needs.names.read(members.map((member) => member.userId)),
    showsMarks,
    ...(found.length > limit && last && { nextCursor: encodeCursor(['members', groupId], last.userId) }),
  };
}

/** Whether members' read marks are shown: in groups of up to MEMBERS_SHOWN. */
export function showsMarksOf({ group }: { readonly group?: NamedGroup | undefined }): boolean {
  return (group?.member_count ?? 2) <= MEMBERS_SHOWN;
}
