import { Command, Option } from 'commander';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable } from '../backend/table/table.ts';
import { directGroupId } from '../schema/ids.ts';
import { ApiClient } from './api-client.ts';
import type { ApiCommands } from './api-process.ts';
import { type Child, type Children, withChildren } from './children.ts';
import { type Engine, startEngine } from './engine.ts';
import { fill } from './fill.ts';
import { conversation, type Item, profile } from './items.ts';
import { describeMachine, type Machine } from './machine.ts';
import { runLoop } from './loop.ts';
import { markdownTable, PAGE, PAGE_FILE } from './page.ts';
import { writeSection } from './page-section.ts';
import { CIRCLES, createIssuer, type Issuer, userId } from './people.ts';
import type { Grid } from './report.ts';
import { Sender } from './requests.ts';
import { median, quantile } from './statistics.ts';
import { gridText } from './terminal.ts';

/*
 * `npm run bench:metrics`: what measuring costs a send, in CPU of the API. Each way to measure is an API of its own, and they
 * are measured in turn: a ratio is of two measurements of the same round. The first way is measured by two processes, which
 * shows how much of a ratio is chance.
 */

/** The ways to measure, as environment variables. Rounds begin with each of them in turn. */
const WAYS = [
  {},
  {},
  { METRICS_PORT: '0', METRICS_CAPACITY_EVERY: '0' },
  { METRICS_PORT: '0' },
  { METRICS_EMF: 'on' },
] as const satisfies readonly Readonly<Record<string, string>>[];
const CLIENTS = 8;
/** Conversations of each client, which it sends to in turn. */
const PEERS = 4;
const WARM_UP_MS = 2_000;

const options = new Command('npm run bench:metrics --')
  .description('Compares the CPU time of a send with and without metrics. Takes a minute.')
  .addOption(new Option('--rounds <n>', 'measurements of each way').default(16).argParser(Number))
  .addOption(new Option('--window <ms>', 'duration of a measurement').default(700).argParser(Number))
  .option('--write', `also writes the part on metrics of ${PAGE}`)
  .parse()
  .opts<{ rounds: number; window: number; write?: true }>();

/** An API that measures in one way, and clients that send to it. */
interface Side {
  readonly way: Readonly<Record<string, string>>;
  readonly process: Child<ApiCommands>;
  readonly client: ApiClient;
  readonly send: (client: number) => Promise<void>;
  /** CPU time of a send in each round. */
  readonly cpuMs: number[];
}

const personOf = (client: number) => userId(CIRCLES.callers, client);
/** Each side has its own conversations: a sender knows the end of each. */
const peerOf = (side: number, place: number) => userId(CIRCLES.peers, side * PEERS + place);

function* items(): Generator<Item> {
  for (let client = 0; client < CLIENTS; client += 1) yield profile(personOf(client), `caller-${client}`);
  for (const [side] of WAYS.entries()) {
    for (let place = 0; place < PEERS; place += 1) {
      const peer = peerOf(side, place);
      yield profile(peer, `peer-${side}-${place}`);
      for (let client = 0; client < CLIENTS; client += 1) {
        const userIds = [personOf(client), peer];
        const groupId = directGroupId(personOf(client), peer);
        yield* conversation({ groupId, userIds, messages: 1 });
      }
    }
  }
}

async function startSide(children: Children, engine: Engine, issuer: Issuer, side: number): Promise<Side> {
  const way = WAYS[side] ?? {};
  const tokens = new Map<string, string>();
  for (let client = 0; client < CLIENTS; client += 1)
    tokens.set(personOf(client), `Bearer ${await issuer.signToken(personOf(client))}`);
  const process = children.fork<ApiCommands>('api-process.ts');
  const parts = { dynamo: engine.dynamo, tokens: { development: issuer.source }, metered: false };
  const { port } = await process.call('start', { ...parts, observed: way });
  const client = new ApiClient(port, CLIENTS, tokens);
  const sender = new Sender();
  const turns = Array.from({ length: CLIENTS }, () => 0);
  const send = (number: number) => {
    const turn = (turns[number] ?? 0) + 1;
    turns[number] = turn;
    const person = personOf(number);
    return sender.send(client, person, directGroupId(person, peerOf(side, turn % PEERS)));
  };
  return { way, process, client, send, cpuMs: [] };
}

async function measure({ process, send }: Side, windowMs: number): Promise<number> {
  const before = await process.call('cpuTimeMs');
  const { operations } = await runLoop(CLIENTS, windowMs, send);
  return ((await process.call('cpuTimeMs')) - before) / operations;
}

function gridOf(sides: readonly Side[]): Grid {
  const base = sides[0]?.cpuMs ?? [];
  return {
    head: ['settings', 'CPU of a send, ms', 'ratio', 'half of the ratios'],
    rows: sides.map(({ way, cpuMs }) => {
      const ratios = cpuMs.map((ms, round) => ms / (base[round] ?? NaN));
      const settings = Object.entries(way).map(([name, value]) => `${name}=${value}`);
      return [
        settings.join(' ') || 'none',
        median(cpuMs).toFixed(2),
        median(ratios).toFixed(2),
        `${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)}`,
      ];
    }),
  };
}

function sectionOf(sides: readonly Side[], { cpu, cores, node, loadBefore, date }: Machine): string {
  return `## Measuring

CPU time of the API for a send, with metrics and without: ${CLIENTS} clients, ${options.rounds} rounds in which each API is measured for
${options.window} ms in turn. A ratio is to the first line, in the same round; the second line is the same again, in another process, and shows
how much is chance. ${date}, ${cpu}, ${cores} cores, node ${node}, load average before the run ${loadBefore.toFixed(1)}.

${markdownTable(gridOf(sides))}`;
}

await withChildren(async (children) => {
  const machine = describeMachine();
  const engine = await startEngine(children);
  const dynamo = createDynamoClient(engine.dynamo);
  await fill(openTable(dynamo, engine.dynamo.tableName), items());
  dynamo.destroy();
  const issuer = await createIssuer();
  const sides: Side[] = [];
  for (const [side] of WAYS.entries()) sides.push(await startSide(children, engine, issuer, side));
  for (const side of sides) await measure(side, WARM_UP_MS);
  for (let round = 0; round < options.rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const side = sides[(round + turn) % sides.length];
      side?.cpuMs.push(await measure(side, options.window));
    }
  }
  await Promise.all(sides.map(({ client }) => client.close()));
  process.stdout.write(`${gridText('CPU of a send, with metrics and without', gridOf(sides))}\n`);
  if (options.write) await writeSection(PAGE_FILE, 'bench:metrics', sectionOf(sides, machine));
});
