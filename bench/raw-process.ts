import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoConfig } from '../backend/config.ts';
import { meterCapacity, type Usage } from '../backend/table/capacity-meter.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { connectionSettings } from '../backend/table/open-client.ts';
import { answerCalls } from './calls.ts';
import { cpuTimeMs, type Measurement, measurementOf, type Operation, runLoop } from './loop.ts';
import type { OperationName } from './operations.ts';
import { rawOperations } from './raw-operations.ts';
import type { RawSide, World } from './world.ts';

/* The raw loop, in a process of its own: the SDK, and what asks it for the operations. */

interface RawOptions {
  readonly dynamo: DynamoConfig;
  readonly world: World;
  /** Which loop this is: `defaults` has a client with the SDK's defaults, the others the API's own. */
  readonly side: RawSide;
}

let client: DynamoDBClient | undefined;
let operations: Record<OperationName, Operation> | undefined;

const commands = {
  start: ({ dynamo, world, side }: RawOptions): Promise<void> => {
    client =
      side === 'defaults' ? new DynamoDBClient(connectionSettings(dynamo)) : createDynamoClient(dynamo);
    operations = rawOperations(client, dynamo.tableName, world, side);
    return Promise.resolve();
  },

  measure: async (job: {
    readonly name: OperationName;
    readonly clients: number;
    readonly windowMs: number;
  }): Promise<Measurement> => {
    const cpuBefore = cpuTimeMs();
    const result = await runLoop(job.clients, job.windowMs, operationOf(job.name));
    return measurementOf(result, cpuTimeMs() - cpuBefore);
  },

  /** What one operation of the first client uses. After it, this process is too slow to be measured. */
  usage: async (name: OperationName): Promise<Usage> => {
    if (!client) throw new Error('not started');
    return meterCapacity(client).measure(() => operationOf(name)(0));
  },
};

/** What the raw loop's process can be asked. */
export type RawCommands = typeof commands;

answerCalls(commands);

function operationOf(name: OperationName): Operation {
  if (!operations) throw new Error('not started');
  return operations[name];
}
