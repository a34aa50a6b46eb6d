import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from '../../schema/keys.ts';
import { TableUnavailableError } from '../errors.ts';
import { backoff } from './backoff.ts';
import type { Table } from './table.ts';

/** BatchGetItem leaves keys unprocessed when it throttles; how often the rest is asked for. */
const MAX_ROUNDS = 5;

/**
 * One BatchGetItem, and more for what it leaves. Items that are not there are left out; the order is DynamoDB's own.
 * 0.5 R an item, 1 R where `strong`.
 * @param keys at most 100, DynamoDB's limit; each once.
 */
export async function batchGet(table: Table, keys: readonly Key[], strong = false): Promise<Key[]> {
  const items: Key[] = [];
  let requests: BatchGetCommandInput['RequestItems'] = {
    [table.name]: { Keys: [...keys], ...(strong && { ConsistentRead: true }) },
  };
  for (let round = 0; keys.length > 0; round += 1) {
    const page: BatchGetCommandOutput = await table.send(new BatchGetCommand({ RequestItems: requests }));
    items.push(...((page.Responses?.[table.name] ?? []) as Key[]));
    requests = page.UnprocessedKeys;
    if (requests === undefined || Object.keys(requests).length === 0) break;
    if (round + 1 === MAX_ROUNDS) throw new TableUnavailableError();
    await backoff(round);
  }
  return items;
}
