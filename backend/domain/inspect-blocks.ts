import { memberKey } from '../../schema/keys.ts';
import type { Dependencies } from './dependencies.ts';
import { found, type Settling } from './inspection.ts';

/**
 * Compares the flags of blocks in a row of a direct group with the blocks themselves, which decide. Both are written in one
 * transaction, so they differ only where items come from different moments: after a restore of a dump that was taken while a
 * user blocked or unblocked another one. 3 R.
 */
export async function inspectBlockFlags(
  { members, blocks }: Pick<Dependencies, 'members' | 'blocks'>,
  groupId: string,
  userId: string,
  settle: Settling,
): Promise<void> {
  await settle(memberKey(groupId, userId), async () => {
    const row = await members.find(groupId, userId);
    if (row?.peer === undefined) return undefined;
    const { peer: otherId, blocks_peer, blocked_by_peer } = row;
    const flags = await blocks.flagsOf({ userId, otherId });
    return found({ blocks_peer, blocked_by_peer }, flags, () =>
      blocks.repairFlags({ userId, otherId }, flags),
    );
  });
}
