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
/** Rounds in a row in which DynamoDB takes nothing of a batch, after which it is given up: about half a minute. */
const MAX_IDLE_ROUNDS = 120;
/** Requests under way at once. */
const CONCURRENCY = 16;

/** What became of an item: it is there now. */
export type Written =
  | 'stored'
  /** It was there, as it is. */
  | 'found'
  /** Another item is there under its key, and was left as it is. */
  | 'different';

/**
 * Puts items, whatever stands there: for a table that was empty. What DynamoDB leaves of a batch when it throttles is sent
 * again. Repeating a put of the same item changes nothing, so an answer that was lost does no harm.
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
 * Puts items where nothing stands, one by one. Under a key may stand the same item, of an earlier attempt, or the same in
 * a later state, a row that the stream's function has brought up to date; neither is touched, so nothing younger is lost.
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

/** @throws TableUnavailableError when DynamoDB takes nothing for long; SDK errors. */
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

/** Runs a task for each, so many at once; what comes is asked for no faster than it is done. */
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
