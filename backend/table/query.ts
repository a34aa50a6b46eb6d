import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Table } from './table.ts';

/**
 * Runs a Query to `limit` items or to its end, whatever number of pages (of 1 MB) that takes.
 * @param limit absent: all there are.
 * @param read what an item is; undefined for one that is left out, and does not count.
 */
export async function queryItems<Item>(
  table: Table,
  input: Omit<QueryCommandInput, 'TableName' | 'Limit'>,
  limit = Infinity,
  read: (item: Record<string, unknown>) => Item | undefined = (item) => item as Item,
): Promise<Item[]> {
  const items: Item[] = [];
  let startKey: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await table.send(
      new QueryCommand({
        ...input,
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
  return items;
}
