import { messageItem } from '../../schema/items.ts';
import { messageKey } from '../../schema/keys.ts';
import { BusyError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import type { LogEntry, Member } from './model.ts';
import {
  type Difference,
  differences,
  factsOf,
  type GroupFacts,
  mergeFacts,
  stateByLog,
} from './summaries.ts';

/** A member's row that is not what the log says. */
export interface RowDifference {
  readonly groupId: string;
  readonly userId: string;
  readonly differences: readonly Difference[];
}

/** An item of a group's log that is not a whole message: the log's content is unknown, and no summary is made of the rest. */
export class UnreadableLogError extends Error {
  constructor({ groupId, seq }: LogEntry) {
    const { pk, sk } = messageKey(groupId, seq);
    super(`${pk}  ${sk}  is no message as the schema has it`);
    this.name = 'UnreadableLogError';
  }
}

type Stores = Pick<Dependencies, 'members' | 'messages'>;

/** The attributes that a whole message has. */
const wholeMessage = messageItem.omit({ pk: true, sk: true });

/** Maximum attempts for a group whose rows change while its log is read. */
const MAX_ATTEMPTS = 10;

/**
 * The members of a group whose rows differ from what the log says. Writes nothing.
 * @throws UnreadableLogError
 */
export async function compareSummaries(stores: Stores, groupId: string): Promise<RowDifference[]> {
  // Rows first: every message that they show is in the log that is read after them.
  const rows = await stores.members.list(groupId);
  const log = await readFacts(stores, groupId);
  return log
    ? rows.map((row) => compareRow(groupId, row, log)).filter((row) => row.differences.length > 0)
    : [];
}

/**
 * Rebuilds the summaries of a group from its log, and returns the rows that were corrected. It may run while messages are
 * sent and the stream is processed: a row that changed since it was read is not written but read again, with the log.
 * @throws BusyError when rows keep changing; UnreadableLogError.
 */
export async function rebuildSummaries(stores: Stores, groupId: string): Promise<RowDifference[]> {
  const corrected = new Map<string, RowDifference>();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const rows = await stores.members.list(groupId);
    const log = await readFacts(stores, groupId);
    if (!log) return [];
    let raced = false;
    for (const row of rows) {
      const found = compareRow(groupId, row, log);
      if (found.differences.length === 0) continue;
      const outcome = await stores.members.replaceSummary(row, stateByLog(row, log));
      if (outcome.stored) corrected.set(found.userId, found);
      else raced = true;
    }
    if (!raced) return [...corrected.values()];
  }
  throw new BusyError('The summaries of this conversation keep changing.');
}

function compareRow(groupId: string, row: Member, log: GroupFacts): RowDifference {
  return { groupId, userId: row.userId, differences: differences(row, stateByLog(row, log)) };
}

async function readFacts({ messages }: Stores, groupId: string): Promise<GroupFacts | undefined> {
  let facts: GroupFacts | undefined;
  for await (const page of messages.log(groupId)) {
    const unreadable = page.find((entry) => !wholeMessage.safeParse(entry).success);
    if (unreadable) throw new UnreadableLogError(unreadable);
    const more = factsOf(page);
    if (more) facts = facts ? mergeFacts(facts, more) : more;
  }
  return facts;
}
