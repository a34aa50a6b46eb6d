import { encodeCursor } from '../../schema/cursors.ts';
import { directGroupId } from '../../schema/ids.ts';
import { ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import type { Block } from '../table/block-store.ts';
import { CONFLICT, retryOnConflict } from '../table/retry-on-conflict.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, repairPair } from './membership.ts';
import type { NameReader } from './names.ts';
import { pageStart } from './page-start.ts';

/** A block that others change meanwhile, or whose direct group is opened. */
const BLOCKING = {
  attempts: 10,
  busy: 'This block changes faster than it can be written.',
  firstAtOnce: true,
};

type Needs = AccessNeeds & Pick<Dependencies, 'profiles' | 'clock'>;

/** Who is blocked, by handle, and by whom. */
interface BlockRequest {
  readonly userId: string;
  readonly handle: string;
}

/**
 * Blocks a user. Repeating it changes nothing. 8 W, or 4 W where the pair has no direct group, and 3 R.
 *
 * A message whose sender was authorised before the block is stored may still be stored after it: both are on their way at
 * once. One that is sent after the block's response is refused. A group that is opened at the same moment either
 * exists before the block, and gets its flags, or is refused.
 * @throws NotFoundError for an unknown handle; UnprocessableError `block_self`.
 */
export async function blockUser(needs: Needs, request: BlockRequest): Promise<void> {
  const pair = await pairOf(needs, request);
  await retryOnConflict(BLOCKING, async () => {
    if (await needs.blocks.find(pair)) return;
    const block: Block = { ...pair, created_at: needs.clock().toISOString() };
    return (await needs.blocks.add(block, await isOpen(needs, pair))) ? undefined : CONFLICT;
  });
}

/** Unblocks a user. Repeating it changes nothing. 8 W, or 4 W where the pair has no direct group, and 3 R. @throws as `blockUser`. */
export async function unblockUser(needs: Needs, request: BlockRequest): Promise<void> {
  const pair = await pairOf(needs, request);
  await retryOnConflict(BLOCKING, async () => {
    const block = await needs.blocks.find(pair);
    if (!block) return;
    return (await needs.blocks.remove(block, await isOpen(needs, pair))) ? undefined : CONFLICT;
  });
}

async function pairOf({ profiles }: Needs, { userId, handle }: BlockRequest) {
  const other = await profiles.findByHandle(handle, 'strong');
  if (!other) throw new NotFoundError();
  if (other.userId === userId) throw new UnprocessableError([{ code: 'block_self' }]);
  return { userId, otherId: other.userId };
}

/** Whether the pair has a direct group. Half a group, which only a damaged table has, is repaired. */
async function isOpen(
  needs: Needs,
  { userId, otherId }: { readonly userId: string; readonly otherId: string },
): Promise<boolean> {
  const groupId = directGroupId(userId, otherId);
  const rows = await needs.members.pair(groupId);
  if (rows.length === 1) await repairPair(needs, groupId, [userId, otherId]);
  return rows.length > 0;
}

/**
 * Requires that none of the users whom a user adds to a group blocks them. 1 R each. A block that is stored between this and
 * the group's change counts from the next request on.
 * @throws ForbiddenError `recipient_unavailable`.
 */
export async function requireAddable(
  { blocks }: Pick<Dependencies, 'blocks'>,
  actorId: string,
  userIds: readonly string[],
): Promise<void> {
  const blockers = await blocks.blockersOf(actorId, userIds);
  if (blockers.length > 0) throw new ForbiddenError('recipient_unavailable');
}

export interface BlocksPage {
  readonly blocks: readonly Block[];
  readonly names: NameReader;
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** A page of the users whom a user blocks, by user id. 0.5 R for 4 KB, and names. @throws BadRequestError `cursor_invalid`. */
export async function listBlocks(
  { blocks, names }: Pick<Dependencies, 'blocks' | 'names'>,
  request: { readonly userId: string; readonly limit: number; readonly cursor?: string | undefined },
): Promise<BlocksPage> {
  const { userId, limit, cursor } = request;
  const scope = ['blocks', userId] as const;
  const found = await blocks.list(userId, limit + 1, pageStart(scope, cursor));
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    blocks: shown,
    names: await names.read(shown.map(({ otherId }) => otherId)),
    ...(found.length > limit && last && { nextCursor: encodeCursor(scope, last.otherId) }),
  };
}
