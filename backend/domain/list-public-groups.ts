import { encodeCursor } from '../../schema/cursors.ts';
import { foldGroupName } from '../../schema/group-names.ts';
import type { Dependencies } from './dependencies.ts';
import type { NamedGroup } from './model.ts';
import { pageStart } from './page-start.ts';

/** A public group as any user sees it. */
export interface PublicGroup {
  readonly group: NamedGroup;
  /** Whether the user is a member. */
  readonly joined: boolean;
}

export interface PublicGroupsPage {
  readonly groups: readonly PublicGroup[];
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/**
 * A page of the public groups whose names begin with a prefix, by folded name. 0.5 R for 4 KB of the list and of the user's
 * rows of named groups, and 0.5 R for each group that no user of this process has listed within the last second.
 *
 * The index is a moment late, and META is what counts: a group that has become private is left out as soon as META says
 * so, and one that was renamed has its new name at its old place until then. A page may be short; `next` goes on.
 * @throws BadRequestError `cursor_invalid`.
 */
export async function listPublicGroups(
  { listings, members, summaries }: Pick<Dependencies, 'listings' | 'members' | 'summaries'>,
  request: {
    readonly userId: string;
    readonly prefix: string;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<PublicGroupsPage> {
  const { userId, limit, cursor } = request;
  const prefix = foldGroupName(request.prefix);
  const scope = ['public groups', userId, prefix] as const;
  const after = pageStart(scope, cursor);
  const [found, rows] = await Promise.all([
    listings.page(prefix, limit + 1, after),
    members.namedRows(userId),
  ]);
  const listed = found.slice(0, limit);
  const metas = await summaries.read(listed.map(({ groupId }) => groupId));
  const own = new Set(rows.map(({ groupId }) => groupId));
  const last = listed.at(-1);
  return {
    groups: listed.flatMap(({ groupId }) => {
      const group = metas.get(groupId);
      return group?.visibility === 'public' ? [{ group, joined: own.has(groupId) }] : [];
    }),
    ...(found.length > limit && last && { nextCursor: encodeCursor(scope, last.inbox_sk) }),
  };
}
