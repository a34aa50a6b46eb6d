import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { RawItem } from './item-json.ts';

/** A part of a table: segment `number` of a parallel scan with `of` segments. */
export interface Segment {
  readonly number: number;
  readonly of: number;
}

/**
 * Reads the items of a part of a table, in the order of its partitions and of their sort keys. Strongly consistent, a page
 * (1 MB) at a time: 1 R for 4 KB. A page includes every write that was acknowledged before it was requested.
 */
export async function* scanSegment(
  client: DynamoDBClient,
  tableName: string,
  segment: Segment,
): AsyncGenerator<RawItem> {
  const input = {
    TableName: tableName,
    ConsistentRead: true,
    Segment: segment.number,
    TotalSegments: segment.of,
  };
  for await (const { Items = [] } of paginateScan({ client }, input)) yield* Items;
}

/** Returns all segments of a scan. */
export function segments(of: number): Segment[] {
  return Array.from({ length: of }, (_, number) => ({ number, of }));
}

/** Passes items on, and calls `onItem` for each of them. */
export async function* counted<Item>(items: AsyncIterable<Item>, onItem: () => void): AsyncGenerator<Item> {
  for await (const item of items) {
    onItem();
    yield item;
  }
}
