import { readdirSync } from 'node:fs';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import { openTable } from '../../backend/table/table.ts';
import { wire } from '../../backend/wiring.ts';
import type { TestTable } from '../support/test-table.ts';

/** Creates another table on the same engine, for one test. */
export function tableBeside(db: TestTable, tableName: string): TestTable {
  const table = openTable(db.client, tableName);
  return {
    ...db,
    tableName,
    config: { ...db.config, tableName },
    table,
    newContext: (options) => wire({ table, ...options }),
  };
}

/** Reads every item of a table as it is stored, by its key. */
export async function readAll(
  client: DynamoDBClient,
  TableName: string,
): Promise<ReadonlyMap<string, Record<string, AttributeValue>>> {
  const items = new Map<string, Record<string, AttributeValue>>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of Items) items.set(`${item['pk']?.S} ${item['sk']?.S}`, item);
  }
  return items;
}

/** Lists the files in a directory and its subdirectories. */
export function namesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true }).map(String).sort();
}
