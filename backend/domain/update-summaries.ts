import { BusyError } from '../errors.ts';
import { backoff } from '../table/backoff.ts';
import type { MemberStore } from '../table/member-store.ts';
import type { MessageStore } from '../table/message-store.ts';
import type { Member } from './model.ts';
import { applyFacts, type GroupFacts, rangeToRecount, rowAfter } from './summaries.ts';

/** Maximum attempts for a row that others change meanwhile. */
const MAX_ATTEMPTS = 10;

/** The members' rows, and the log that they summarise. */
export interface SummaryStores {
  readonly members: MemberStore;
  readonly messages: MessageStore;
}

/**
 * Brings the rows of all members of a group up to these facts. 1 R for 8 members (strong: the index could miss a new
 * one), 3 W for each row that is not current.
 *
 * Any number of these may run at once, for the same facts or others: a row is written only if it is the one that was
 * read, and the row that is there instead is merged with the same facts. A row that was deleted stays deleted.
 * @returns the members' rows as they are now, written or not: a replay writes none, and it may be the one whose events arrive.
 */
export async function updateSummaries(
  stores: SummaryStores,
  groupId: string,
  facts: GroupFacts,
): Promise<Member[]> {
  const members = await stores.members.list(groupId);
  const rows = await Promise.all(members.map((row) => updateRow(stores, groupId, row, facts)));
  return rows.filter((row) => row !== undefined);
}

/** The row as it is afterwards; undefined when it was deleted. */
async function updateRow(
  { members, messages }: SummaryStores,
  groupId: string,
  read: Member,
  facts: GroupFacts,
): Promise<Member | undefined> {
  let row = read;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const range = rangeToRecount(row, facts);
    // Counted after the row was read, and used only for this row as it was: a later count is as high or higher.
    const recounted = range && (await messages.countTombstones(groupId, range));
    const change = applyFacts(row, facts, recounted);
    if (change === undefined) return row;
    const outcome = await members.applySummary(row, change);
    if (outcome.stored) return rowAfter(row, change);
    if (outcome.existing === undefined) return undefined;
    row = outcome.existing;
    if (attempt > 0) await backoff(attempt - 1);
  }
  throw new BusyError('A summary changes faster than it can be written.');
}
