import { BatchWriteCommand, type BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../backend/table/table.ts';
import type { Item } from './items.ts';

/** DynamoDB's limit for the items of one BatchWriteItem. */
const BATCH = 25;
/** Maximum batches at once: enough to keep engine and client busy. */
const WRITERS = 4;

/** Writes items, many at a time. Returns their number. */
export async function fill(table: Table, items: Iterable<Item>): Promise<number> {
  let written = 0;
  // All writers take from one iterator: a batch is created when a writer is free.
  const batches = batchesOf(items);
  const writer = async () => {
    for (const batch of batches) {
      await write(table, batch);
      written += batch.length;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return written;
}

async function write(table: Table, batch: readonly Item[]): Promise<void> {
  let rest: BatchWriteCommandInput['RequestItems'] = {
    [table.name]: batch.map((item) => ({ PutRequest: { Item: item } })),
  };
  while (rest !== undefined && Object.keys(rest).length > 0) {
    rest = (await table.send(new BatchWriteCommand({ RequestItems: rest }))).UnprocessedItems;
  }
}

function* batchesOf(items: Iterable<Item>): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
