import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { GenericContainer, Network, type StartedNetwork, type StartedTestContainer } from 'testcontainers';
import * as z from 'zod';
import { type DynamoConfig, readDynamoConfig } from '../../backend/config.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import type { Person } from '../../backend/domain/model.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { type Channel, groupChannel, userChannel } from '../../backend/events/changes.ts';
import { openLiveEvents } from '../../backend/events/live-events.ts';
import { createLogger } from '../../backend/logger.ts';
import { openRedis } from '../../backend/redis.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openTable } from '../../backend/table/table.ts';
import { eventually } from '../support/eventually.ts';
import { newUserId } from '../support/factories.ts';
import { addPerson } from '../support/scene.ts';
import { readStream } from './read-stream.ts';

/*
 * The deployed bundles of the functions, in Lambda's version of node, with Lambda's input: the records of a real stream,
 * and the event of a sign-up.
 */

const NODE = 'node:24-trixie-slim';
const DYNAMODB = 'amazon/dynamodb-local:3.1.0';
const VALKEY = 'valkey/valkey:8.1';
const TABLE = 'cruddur-messages';
const TASK = '/var/task';
const RUNNER = '/opt/invoke-function.mjs';
/** Lambda gives a function CPU in proportion to its memory: one CPU for 1,769 MB. */
const MB_A_CPU = 1_769;
const COLD_STARTS = 3;
/** The report of a group whose summaries are what its log says. */
const AGREE = { differences: [], faults: [] };
/** Cognito's timeout for a trigger. */
const COGNITO_MS = 5_000;

type Name = 'update-summaries' | 'create-profile';

const outcome = z.object({
  answer: z.unknown(),
  uid: z.number(),
  times: z.object({ boot: z.number(), load: z.number(), event: z.number() }),
});
type Outcome = z.output<typeof outcome> & { readonly log: string };

let network: StartedNetwork;
let engine: StartedTestContainer;
let valkey: StartedTestContainer;
let machine: StartedTestContainer;
let config: DynamoConfig;
let client: DynamoDBClient;
let context: Wiring;
const machines: StartedTestContainer[] = [];

beforeAll(async () => {
  execFileSync('npm', ['run', '--silent', 'build:lambdas'], { stdio: 'ignore' });
  network = await new Network().start();
  [engine, valkey, machine] = await Promise.all([
    new GenericContainer(DYNAMODB)
      .withCommand(['-jar', 'DynamoDBLocal.jar', '-sharedDb', '-inMemory'])
      .withNetwork(network)
      .withNetworkAliases('dynamodb')
      .withExposedPorts(8000)
      .start(),
    new GenericContainer(VALKEY)
      .withNetwork(network)
      .withNetworkAliases('valkey')
      .withExposedPorts(6379)
      .start(),
    startMachine(MB_A_CPU),
  ]);
  config = readDynamoConfig({
    AWS_ENDPOINT_URL: `http://${engine.getHost()}:${engine.getMappedPort(8000)}`,
    DDB_MESSAGE_TABLE: TABLE,
  });
  client = createDynamoClient(config);
  await loadSchema(client, TABLE);
  context = wire({ table: openTable(client, TABLE) });
}, 120_000);

afterAll(async () => {
  client.destroy();
  await Promise.all([...machines, engine, valkey].map((container) => container.stop({ timeout: 0 })));
  await network.stop();
});

/** A container in which functions run: node and the bundles, for a user who may not write them. */
async function startMachine(memoryMb: number): Promise<StartedTestContainer> {
  const started = await new GenericContainer(NODE)
    .withNetwork(network)
    .withUser('node')
    .withCopyDirectoriesToContainer([{ source: 'dist/lambdas', target: TASK }])
    .withCopyFilesToContainer([{ source: 'test/support/invoke-function.mjs', target: RUNNER }])
    .withResourcesQuota({ cpu: memoryMb / MB_A_CPU, memory: memoryMb / 1_024 })
    .withCommand(['sleep', 'infinity'])
    .start();
  machines.push(started);
  return started;
}

interface InvokeOptions {
  readonly on?: StartedTestContainer;
  readonly env?: Readonly<Record<string, string>>;
}

/** Passes a function its first event after a cold start. */
async function invoke(
  name: Name,
  event: unknown,
  { on = machine, env = {} }: InvokeOptions = {},
): Promise<Outcome> {
  const { exitCode, output } = await on.exec(
    ['node', RUNNER, `${TASK}/${name}/index.mjs`, JSON.stringify(event)],
    {
      env: {
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'role',
        AWS_SECRET_ACCESS_KEY: 'role',
        AWS_SESSION_TOKEN: 'role',
        AWS_ENDPOINT_URL: 'http://dynamodb:8000',
        DDB_MESSAGE_TABLE: TABLE,
        ...env,
      },
    },
  );
  if (exitCode !== 0) throw new Error(`${name} failed: ${output}`);
  const lines = output.trimEnd().split('\n');
  return { ...outcome.parse(JSON.parse(lines.pop() ?? '')), log: lines.join('\n') };
}

/** A conversation of two users, with the records of the table's stream for the function. */
async function converse(...texts: readonly string[]) {
  const [ada, grace] = [await newPerson(), await newPerson()];
  let groupId = '';
  for (const text of texts) {
    groupId = (await sendToHandle(context, grace.handle, { userId: ada.userId, text })).groupId;
  }
  return { groupId, ada, grace, records: await recordsOf(groupId) };
}

async function newPerson(): Promise<Person> {
  const handle = handleOf(newUserId());
  return { userId: await addPerson(context, handle), handle, display_name: handle };
}

/** The records of a group's messages in the table's stream. */
async function recordsOf(groupId: string): Promise<DynamoDBRecord[]> {
  const records = await readStream(config, client);
  return records.filter(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S === `GRP#${groupId}`);
}

/** A handle without a user. */
const handleOf = (userId: string) => `person-${userId.slice(-8)}`.toLowerCase();

const confirmation = (sub: string) => ({
  version: '1',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_AbCdEfGhI',
  userName: sub,
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
  triggerSource: 'PostConfirmation_ConfirmSignUp',
  request: {
    userAttributes: {
      sub,
      email_verified: 'true',
      'cognito:user_status': 'CONFIRMED',
      preferred_username: handleOf(sub),
      name: 'A Person',
      email: 'person@example.org',
    },
  },
  response: {},
});

describe('update-summaries', () => {
  it('writes the records of a real stream into the members’ rows', async () => {
    const { groupId, grace, records } = await converse('one', 'two', 'three');
    expect(records.map(({ dynamodb }) => dynamodb?.NewImage?.['message']?.S)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(await compareSummaries(context, groupId)).not.toEqual(AGREE);

    const { answer, uid } = await invoke('update-summaries', { Records: records });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(uid).not.toBe(0);
    expect(await compareSummaries(context, groupId)).toEqual(AGREE);
    const {
      items: [row],
    } = await context.members.inbox(grace.userId, 1);
    expect(row).toMatchObject({ last_seq: 3, preview: 'three', read_seq: 0 });
  });

  it('names the first record of a batch that must be retried, and logs the error with its name', async () => {
    const { groupId, records } = await converse('one', 'two');
    const env = { AWS_ENDPOINT_URL: 'http://dynamodb:1' };
    const failed = await invoke('update-summaries', { Records: records }, { env });
    const [first] = records;
    expect(failed.answer).toEqual({
      batchItemFailures: [{ itemIdentifier: first?.dynamodb?.SequenceNumber }],
    });
    expect(failed.log).toContain('"name":"TableUnavailableError"');
    expect(await compareSummaries(context, groupId)).not.toEqual(AGREE);

    // Like Lambda, from that record on, when the table is back.
    expect(await invoke('update-summaries', { Records: records })).toMatchObject({
      answer: { batchItemFailures: [] },
    });
    expect(await compareSummaries(context, groupId)).toEqual(AGREE);
  });

  it('publishes events to the API’s processes through Valkey', async () => {
    const { records, ada, grace } = await converse('a published text');
    const { group } = await createGroup(context, {
      creator: ada,
      name: 'A group',
      handles: [grace.handle],
    });
    const received = await receiving([userChannel(grace.userId), groupChannel(group.groupId)]);
    try {
      const env = { REDIS_URL: 'redis://valkey:6379' };
      await invoke('update-summaries', { Records: records }, { env });
      await eventually(() => expect(received.kinds).toEqual(['membership', 'versions']));
      await invoke('update-summaries', { Records: await recordsOf(group.groupId) }, { env });
      await eventually(() => expect(received.kinds.slice(2).sort()).toEqual(['membership', 'versions']));
    } finally {
      await received.stop();
    }
  });
});

/** Subscribes to channels through Valkey, like an API. */
async function receiving(channels: readonly Channel[]) {
  const url = `redis://${valkey.getHost()}:${valkey.getMappedPort(6379)}`;
  const logger = createLogger('silent');
  const redis = openRedis(url, logger);
  const { events } = openLiveEvents({ url, redis, tableName: TABLE, logger });
  const kinds: string[] = [];
  let ready = 0;
  for (const channel of channels) {
    events.subscribe(channel, ({ kind }) => {
      if (kind === 'ready') ready += 1;
      else kinds.push(kind);
    });
  }
  await eventually(() => ready === channels.length, { within: 20_000 });
  return {
    kinds,
    stop: async () => {
      await events.close();
      await redis.close();
    },
  };
}

describe('create-profile', () => {
  it('writes the profile of a user who has signed up, and returns the event', async () => {
    const sub = newUserId();
    const event = confirmation(sub);
    const { answer, uid } = await invoke('create-profile', event);
    expect(answer).toEqual(event);
    expect(uid).not.toBe(0);
    expect(await context.profiles.find(sub)).toMatchObject({ display_name: 'A Person' });
  });

  it('does not block a sign-up when there is no table', async () => {
    const event = confirmation(newUserId());
    const env = { AWS_ENDPOINT_URL: 'http://dynamodb:1' };
    const { answer, log, times } = await invoke('create-profile', event, { env });
    expect(answer).toEqual(event);
    expect(log).toContain('"name":"TableUnavailableError"');
    expect(times.event).toBeLessThan(COGNITO_MS);
  });
});

describe('a cold start', () => {
  it.each([512, 1_024])('with the CPU of %i MB ends before Cognito’s timeout', async (memoryMb) => {
    const on = await startMachine(memoryMb);
    const { records } = await converse('first');
    const events: readonly [Name, () => unknown][] = [
      ['update-summaries', () => ({ Records: records satisfies readonly DynamoDBRecord[] })],
      ['create-profile', () => confirmation(newUserId())],
    ];
    for (const [name, event] of events) {
      const all: Outcome['times'][] = [];
      for (let time = 0; time < COLD_STARTS; time += 1) {
        all.push((await invoke(name, event(), { on })).times);
      }
      const [boot, load, first] = [
        all.map((t) => t.boot),
        all.map((t) => t.load),
        all.map((t) => t.event),
      ].map(median);
      process.stdout.write(
        `${name}, ${memoryMb} MB: node ${boot} ms, load ${load} ms, first event ${first} ms (medians of ${COLD_STARTS})\n`,
      );
      expect(Number(load) + Number(first)).toBeLessThan(COGNITO_MS);
    }
  });
});

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN);
}
