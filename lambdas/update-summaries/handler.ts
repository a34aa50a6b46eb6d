import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import PQueue from 'p-queue';
import type { LogEntry } from '../../backend/domain/model.ts';
import { publishAgain } from '../../backend/domain/publish-changes.ts';
import type { Publisher } from '../../backend/events/changes.ts';
import type { Logger } from '../../backend/logger.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { type SummaryStores, updateSummaries } from '../../backend/domain/update-summaries.ts';
import { AppError } from '../../backend/errors.ts';
import type { Key } from '../../schema/keys.ts';
import { type MessageRecord, readRecords } from './stream-records.ts';

/** A batch of 500 records can be of 500 groups: their rows are not read all at once. */
const GROUPS_AT_ONCE = 20;

/** Where the keys of records go that can never succeed, so that somebody can look at them. */
export type FailureQueue = (keys: readonly Key[]) => Promise<void>;

export interface HandlerParts extends SummaryStores {
  readonly events: Publisher;
  readonly failures: FailureQueue;
  readonly logger: Logger;
}

/**
 * Keeps the summaries: for each group in a batch, the facts of its messages are merged into its members' rows.
 *
 * A batch may come again, in part or whole, beside others, or late: applying facts twice changes nothing (see
 * `domain/summaries.ts`). So a passing fault reports the first record it hit, from which Lambda goes on, and groups
 * that were done are simply done again. A record that can never succeed must not hold up the shard: it is logged,
 * its keys go to the failure queue, and the rest of the batch goes on. Nothing in a record is believed that contradicts
 * its key: an image is its key's message, or none.
 */
export function createHandler(parts: HandlerParts) {
  const { failures, logger } = parts;
  return async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    const { groups, broken } = readRecords(event.Records);
    if (broken.length > 0) {
      const keys = broken.flatMap(({ key }) => key ?? []);
      logger.error(
        { skipped: broken.length, records: broken },
        'stream records cannot be read, and are skipped',
      );
      if (keys.length > 0) await failures(keys);
    }
    const queue = new PQueue({ concurrency: GROUPS_AT_ONCE });
    const failedAt = await queue.addAll(
      [...groups].map(
        ([groupId, records]) =>
          () =>
            updateGroup(parts, groupId, records),
      ),
    );
    const first = event.Records[Math.min(...failedAt)];
    return { batchItemFailures: first ? [{ itemIdentifier: first.dynamodb?.SequenceNumber ?? '' }] : [] };
  };
}

/** The place in the batch of the first record that has to come again; Infinity when all of the group's are done. */
async function updateGroup(
  { members, messages, events, failures, logger }: HandlerParts,
  groupId: string,
  records: readonly MessageRecord[],
): Promise<number> {
  const facts = factsOf(records.map((record) => record.message));
  if (!facts) return Infinity;
  try {
    const rows = await updateSummaries({ members, messages }, groupId, facts);
    const written = records.map((record) => record.message);
    const { group } = written.some(changesGroup) ? await members.listWithGroup(groupId) : {};
    await publishAgain(events, { rows, messages: written, ...(group && { group }) });
    return Infinity;
  } catch (error) {
    if (isPassing(error)) {
      logger.warn({ err: error, group: groupId }, 'summaries were not written, and will be tried again');
      return records[0]?.place ?? 0;
    }
    logger.error({ err: error, group: groupId, skipped: records.length }, 'summaries cannot be written');
    await failures(records.map((record) => record.key));
    return Infinity;
  }
}

/** Whether it tells of a change of META, which rows show: a name, the number of members. */
const changesGroup = ({ kind }: LogEntry) => kind === 'system';

/** Whether another try may succeed: the table's own failures and races do, a request that no engine accepts does not. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError;
}
