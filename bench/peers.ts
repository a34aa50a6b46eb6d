import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { Command, Option } from 'commander';
import getPort from 'get-port';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable } from '../backend/table/table.ts';
import { directGroupId } from '../schema/ids.ts';
import { ApiClient, type ApiRequest } from './api-client.ts';
import type { ApiCommands } from './api-process.ts';
import { type Children, withChildren } from './children.ts';
import { type Engine, startEngine } from './engine.ts';
import { fill } from './fill.ts';
import { conversation, type Item, profile, TEXT } from './items.ts';
import { type Measurement, measurementOf, runLoop } from './loop.ts';
import { describeMachine, type Machine } from './machine.ts';
import { markdownTable, PAGE, PAGE_FILE } from './page.ts';
import { writeSection } from './page-section.ts';
import { CIRCLES, createIssuer, type Issuer, userId } from './people.ts';
import type { Grid } from './report.ts';
import { median } from './statistics.ts';
import { gridText } from './terminal.ts';

/*
 * `npm run bench:peers`: the same requests to the Flask original and to this API, each in one process with an engine of its
 * own and the same conversations. The original is not part of this repository: the script takes the path of a checkout.
 */

const CLIENTS = [1, 8] as const;
const ROUNDS = 5;
const WINDOW_MS = 1_500;
const WARM_UP_MS = 1_500;
/** Conversations of each user, and messages of the one that is read: the original's pages have 20. */
const PAGE_SIZE = 20;
const START_TIMEOUT_MS = 20_000;
/** Of `/proc/<pid>/stat`, in which CPU time is counted. */
const MS_A_TICK = 10;

const options = new Command('npm run bench:peers --')
  .description(
    'Compares the API with the Flask original of Cruddur. Takes a minute.\n' +
      'The original: branch week-6-again of github.com/omenking/aws-bootcamp-cruddur-2023.\n' +
      "Its packages: pip install -r backend-flask/requirements.txt 'flask<2.3' 'werkzeug<2.3'",
  )
  .requiredOption('--original <folder>', 'a checkout of the original')
  .option('--python <file>', 'a Python that has the packages of the original', 'python3')
  .addOption(new Option('--write', `also writes its part of ${PAGE}`))
  .parse()
  .opts<{ original: string; python: string; write?: true }>();

const users = Array.from({ length: Math.max(...CLIENTS) }, (_, number) => userId(CIRCLES.callers, number));
const peerOf = (place: number): string => userId(CIRCLES.peers, place);

/** A program that is measured. */
interface Peer {
  readonly pid: number;
  readonly client: ApiClient;
  /** The conversation that a user reads, and the one that they send to. */
  readonly groupIds: (user: string) => { readonly read: string; readonly send: string };
}

type Operation = (peer: Peer, user: string) => ApiRequest;
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'list conversations': (_peer, user) => ({ userId: user, method: 'GET', path: '/api/message_groups' }),
  'read a conversation': ({ groupIds }, user) => ({
    ...{ userId: user, method: 'GET', path: `/api/messages/${groupIds(user).read}` },
  }),
  'send a message': ({ groupIds }, user) => ({
    ...{ userId: user, method: 'POST', path: '/api/messages' },
    body: { message_group_uuid: groupIds(user).send, message: TEXT },
  }),
};

interface Result {
  readonly name: string;
  readonly clients: number;
  readonly original: readonly Measurement[];
  readonly own: readonly Measurement[];
}

async function startOwn(children: Children, issuer: Issuer, tokens: Tokens): Promise<Peer> {
  const engine = await startEngine(children);
  const client = createDynamoClient(engine.dynamo);
  await fill(openTable(client, engine.dynamo.tableName), ownItems());
  client.destroy();
  const api = children.fork<ApiCommands>('api-process.ts');
  const parts = { dynamo: engine.dynamo, tokens: { development: issuer.source }, metered: false };
  const { port } = await api.call('start', parts);
  return {
    pid: api.pid,
    client: new ApiClient(port, users.length, tokens),
    groupIds: (user) => ({ read: directGroupId(user, peerOf(0)), send: directGroupId(user, peerOf(1)) }),
  };
}

type Tokens = ReadonlyMap<string, string>;

function* ownItems(): Generator<Item> {
  for (let place = 0; place < PAGE_SIZE; place += 1) yield profile(peerOf(place), `peer-${place}`);
  for (const [number, user] of users.entries()) {
    yield profile(user, `caller-${number}`);
    for (let place = 0; place < PAGE_SIZE; place += 1) {
      const userIds = [user, peerOf(place)];
      const groupId = directGroupId(user, peerOf(place));
      yield* conversation({ groupId, userIds, messages: place === 0 ? PAGE_SIZE : 1, offset: place });
    }
  }
}

async function startOriginal(children: Children, issuer: Issuer, tokens: Tokens): Promise<Peer> {
  const engine = await startEngine(children);
  await fillOriginal(engine);
  const port = await getPort({ host: '127.0.0.1' });
  const { region = 'us-east-1', endpoint } = engine.dynamo;
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_COGNITO_USER_POOL_ID: 'bench',
    AWS_COGNITO_USER_POOL_CLIENT_ID: issuer.source.audience,
    FRONTEND_URL: 'http://localhost:3000',
    BACKEND_URL: 'http://localhost:4567',
    // No trace leaves this machine, and none is made.
    OTEL_SDK_DISABLED: 'true',
    ORIGINAL_KEYS: JSON.stringify(issuer.source.jwks.keys),
  };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value ?? ''}`);
  const program = fileURLToPath(new URL('peers/original.py', import.meta.url));
  const child = children.start('env', [
    ...variables,
    options.python,
    program,
    resolve(options.original),
    String(port),
  ]);
  await reachable(`http://127.0.0.1:${port}/api/health-check`, () => child.exitCode !== null);
  return {
    pid: child.pid ?? 0,
    client: new ApiClient(port, users.length, tokens, '127.0.0.1'),
    groupIds: (user) => ({ read: `${user}-0`, send: `${user}-1` }),
  };
}

/** Stores the same conversations in the form that the original gives them. */
async function fillOriginal({ dynamo }: Engine): Promise<void> {
  const client = createDynamoClient(dynamo);
  const table = openTable(client, dynamo.tableName);
  const put = (Item: Record<string, string>) => table.send(new PutCommand({ TableName: table.name, Item }));
  const year = new Date().getFullYear();
  const timeOf = (place: number) => `${year}-01-01T00:00:${String(place).padStart(2, '0')}+00:00`;
  for (const user of users) {
    for (let place = 0; place < PAGE_SIZE; place += 1) {
      const sk = timeOf(place);
      const person = { user_uuid: peerOf(place), user_display_name: 'Grace', user_handle: `peer-${place}` };
      await put({ pk: `GRP#${user}`, sk, message_group_uuid: `${user}-${place}`, message: TEXT, ...person });
      await put({ pk: `MSG#${user}-0`, sk, message_uuid: `${user}-${place}`, message: TEXT, ...person });
    }
  }
  client.destroy();
}

async function reachable(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    if (hasEnded() || Date.now() > deadline) throw new Error(`the original does not start: status ${status}`);
    await sleep(100);
  }
}

/** Returns the CPU time of a process so far: all threads, user and system. */
function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK;
}

async function measure(peer: Peer, name: string, clients: number, windowMs: number): Promise<Measurement> {
  const operation = OPERATIONS[name];
  if (!operation) throw new RangeError(`no operation ${name}`);
  const before = cpuMs(peer.pid);
  const result = await runLoop(clients, windowMs, async (client) => {
    await peer.client.ask(operation(peer, users[client] ?? ''));
  });
  return measurementOf(result, cpuMs(peer.pid) - before);
}

async function compare(original: Peer, own: Peer): Promise<Result[]> {
  const results: Result[] = [];
  for (const name of Object.keys(OPERATIONS)) {
    for (const peer of [original, own]) await measure(peer, name, users.length, WARM_UP_MS);
    for (const clients of CLIENTS) {
      const result = { name, clients, original: [] as Measurement[], own: [] as Measurement[] };
      for (let round = 0; round < ROUNDS; round += 1) {
        result.original.push(await measure(original, name, clients, WINDOW_MS));
        result.own.push(await measure(own, name, clients, WINDOW_MS));
      }
      results.push(result);
    }
  }
  return results;
}

function gridOf(results: readonly Result[]): Grid {
  const both = ({ original, own }: Result, figure: keyof Measurement, digits: number) =>
    [original, own].map((side) => median(side.map((one) => one[figure])).toFixed(digits)).join(' : ');
  return {
    head: ['request', 'clients', 'per second', 'p50 ms', 'p99 ms', 'CPU ms', 'CPU, original / this'],
    rows: results.map((result) => [
      result.name,
      String(result.clients),
      both(result, 'perSecond', 0),
      both(result, 'p50Ms', 1),
      both(result, 'p99Ms', 1),
      both(result, 'cpuMs', 2),
      median(result.original.map(({ cpuMs: ms }, round) => ms / (result.own[round]?.cpuMs ?? NaN))).toFixed(
        1,
      ),
    ]),
  };
}

function sectionOf(results: readonly Result[], { cpu, cores, node, loadBefore, date }: Machine): string {
  return `## Beside the original

The same requests to Cruddur's Flask backend (branch \`week-6-again\`), served by Flask's own server as its image does, and to
this API: pages of ${PAGE_SIZE}, a verified token each, one process with an embedded engine of its own. **Original : this API**, medians of ${ROUNDS} rounds
in turn. The original's PostgreSQL, which it asks in each request, is replaced by answers from memory, and its tracing is off: both
would cost it more. It makes a new client of the table for each request, and its messages have no order, members or
idempotency. ${date}, ${cpu}, ${cores} cores, node ${node}, load average before the run ${loadBefore.toFixed(1)}.

${markdownTable(gridOf(results))}`;
}

await withChildren(async (children) => {
  const machine = describeMachine();
  const issuer = await createIssuer();
  const tokens = new Map<string, string>();
  for (const user of users) tokens.set(user, `Bearer ${await issuer.signToken(user)}`);
  const own = await startOwn(children, issuer, tokens);
  const original = await startOriginal(children, issuer, tokens);
  const results = await compare(original, own);
  await Promise.all([own, original].map(({ client }) => client.close()));
  process.stdout.write(`${gridText('Flask original : this API', gridOf(results))}\n`);
  if (options.write) await writeSection(PAGE_FILE, 'bench:peers', sectionOf(results, machine));
});
