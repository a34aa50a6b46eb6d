import type { MemberItem } from '../../schema/items.ts';
import { BusyError } from '../errors.ts';
import { backoff } from '../table/backoff.ts';
import type { MemberStore } from '../table/member-store.ts';
import { applyFacts, type GroupFacts } from './summaries.ts';

/** How often a row that somebody else changed meanwhile is looked at again. */
const MAX_ATTEMPTS = 10;

/**
 * Brings the rows of all members of a group up to these facts. 1 R for 8 members (strong: the index could miss a new
 * one), 3 W for each row that is not current.
 *
 * Any number of these may run at once, for the same facts or others: a row is written only if it is the one that was
 * read, and what is there instead is merged with the same facts. A row that is gone stays gone.
 */
export async function updateSummaries(
  members: MemberStore,
  groupId: string,
  facts: GroupFacts,
): Promise<void> {
  const rows = await members.list(groupId);
  await Promise.all(rows.map((row) => updateRow(members, row, facts)));
}

async function updateRow(members: MemberStore, read: MemberItem, facts: GroupFacts): Promise<void> {
  let row = read;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const change = applyFacts(row, facts);
    if (change === undefined) return;
    const outcome = await members.applySummary(row, change);
    if (outcome.stored || outcome.existing === undefined) return;
    row = outcome.existing;
    if (attempt > 0) await backoff(attempt - 1);
  }
  throw new BusyError('A summary changes faster than it can be written.');
}
