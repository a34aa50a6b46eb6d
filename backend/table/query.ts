import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Table } from './table.ts';

/**
 * Runs a Query to `limit` items or to its end, whatever number of pages (of 1 MB) that takes.
 * @param limit absent: all there are.
 */
export async function queryItems<Item>(
  table: Table,
  input: Omit<QueryCommandInput, 'TableName' | 'Limit'>,
  limit = Infinity,
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
    items.push(...((page.Items ?? []) as Item[]));
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined && items.length < limit);
  return items;
}
