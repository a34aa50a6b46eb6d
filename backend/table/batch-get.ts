import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from '../../schema/keys.ts';
import { TableUnavailableError } from '../errors.ts';
import { backoff } from './backoff.ts';
import type { Table } from './table.ts';

/** DynamoDB's limit for one BatchGetItem. */
const MAX_KEYS = 100;
/** BatchGetItem leaves keys unprocessed when it throttles; how often the rest is asked for. */
const MAX_ROUNDS = 5;

/**
 * One BatchGetItem for each 100 keys, and more for what they leave. Items that are not there are left out; the order is
 * DynamoDB's own. 0.5 R an item, 1 R where `strong`.
 * @param keys each once.
 */
export async function batchGet(table: Table, keys: readonly Key[], strong = false): Promise<Key[]> {
  const parts: Promise<Key[]>[] = [];
  for (let from = 0; from < keys.length; from += MAX_KEYS) {
    parts.push(getAll(table, keys.slice(from, from + MAX_KEYS), strong));
  }
  return (await Promise.all(parts)).flat();
}

/** @param keys 1 to 100. */
async function getAll(table: Table, keys: readonly Key[], strong: boolean): Promise<Key[]> {
  const items: Key[] = [];
  let requests: BatchGetCommandInput['RequestItems'] = {
    [table.name]: { Keys: [...keys], ...(strong && { ConsistentRead: true }) },
  };
  for (let round = 0; ; round += 1) {
    const page: BatchGetCommandOutput = await table.send(new BatchGetCommand({ RequestItems: requests }));
    items.push(...((page.Responses?.[table.name] ?? []) as Key[]));
    requests = page.UnprocessedKeys;
    if (requests === undefined || Object.keys(requests).length === 0) break;
    if (round + 1 === MAX_ROUNDS) throw new TableUnavailableError();
    await backoff(round);
  }
  return items;
}
