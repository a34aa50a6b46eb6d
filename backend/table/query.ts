import { QueryCommand, type QueryCommandInput, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Table } from './table.ts';

/** Items of a Query, and whether it ended there. */
export interface ItemPage<Item> {
  readonly items: Item[];
  /** Whether there are no items after these. */
  readonly isLast: boolean;
}

type Query = Omit<QueryCommandInput, 'TableName' | 'Limit'>;
type Read<Item> = (item: Record<string, unknown>) => Item | undefined;

/**
 * Runs a Query to `limit` items or to its end, whatever number of pages (of 1 MB) that takes.
 * @param limit absent: all there are.
 * @param read what an item is; undefined for one that is left out, and does not count.
 */
export async function queryItems<Item>(
  table: Table,
  query: Query,
  limit = Infinity,
  read: Read<Item> = (item) => item as Item,
): Promise<Item[]> {
  return (await queryPage(table, query, limit, read)).items;
}

/** As `queryItems`, and returns whether there are more. */
export async function queryPage<Item>(
  table: Table,
  query: Query,
  limit: number,
  read: Read<Item>,
): Promise<ItemPage<Item>> {
  const items: Item[] = [];
  let startKey: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await table.send(
      new QueryCommand({
        ...query,
        TableName: table.name,
        ...(Number.isFinite(limit) && { Limit: limit - items.length }),
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    for (const stored of page.Items ?? []) {
      const item = read(stored);
      if (item !== undefined) items.push(item);
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined && items.length < limit);
  return { items, isLast: startKey === undefined };
}

/** The items of a Query as they are stored, in pages of up to 1 MB: for maintenance, which reads whole partitions. */
export async function* queryPages(table: Table, query: Query): AsyncGenerator<Record<string, unknown>[]> {
  let startKey: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page: QueryCommandOutput = await table.send(
      new QueryCommand({ ...query, TableName: table.name, ...(startKey && { ExclusiveStartKey: startKey }) }),
    );
    yield page.Items ?? [];
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}

/** Counts the items of a Query up to a limit, and returns none of them. It costs what reading them would. */
export async function countItems(table: Table, query: Query, limit: number): Promise<number> {
  let count = 0;
  let startKey: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await table.send(
      new QueryCommand({
        ...query,
        TableName: table.name,
        Select: 'COUNT',
        Limit: limit - count,
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    count += page.Count ?? 0;
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined && count < limit);
  return count;
}
