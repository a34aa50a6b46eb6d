import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import PQueue from 'p-queue';
import { TableUnavailableError } from '../../backend/errors.ts';
import { backoff } from '../../backend/table/backoff.ts';
import { type RawItem, toLine } from './item-json.ts';

/** DynamoDB's limit for one BatchWriteItem. */
const MAX_BATCH = 25;
/** Maximum consecutive rounds in which DynamoDB writes nothing of a batch: about half a minute. */
const MAX_IDLE_ROUNDS = 120;
/** Maximum requests at once. */
const CONCURRENCY = 16;

/** What a put did; the item exists afterwards. */
export type Written =
  | 'stored'
  /** The same item existed already. */
  | 'found'
  /** Another item has its key, and was left unchanged. */
  | 'different';

/**
 * Puts items unconditionally, into a table that was empty. Items of a batch that DynamoDB leaves unprocessed when it
 * throttles are sent again. Repeating a put of the same item changes nothing, so a lost response does no harm.
 */
export async function putAll(
  client: DynamoDBClient,
  tableName: string,
  items: AsyncIterable<RawItem>,
  onWritten: (what: Written, count: number) => void,
): Promise<void> {
  await inParallel(batches(items), async (batch) => {
    await putBatch(client, tableName, batch);
    onWritten('stored', batch.length);
  });
}

/**
 * Puts missing items, one by one. A key may already have the same item from an earlier attempt, or a later state of it, such
 * as a row that the stream's function has updated. Neither is changed, so nothing newer is lost.
 */
export async function putMissing(
  client: DynamoDBClient,
  tableName: string,
  items: AsyncIterable<RawItem>,
  onWritten: (what: Written, count: number) => void,
): Promise<void> {
  await inParallel(items, async (item) => onWritten(await putIfMissing(client, tableName, item), 1));
}

async function putIfMissing(client: DynamoDBClient, TableName: string, Item: RawItem): Promise<Written> {
  try {
    await client.send(
      new PutItemCommand({
        TableName,
        Item,
        ConditionExpression: NOTHING_IS_THERE,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return 'stored';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item && toLine(error.Item) === toLine(Item) ? 'found' : 'different';
  }
}

const NOTHING_IS_THERE = 'attribute_not_exists(pk)';

/** @throws TableUnavailableError when DynamoDB writes nothing for a long time; SDK errors. */
async function putBatch(client: DynamoDBClient, tableName: string, batch: readonly RawItem[]): Promise<void> {
  let requests: WriteRequest[] = batch.map((Item) => ({ PutRequest: { Item } }));
  for (let idle = 0; ;) {
    const answer: BatchWriteItemCommandOutput = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }),
    );
    const left = answer.UnprocessedItems?.[tableName] ?? [];
    if (left.length === 0) return;
    idle = left.length < requests.length ? 0 : idle + 1;
    if (idle === MAX_IDLE_ROUNDS) throw new TableUnavailableError();
    requests = left;
    await backoff(idle);
  }
}

/** Runs a task for each item, with limited concurrency; items are requested no faster than they are done. */
async function inParallel<Item>(
  items: AsyncIterable<Item>,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  const failed = new AbortController();
  for await (const item of items) {
    await queue.onSizeLessThan(CONCURRENCY);
    if (failed.signal.aborted) break;
    queue.add(() => task(item)).catch((error: unknown) => failed.abort(error));
  }
  await queue.onIdle();
  failed.signal.throwIfAborted();
}

async function* batches(items: AsyncIterable<RawItem>): AsyncGenerator<RawItem[]> {
  let batch: RawItem[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < MAX_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
