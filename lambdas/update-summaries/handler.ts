import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import PQueue from 'p-queue';
import { publishAgain } from '../../backend/domain/publish-changes.ts';
import type { Publisher } from '../../backend/events/changes.ts';
import type { Logger } from '../../backend/logger.ts';
import type { LogEntry } from '../../backend/domain/model.ts';
import { NO_OBSERVER, type Observer } from '../../backend/observer.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { type SummaryStores, type Update, updateSummaries } from '../../backend/domain/update-summaries.ts';
import { AppError } from '../../backend/errors.ts';
import { MAX_ADDED } from '../../schema/items.ts';
import type { Key } from '../../schema/keys.ts';
import { type GroupRecords, readRecords } from './stream-records.ts';

/** A batch of 500 records can be of 500 groups: not all of them are processed at once. */
const GROUPS_AT_ONCE = 20;

/** Ids of messages in a log line, which lead to the request that wrote them. */
const LOGGED_IDS = 10;

/** Stores the keys of records that can never succeed, for an operator. */
export type FailureQueue = (keys: readonly Key[]) => Promise<void>;

export interface HandlerParts extends SummaryStores {
  readonly events: Publisher;
  readonly failures: FailureQueue;
  readonly logger: Logger;
  /** Default: nothing is observed. */
  readonly observer?: Pick<Observer, 'follow'>;
}

/**
 * Keeps the summaries, the deleted seqs and the change log, and removes the reactions and pins of deleted messages: for each group
 * in a batch, the facts of its records are applied (see `domain/update-summaries.ts` for the order of the writes), then
 * they are published.
 *
 * A batch may come again, in part or whole, beside others, or late: applying facts twice changes nothing, and a change
 * that is logged twice makes clients fetch once more. So a passing fault reports the first record that it affected, from
 * which Lambda continues, and groups that were finished are processed again. A record that can never succeed must not
 * hold up the shard: it is logged, its keys go to the failure queue, and the rest of the batch is processed. An image
 * that contradicts its key is such a record.
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
  parts: HandlerParts,
  groupId: string,
  { messages, reactions, pins, firstPlace, keys }: GroupRecords,
): Promise<number> {
  const { failures, logger, observer = NO_OBSERVER } = parts;
  try {
    const update = await updateSummaries(parts, groupId, factsOf(messages), { reactions, pins });
    for (const message of messages) observer.follow('summarised', message);
    const firstMembers = messages.some(({ seq, rev }) => seq === 1 && rev === 0)
      ? await readFirstMembers(parts, groupId, update)
      : [];
    const reactedTo = reactions.map(({ seq }) => seq);
    const changesPins = pins.size > 0;
    await publishAgain(parts.events, { groupId, update, messages, reactedTo, changesPins, firstMembers });
    return Infinity;
  } catch (error) {
    const about = { group: groupId, messages: messages.slice(0, LOGGED_IDS).map(idOf) };
    if (isPassing(error)) {
      logger.warn({ err: error, ...about }, 'summaries were not written, and will be tried again');
      return firstPlace;
    }
    logger.error({ err: error, ...about, skipped: keys.length }, 'summaries cannot be written');
    await failures(keys);
    return Infinity;
  }
}

/**
 * The first members of a group, whose first message does not name them. A named group has at most MAX_ADDED of them and its
 * creator: 1 R for 4 KB of their rows.
 */
async function readFirstMembers(
  { members }: HandlerParts,
  groupId: string,
  { updated }: Update,
): Promise<string[]> {
  const rows = updated?.kind === 'direct' ? updated.rows : await members.list(groupId, MAX_ADDED + 1);
  return rows.filter((row) => row.joined_seq === 1).map((row) => row.userId);
}

/** Whether another try may succeed: the table's own failures and races do, a request that no engine accepts does not. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError;
}

const idOf = ({ message_uuid }: LogEntry): string => message_uuid;
