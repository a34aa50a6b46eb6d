import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import getPort from 'get-port';
import { type DynamoConfig, readDynamoConfig } from '../backend/config.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { tableDefinition } from '../schema/table.ts';
import type { Children } from './children.ts';

const PACKAGE = `@dynoxide/${process.platform}-${process.arch}`;
const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 10_000;
const PROBE_PAUSE_MS = 20;

/** The engine that the figures were measured against. */
export interface Engine {
  readonly name: string;
  readonly dynamo: DynamoConfig;
}

/**
 * Starts the embedded engine in memory, with the table of the schema without its stream: on this engine each write to a
 * table with a stream scans all earlier stream records, and the benchmark would measure that.
 */
export async function startEngine(children: Children): Promise<Engine> {
  const { binary, version } = findBinary();
  const port = await getPort({ host: HOST });
  const child = children.start(binary, ['serve', '--host', HOST, '--port', String(port)]);
  child.on('error', () => undefined);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('the engine does not start');
    await sleep(PROBE_PAUSE_MS);
  }
  const dynamo = readDynamoConfig({ AWS_ENDPOINT_URL_DYNAMODB: `http://${HOST}:${port}` });
  await createTable(dynamo);
  return { name: `Dynoxide ${version}, in memory, table without a stream`, dynamo };
}

function findBinary(): { readonly binary: string; readonly version: string } {
  const require = createRequire(import.meta.url);
  try {
    const { version } = require(`${PACKAGE}/package.json`) as { version: string };
    return { binary: require.resolve(`${PACKAGE}/dynoxide`), version };
  } catch (error) {
    throw new Error(`the benchmark needs the embedded engine, the npm package ${PACKAGE}`, { cause: error });
  }
}

async function createTable(dynamo: DynamoConfig): Promise<void> {
  const definition = { ...tableDefinition(dynamo.tableName), StreamSpecification: undefined };
  const client = createDynamoClient(dynamo);
  try {
    await client.send(new CreateTableCommand(definition));
  } finally {
    client.destroy();
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
