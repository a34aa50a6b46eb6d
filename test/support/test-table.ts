import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoConfig, readDynamoConfig } from '../../backend/config.ts';
import { type Wiring, type WiringOptions, wire } from '../../backend/wiring.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import { type Engine, startEngine } from './engine.ts';
import { recordCalls } from './recorded-calls.ts';

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
  newContext(options?: Omit<WiringOptions, 'table'>): Wiring;
  /** The same table by another client, through another endpoint: a proxy's, say. Closed with this one. */
  through(endpoint: string): Table;
  close(): Promise<void>;
}

/**
 * Starts an engine and creates the table on it. Its owner closes it; `useTestTable` does so by itself.
 *
 * With TEST_DYNAMODB_ENDPOINT (`npm run test:docker` sets it) the table is on that engine, which all tables share.
 * @param engineOf `test`: an engine that the test may crash, in any case the embedded one.
 */
export async function createTestTable(engineOf: 'run' | 'test' = 'run'): Promise<TestTable> {
  const shared = engineOf === 'run' ? process.env['TEST_DYNAMODB_ENDPOINT'] : undefined;
  const engine = shared === undefined ? await startEngine() : sharedEngine(shared);
  const tableName = `cruddur-messages-test-${randomUUID()}`;
  const clients: DynamoDBClient[] = [];
  const open = (endpoint: string) => {
    const config = readDynamoConfig({ AWS_ENDPOINT_URL_DYNAMODB: endpoint, DDB_MESSAGE_TABLE: tableName });
    const client = createDynamoClient(config);
    clients.push(client);
    recordCalls(client);
    return { config, client, table: openTable(client, tableName) };
  };
  const close = async () => {
    for (const client of clients) client.destroy();
    await engine.stop();
  };
  try {
    const own = open(engine.endpoint);
    await loadSchema(own.client, tableName);
    return {
      ...own,
      engine,
      endpoint: engine.endpoint,
      tableName,
      newContext: (options) => wire({ table: own.table, ...options }),
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

/** An engine that is not this test's to end. */
function sharedEngine(endpoint: string): Engine {
  const refuse = () => Promise.reject(new Error('an engine that others use is not to be crashed'));
  const port = Number(new URL(endpoint).port);
  return { endpoint, port, pid: 0, stop: () => Promise.resolve(), crash: refuse };
}
