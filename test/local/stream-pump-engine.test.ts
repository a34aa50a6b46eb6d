import { groupKey } from '../../schema/keys.ts';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type DynamoConfig, readDynamoConfig } from '../../backend/config.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openTable } from '../../backend/table/table.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { StreamPosition } from '../../local/pump/stream-position.ts';
import { StreamPump } from '../../local/pump/stream-pump.ts';
import { createStreamsClient, findStream } from '../../local/pump/streams-client.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { addPerson } from '../support/scene.ts';
import { useTempDirs } from './temp-dir.ts';

const TABLE = 'cruddur-messages-pump';
const logger = createLogger('silent');
const tempDir = useTempDirs();

let dir: string;
let engine: Engine;
let config: DynamoConfig;
let client: DynamoDBClient;
let streams: DynamoDBStreamsClient;
let context: Wiring;
let seen: string[];
const pumps: StreamPump[] = [];

beforeEach(async () => {
  dir = tempDir();
  seen = [];
  engine = await startEngine({ dbPath: join(dir, 'db') });
  config = readDynamoConfig({ AWS_ENDPOINT_URL: engine.endpoint });
  client = createDynamoClient(config);
  streams = createStreamsClient(config);
  await loadSchema(client, TABLE);
  context = wire({ table: openTable(client, TABLE) });
});

afterEach(async () => {
  await Promise.all(pumps.splice(0).map((pump) => pump.stop()));
  client.destroy();
  streams.destroy();
  await engine.stop();
});

async function startPump(): Promise<StreamPump> {
  const handler = createHandler({ ...context, failures: () => Promise.resolve(), logger });
  const pump = new StreamPump({
    client: streams,
    findStream: (signal) => findStream(client, TABLE, signal),
    handler: (event) => {
      seen.push(...event.Records.map((record) => record.dynamodb?.NewImage?.['message']?.S ?? ''));
      return handler(event);
    },
    position: new StreamPosition(join(dir, 'position.json'), logger),
    logger,
    timing: { idle: 5, refresh: 50, firstPause: 10, longestPause: 50 },
  });
  pumps.push(pump);
  await pump.start();
  return pump;
}

it('keeps the summaries up to date, in order, across restarts of pump and engine', async () => {
  const ada = await addPerson(context, 'ada');
  await addPerson(context, 'grace');
  const send = (text: string) => sendToHandle(context, 'grace', { userId: ada, text });
  const first = await startPump();
  const { groupId } = await send('1');
  const { pk } = groupKey(groupId);
  for (const text of ['2', '3', '4']) await send(text);
  await eventually(() => expect(seen).toEqual(['1', '2', '3', '4']));
  await first.stop();

  // Records from a time without a pump are read afterwards, and handled ones are not handled again.
  await send('5');
  await startPump();
  await send('6');
  await eventually(() => expect(seen).toEqual(['1', '2', '3', '4', '5', '6']));

  await engine.crash();
  engine = await startEngine({ port: engine.port, dbPath: join(dir, 'db') });
  await send('7');
  await eventually(() => expect(seen).toContain('7'));
  await eventually(async () => {
    expect(await compareSummaries(context, pk.replace('GRP#', ''))).toEqual({ differences: [], faults: [] });
    const [row] = (await context.members.inbox(ada, 10)).items;
    expect(row).toMatchObject({ last_seq: 7, preview: '7' });
  });
});
