import { QueryCommand, type QueryCommandInput, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { groupPk, type Key } from '../../schema/keys.ts';
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
  let isLast = false;
  for await (const page of outputs(table, query, () => limit - items.length)) {
    for (const stored of page.Items ?? []) {
      const item = read(stored);
      if (item !== undefined) items.push(item);
    }
    isLast = page.LastEvaluatedKey === undefined;
  }
  return { items, isLast };
}

/** One page of a Query: what one call of DynamoDB reads, at most 1 MB. */
export interface QueryPage<Item> {
  readonly items: Item[];
  /** The key of the last item that was read, also of one that is left out. Absent: there are no items after these. */
  readonly lastKey?: Key;
}

/** Runs a Query once: it returns `limit` items, or fewer where these have more than 1 MB. @param read as of `queryItems`. */
export async function queryOnce<Item>(
  table: Table,
  query: Query,
  limit: number,
  read: Read<Item>,
): Promise<QueryPage<Item>> {
  const { Items = [], LastEvaluatedKey: lastKey }: QueryCommandOutput = await table.send(
    new QueryCommand({ ...query, TableName: table.name, Limit: limit }),
  );
  return {
    items: Items.flatMap((item) => read(item) ?? []),
    ...(lastKey && { lastKey: { pk: String(lastKey['pk']), sk: String(lastKey['sk']) } }),
  };
}

/** The items of a Query as they are stored, in pages of up to 1 MB: for maintenance, which reads whole partitions. */
export async function* queryPages(table: Table, query: Query): AsyncGenerator<Record<string, unknown>[]> {
  for await (const page of outputs(table, query)) yield page.Items ?? [];
}

/** The items of a group whose sort keys are from one to another, both ends included. */
export function inGroup(groupId: string, from: string, to: string) {
  return {
    // For `begins_with` the embedded engine looks through the whole partition, messages and all.
    KeyConditionExpression: 'pk = :group AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':group': groupPk(groupId), ':from': from, ':to': to },
  };
}

/** Counts the items of a Query up to a limit, and returns none of them. It costs what reading them would. */
export async function countItems(table: Table, query: Query, limit: number): Promise<number> {
  let count = 0;
  const counting = { ...query, Select: 'COUNT' } as const;
  for await (const page of outputs(table, counting, () => limit - count)) count += page.Count ?? 0;
  return count;
}

/** The outputs of a Query, page by page, until it ends or `room` says that no more items are wanted. */
async function* outputs(
  table: Table,
  query: Query,
  room = () => Infinity,
): AsyncGenerator<QueryCommandOutput> {
  let startKey: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page: QueryCommandOutput = await table.send(
      new QueryCommand({
        ...query,
        TableName: table.name,
        ...(Number.isFinite(room()) && { Limit: room() }),
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    yield page;
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined && room() > 0);
}
