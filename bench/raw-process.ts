import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoConfig } from '../backend/config.ts';
import { meterCapacity, type Usage } from '../backend/table/capacity-meter.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { connectionSettings } from '../backend/table/open-client.ts';
import { openTable } from '../backend/table/table.ts';
import { answerCalls } from './calls.ts';
import { floorDocuments } from './floor.ts';
import {
  cpuTimeMs,
  type Measurement,
  measurementOf,
  openConnections,
  type Operation,
  runLoop,
} from './loop.ts';
import type { OperationName } from './operations.ts';
import { rawOperations } from './raw-operations.ts';
import type { RawSide, World } from './world.ts';

/* The raw loop, in its own process: the SDK, and the loop that calls it. */

interface RawOptions {
  readonly dynamo: DynamoConfig;
  readonly world: World;
  /**
   * Which loop this is: `lean` has the API's client, `defaults` the SDK's document client with its default settings, `floor`
   * none, and the others the SDK's document client with the API's settings and undici, which was the API's before it had its own.
   */
  readonly side: RawSide;
}

let client: DynamoDBClient | undefined;
let operations: Record<OperationName, Operation> | undefined;

const commands = {
  start: ({ dynamo, world, side }: RawOptions): Promise<void> => {
    client =
      side === 'defaults'
        ? new DynamoDBClient(connectionSettings(dynamo))
        : createDynamoClient({ ...dynamo, client: side === 'lean' ? 'lean' : 'sdk' });
    const table = openTable(client, dynamo.tableName);
    const { send } = side === 'floor' ? floorDocuments(dynamo.endpoint ?? '') : table;
    operations = rawOperations({ ...table, send }, world, side);
    return Promise.resolve();
  },

  measure: async (job: {
    readonly name: OperationName;
    readonly clients: number;
    readonly windowMs: number;
  }): Promise<Measurement> => {
    const operation = operationOf(job.name);
    await openConnections(job.clients, operation);
    const cpuBefore = cpuTimeMs();
    const result = await runLoop(job.clients, job.windowMs, operation);
    return measurementOf(result, cpuTimeMs() - cpuBefore);
  },

  /**
   * Returns the units of one operation of the first client, after an earlier one has read everything that is read only now
   * and then. After it, this process is too slow to be measured.
   */
  usage: async (name: OperationName): Promise<Usage> => {
    if (!client) throw new Error('not started');
    await operationOf(name)(0);
    return meterCapacity(client).measure(() => operationOf(name)(0));
  },
};

/** The commands that the raw loop's process accepts. */
export type RawCommands = typeof commands;

answerCalls(commands);

function operationOf(name: OperationName): Operation {
  if (!operations) throw new Error('not started');
  return operations[name];
}
