import { DescribeTableCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { compareTable } from '../../backend/table/schema-loader.ts';
import { createTestTable, type TestTable } from './test-table.ts';

describe('a test table', () => {
  it('equals the production table if it has a stream', async () => {
    const db = await createTestTable({ stream: true });
    expect(await differingParts(db)).toEqual([]);
    await db.close();
  });

  it('equals the production table except for the stream if it has none', async () => {
    const db = await createTestTable();
    expect(await differingParts(db)).toEqual(['stream']);
    await db.close();
  });

  it('is gone when it is closed, while the engine of the run remains', async () => {
    const [gone, other] = [await createTestTable(), await createTestTable()];
    expect(gone.endpoint).toBe(other.endpoint);
    await gone.close();
    await expect(
      other.client.send(new DescribeTableCommand({ TableName: gone.tableName })),
    ).rejects.toBeInstanceOf(ResourceNotFoundException);
    await other.close();
  });
});

/** Returns the parts of a table that differ from production. */
async function differingParts({ client, tableName }: TestTable): Promise<string[]> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  return compareTable(Table ?? {}, tableName)
    .filter(({ stored, expected }) => stored !== expected)
    .map(({ part }) => part);
}
