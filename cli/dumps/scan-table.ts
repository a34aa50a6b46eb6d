import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { RawItem } from './item-json.ts';

/** A part of a table: this segment of so many. */
export interface Segment {
  readonly number: number;
  readonly of: number;
}

/**
 * The items of a part of a table, in the order of its partitions, each in the order of its sort keys. Strongly read,
 * a page (1 MB) at a time: 1 R for 4 KB. Writes that were answered before a page was asked for are in it.
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

/** All segments there are of so many. */
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
