import { afterAll, beforeAll } from '@jest/globals';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoConfig, readDynamoConfig } from '../../backend/config.ts';
import { type Context, type ContextOptions, createContext } from '../../backend/context.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import { type Engine, startEngine } from './engine.ts';

/** A table as in production, empty, on an engine of its own. */
export interface TestTable {
  readonly engine: Engine;
  readonly endpoint: string;
  readonly tableName: string;
  readonly config: DynamoConfig;
  /** The production client. */
  readonly client: DynamoDBClient;
  readonly table: Table;
  /** A context of its own, as another process on the same table has: nothing remembered is shared. */
  newContext(options?: Omit<ContextOptions, 'table'>): Context;
  /** The same table by another client, through another endpoint: a proxy's, say. Closed with this one. */
  through(endpoint: string): Table;
  close(): Promise<void>;
}

const TABLE_NAME = 'cruddur-messages-test';

/** Starts an engine and creates the table on it. Its owner closes it; `useTestTable` does so by itself. */
export async function createTestTable(): Promise<TestTable> {
  const engine = await startEngine();
  const clients: DynamoDBClient[] = [];
  const open = (endpoint: string) => {
    const config = readDynamoConfig({ AWS_ENDPOINT_URL_DYNAMODB: endpoint, DDB_MESSAGE_TABLE: TABLE_NAME });
    const client = createDynamoClient(config);
    clients.push(client);
    return { config, client, table: openTable(client, TABLE_NAME) };
  };
  const close = async () => {
    for (const client of clients) client.destroy();
    await engine.stop();
  };
  try {
    const own = open(engine.endpoint);
    await loadSchema(own.client, TABLE_NAME);
    return {
      ...own,
      engine,
      endpoint: engine.endpoint,
      tableName: TABLE_NAME,
      newContext: (options) => createContext({ table: own.table, ...options }),
      through: (endpoint) => open(endpoint).table,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A fresh table for the tests of a file: it is there from `beforeAll` to `afterAll`.
 *
 *     const db = useTestTable();
 *     it('…', async () => { const context = db().newContext(); … });
 */
export function useTestTable(): () => TestTable {
  let created: TestTable | undefined;
  beforeAll(async () => {
    created = await createTestTable();
  });
  afterAll(async () => {
    await created?.close();
  });
  return () => {
    if (!created) throw new Error('the table is there from beforeAll to afterAll');
    return created;
  };
}
