import { setTimeout as sleep } from 'node:timers/promises';
import type { Key } from '../../schema/keys.ts';
import { CONFLICT, retryOnConflict } from '../table/retry-on-conflict.ts';
import type { LogFault } from './check-log.ts';
import { GroupInspection, type InspectionStores, type Settle } from './inspect-group.ts';
import type { Difference } from './inspection.ts';

/** An item that was not what the log says. */
export interface ItemDifference {
  readonly key: Key;
  readonly differences: readonly Difference[];
}

/** What was found in a group. */
export interface GroupReport {
  /** Items that are not what the log says; after a rebuild, what they were. */
  readonly differences: readonly ItemDifference[];
  /** What cannot be repaired: the first of them. */
  readonly faults: readonly LogFault[];
}

/** An item that others change meanwhile. */
const REPAIRING = { attempts: 10, busy: 'This conversation changes faster than it can be repaired.' };
/** Between two looks at an item that differs. */
const PAUSE_MS = 250;

/**
 * Compares what is kept of a group with its log, and writes nothing: the summary, the read marks, the places in the inbox,
 * the notes of deleted messages, their reactions and pins, the items of mentions, and whether the logs are dense. It reads both
 * logs and all members, page by page.
 *
 * It may run while the group is in use. What the stream keeps is about a second behind the log, so a difference counts
 * only where it lasts.
 * @param waitMs how long a difference must last; at most once for the group.
 */
export async function compareSummaries(
  stores: InspectionStores,
  groupId: string,
  waitMs = 0,
): Promise<GroupReport> {
  let deadline: number | undefined;
  return inspect(stores, groupId, async (look) => {
    for (;;) {
      const found = await look();
      deadline ??= Date.now() + waitMs;
      if (!found || Date.now() >= deadline) return found?.differences;
      await sleep(PAUSE_MS);
    }
  });
}

/**
 * Repairs what is kept of a group, from its log, and then notes in the change log that all may have changed: clients load
 * the group again. What has no other copy is only reported: a log with a gap, a wrong `n`, an item that is no message.
 *
 * It may run while the group is in use. Each repair is on the condition that the item is the one that was read; otherwise
 * the item is read again, with what the log says then. A rebuild that was interrupted is run again.
 * @throws BusyError where an item changes faster than it can be written.
 */
export async function rebuildSummaries(stores: InspectionStores, groupId: string): Promise<GroupReport> {
  const report = await inspect(stores, groupId, (look) =>
    retryOnConflict(REPAIRING, async () => {
      const found = await look();
      return !found || (await found.repair()) ? found?.differences : CONFLICT;
    }),
  );
  if (report.differences.length > 0) {
    await stores.changes.append(groupId, { all: true, changed_at: stores.clock().toISOString() });
  }
  return report;
}

async function inspect(stores: InspectionStores, groupId: string, settle: Settle): Promise<GroupReport> {
  const differences: ItemDifference[] = [];
  const faults = await new GroupInspection(stores, groupId, async (key, look) => {
    const found = await settle(look);
    if (found) differences.push({ key, differences: found });
  }).run();
  return { differences, faults };
}
