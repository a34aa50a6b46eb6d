import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type DynamoConfig, readDynamoConfig } from '../../backend/config.ts';
import { type Wiring, type WiringOptions, wire } from '../../backend/wiring.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import { tableDefinition } from '../../schema/table.ts';
import { compareClients } from './compare-clients.ts';
import { type Engine, startEngine } from './engine.ts';
import { recordCalls } from './recorded-calls.ts';

/** An empty table with production's keys and index, on the engine of the run or on its own. */
export interface TestTable {
  readonly engine: Engine;
  readonly endpoint: string;
  readonly tableName: string;
  readonly config: DynamoConfig;
  /** The production client. */
  readonly client: DynamoDBClient;
  readonly table: Table;
  /** Creates another context, like another process on the same table: it shares no cache. */
  newContext(options?: Omit<WiringOptions, 'table'>): Wiring;
  /** Opens the same table through another endpoint, such as a proxy's. It is closed with this one. */
  through(endpoint: string): Table;
  close(): Promise<void>;
}

export interface TestTableOptions {
  /** Whether the table has production's stream. Default: no. */
  readonly stream?: boolean;
  /** `own`: an embedded engine that the test may crash. Default: the engine of the run. */
  readonly engine?: 'run' | 'own';
}

/**
 * Creates a table on the engine of the run, which TEST_DYNAMODB_ENDPOINT names; or, if the run has none, on its own
 * engine. The owner closes the table, which deletes it; `useTestTable` does that by itself.
 *
 * A table has a stream only if the test reads it: the embedded engine scans all earlier stream records, of every
 * table, at each write to a table with a stream. Such a table has its own engine, unless
 * TEST_STREAMS_ENDPOINT names one without that cost (`npm run test:docker` sets both).
 */
export async function createTestTable(options: TestTableOptions = {}): Promise<TestTable> {
  const { stream = false } = options;
  const shared = options.engine === 'own' ? undefined : runEndpoint(stream);
  const engine = shared === undefined ? await startEngine() : sharedEngine(shared);
  const tableName = `cruddur-messages-test-${randomUUID()}`;
  const clients: DynamoDBClient[] = [];
  const differences: (readonly string[])[] = [];
  const open = (endpoint: string) => {
    const { DDB_CLIENT } = process.env;
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: endpoint, DDB_MESSAGE_TABLE: tableName, DDB_CLIENT };
    const config = readDynamoConfig(environment);
    const client = createDynamoClient(config);
    clients.push(client);
    recordCalls(client);
    differences.push(compareClients(client));
    return { config, client, table: openTable(client, tableName) };
  };
  const close = async () => {
    for (const client of clients) client.destroy();
    await engine.stop();
  };
  try {
    const own = open(engine.endpoint);
    if (stream) await loadSchema(own.client, tableName);
    else await createTableWithoutStream(own.client, tableName);
    return {
      ...own,
      engine,
      endpoint: engine.endpoint,
      tableName,
      newContext: (options) => wire({ table: own.table, ...options }),
      through: (endpoint) => open(endpoint).table,
      close: async () => {
        // The test's own engine ends with its tables, and may have crashed.
        if (shared !== undefined) await own.client.send(new DeleteTableCommand({ TableName: tableName }));
        await close();
        if (differences.flat().length > 0) throw new Error(differences.flat().join('\n'));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A new table for the tests of a file: it exists from `beforeAll` to `afterAll`.
 *
 *     const db = useTestTable();
 *     it('…', async () => { const context = db().newContext(); … });
 */
export function useTestTable(options: TestTableOptions = {}): () => TestTable {
  let created: TestTable | undefined;
  beforeAll(async () => {
    created = await createTestTable(options);
  });
  afterAll(async () => {
    await created?.close();
  });
  return () => {
    if (!created) throw new Error('the table exists only from beforeAll to afterAll');
    return created;
  };
}

/** The run's engine for such tables; undefined if it has none. */
function runEndpoint(stream: boolean): string | undefined {
  return process.env[stream ? 'TEST_STREAMS_ENDPOINT' : 'TEST_DYNAMODB_ENDPOINT'];
}

/** Creates the production table without its stream, and waits until it is active. */
async function createTableWithoutStream(client: DynamoDBClient, TableName: string): Promise<void> {
  const { StreamSpecification, ...definition } = tableDefinition(TableName);
  await client.send(new CreateTableCommand(definition)).catch((error: unknown) => {
    // Nobody else uses this name: a slow engine's answer was not waited for, and the client repeated the request.
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  await waitUntilTableExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 30 }, { TableName });
}

/** An engine that this test must not end. */
function sharedEngine(endpoint: string): Engine {
  const refuse = () => Promise.reject(new Error('an engine that others use is not to be crashed'));
  const port = Number(new URL(endpoint).port);
  return { endpoint, port, pid: 0, stop: () => Promise.resolve(), crash: refuse };
}
