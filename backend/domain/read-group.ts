import { encodeCursor } from '../../schema/cursors.ts';
import type { Dependencies } from './dependencies.ts';
import { inboxEntriesOf, peopleInEntry } from './inbox-entries.ts';
import { type Access, type AccessNeeds, readAccess } from './membership.ts';
import type { InboxEntry, Member, NamedGroup } from './model.ts';
import { type NameReader, namesOf } from './names.ts';
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

interface MembersRequest {
  readonly groupId: string;
  readonly userId: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
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
export async function listMembers(needs: Needs, request: MembersRequest): Promise<MembersPage> {
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

/**
 * Members whose handle begins with a prefix, by handle. Rows of members have no handles, so users are found by the handles'
 * own index, and those who are members are kept: 2 R for the membership, 0.5 R for 4 KB of handles (about 40), 0.5 R a
 * handle. Eventually consistent. Of a long list of handles each page compares `limit` with the group: it can be empty while
 * more follow.
 * @param request limit: of handles, 1 to 100.
 * @throws NotFoundError for a user who is not a member; BadRequestError `cursor_invalid`.
 */
export async function findMembers(
  needs: AccessNeeds & Pick<Dependencies, 'profiles'>,
  request: MembersRequest & { readonly prefix: string },
): Promise<MembersPage> {
  const { groupId, userId, prefix, limit, cursor } = request;
  const scope = ['members by handle', groupId, prefix] as const;
  const after = pageStart(scope, cursor);
  // Before the search: a user who is not a member must not cause its cost.
  const showsMarks = showsMarksOf(await readAccess(needs, groupId, userId));
  const found = await needs.profiles.findByPrefix(prefix, limit + 1, after);
  const people = found.slice(0, limit);
  const last = people.at(-1);
  const ids = [...new Set(people.map((person) => person.userId))];
  const rows = await needs.members.findMany(groupId, ids, 'eventual');
  const members = new Map(rows.map((row) => [row.userId, row]));
  return {
    members: ids.flatMap((id) => members.get(id) ?? []),
    names: namesOf(people),
    showsMarks,
    ...(found.length > limit && last && { nextCursor: encodeCursor(scope, last.handle) }),
  };
}

/** Whether members' read marks are shown: in groups of up to MEMBERS_SHOWN. */
export function showsMarksOf({ group }: { readonly group?: NamedGroup | undefined }): boolean {
  return (group?.member_count ?? 2) <= MEMBERS_SHOWN;
}
