import { MAX_GROUPS, MAX_GROUPS_BY_OTHERS } from '../../schema/items.ts';
import { type Issue, UnprocessableError } from '../errors.ts';
import type { MemberStore } from '../table/member-store.ts';

/** A user who is about to join a group. */
export interface Joining {
  readonly userId: string;
  /** The field of the request that names them. Absent: the caller joins by themselves. */
  readonly field?: string;
}

/**
 * Checks that users have room for another named group. All named groups of a user are read for each page of their inbox, so
 * their number is bounded, and so is the number of those to which others added them. The index is a moment late, and
 * several requests may add a user at once: then a few groups more than the bound are possible, which costs little.
 * @throws UnprocessableError `groups_full`, one issue for each user.
 */
export async function requireRoom(
  { members }: { readonly members: Pick<MemberStore, 'countNamed'> },
  actorId: string,
  joining: readonly Joining[],
): Promise<void> {
  const issues = await Promise.all(
    joining.map(async ({ userId, field }): Promise<Issue[]> => {
      const { groups, byOthers } = await members.countNamed(userId);
      const isFull = groups >= MAX_GROUPS || (userId !== actorId && byOthers >= MAX_GROUPS_BY_OTHERS);
      return isFull ? [{ code: 'groups_full', ...(field !== undefined && { field }) }] : [];
    }),
  );
  const [first, ...rest] = issues.flat();
  if (first) throw new UnprocessableError([first, ...rest]);
}
