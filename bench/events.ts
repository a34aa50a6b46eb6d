import CliTable from 'cli-table3';
import { Command, Option } from 'commander';
import { directGroupId } from '../schema/ids.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable } from '../backend/table/table.ts';
import { ApiClient } from './api-client.ts';
import type { ApiCommands } from './api-process.ts';
import { type Child, Children } from './children.ts';
import { startEngine } from './engine.ts';
import { EventListeners, type Listener } from './event-listeners.ts';
import { fill } from './fill.ts';
import { conversation, type Item, profile, TEXT } from './items.ts';
import { describeMachine } from './machine.ts';
import { CIRCLES, createIssuer, userId } from './people.ts';
import { quantile } from './statistics.ts';

/*
 * `npm run bench:events`: what an open event stream costs in memory, and how long a message takes to the other person's
 * screen, with few and with many streams open. One API process, the engine without its stream: what is measured is the
 * event that the API itself publishes. Each person has one stream.
 */

/** Open besides the one that is measured. */
const FEW = 10;
const WARM_UP = 50;
const BYTES_PER_KB = 1_024;

const options = new Command('npm run bench:events --')
  .description('Measures the memory of event streams and the time of a live message. Takes half a minute.')
  .addOption(new Option('--streams <n>', 'streams that are open at most').default(2_000).argParser(Number))
  .addOption(
    new Option('--messages <n>', 'messages that are timed, each time').default(500).argParser(Number),
  )
  .parse()
  .opts<{ streams: number; messages: number }>();

interface Bench {
  readonly api: Child<ApiCommands>;
  readonly client: ApiClient;
  readonly listeners: EventListeners;
  /** Nobody writes to them. */
  readonly onlookers: readonly Listener[];
  readonly sender: Listener;
  readonly recipient: Listener;
}

async function start(children: Children): Promise<Bench> {
  const engine = await startEngine(children);
  const issuer = await createIssuer();
  const listenerOf = async (id: string): Promise<Listener> => ({
    userId: id,
    token: `Bearer ${await issuer.signToken(id)}`,
  });
  const onlookers = await Promise.all(
    Array.from({ length: options.streams }, (_, place) => listenerOf(userId(CIRCLES.peers, place))),
  );
  const [sender, recipient] = [
    await listenerOf(userId(CIRCLES.callers, 0)),
    await listenerOf(userId(CIRCLES.callers, 1)),
  ];
  const everybody = [...onlookers, sender, recipient];
  const dynamo = createDynamoClient(engine.dynamo);
  await fill(
    openTable(dynamo, engine.dynamo.tableName),
    itemsOf(everybody, [sender.userId, recipient.userId]),
  );
  dynamo.destroy();
  const api = children.fork<ApiCommands>('api-process.ts', ['--expose-gc']);
  const tokens = { development: issuer.source };
  const { port } = await api.call('start', { dynamo: engine.dynamo, tokens, metered: false });
  const client = new ApiClient(port, 1, new Map(everybody.map(({ userId: id, token }) => [id, token])));
  return { api, client, listeners: new EventListeners(port), onlookers, sender, recipient };
}

function* itemsOf(people: readonly Listener[], pair: readonly [string, string]): Generator<Item> {
  for (const { userId: id } of people) yield profile(id, `p-${id.slice(0, 8)}-${id.slice(-6)}`);
  yield* conversation({ groupId: directGroupId(...pair), userIds: pair, messages: 1 });
}

interface Live {
  readonly streams: number;
  /** From the request to the event at the other person's. */
  readonly eventMs: readonly number[];
  /** From the request to its answer. */
  readonly answerMs: readonly number[];
}

/** Sends one message after another, each when the one before has arrived. */
async function measureLive({ client, listeners, sender, recipient }: Bench, hears: Hears): Promise<Live> {
  const eventMs: number[] = [];
  const answerMs: number[] = [];
  const groupId = directGroupId(sender.userId, recipient.userId);
  for (let sent = -WARM_UP; sent < options.messages; sent += 1) {
    const begun = performance.now();
    const arrived = hears.next();
    const answered = client
      .do({
        userId: sender.userId,
        method: 'POST',
        path: '/api/messages',
        body: { message: TEXT, message_group_uuid: groupId },
      })
      .then(() => performance.now());
    const [event, answer] = await Promise.all([arrived, answered]);
    if (sent < 0) continue;
    eventMs.push(event - begun);
    answerMs.push(answer - begun);
  }
  return { streams: listeners.size, eventMs, answerMs };
}

/** What the recipient hears, as it comes. */
class Hears {
  #arrived: ((at: number) => void) | undefined;

  readonly hear = (event: string | undefined): void => {
    if (event === 'message') this.#arrived?.(performance.now());
  };

  /** When the next message arrives. */
  next(): Promise<number> {
    return new Promise((resolve) => (this.#arrived = resolve));
  }
}

async function measure(bench: Bench): Promise<void> {
  const { api, listeners, onlookers, recipient } = bench;
  const hears = new Hears();
  await listeners.open(recipient, hears.hear);
  await listeners.openUpTo(FEW, onlookers);
  const few = await measureLive(bench, hears);
  const before = { streams: listeners.size, ...(await api.call('memory')) };
  await listeners.openUpTo(options.streams, onlookers);
  const after = { streams: listeners.size, ...(await api.call('memory')) };
  const many = await measureLive(bench, hears);
  print(few, many, {
    rss: (after.rss - before.rss) / (after.streams - before.streams),
    heap: (after.heap - before.heap) / (after.streams - before.streams),
  });
}

function print(few: Live, many: Live, bytes: { readonly rss: number; readonly heap: number }): void {
  const machine = describeMachine();
  const table = new CliTable({
    head: ['streams open', 'event p50', 'p95', 'p99', 'answer p50', 'p95'],
    ...(!process.stdout.isTTY && { style: { head: [], border: [] } }),
  });
  const ms = (values: readonly number[], share: number) => `${quantile(values, share).toFixed(1)} ms`;
  for (const { streams, eventMs, answerMs } of [few, many]) {
    table.push([
      streams,
      ...[0.5, 0.95, 0.99].map((share) => ms(eventMs, share)),
      ...[0.5, 0.95].map((share) => ms(answerMs, share)),
    ]);
  }
  const kb = (value: number) => `${(value / BYTES_PER_KB).toFixed(1)} KB`;
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, node ${machine.node}, load ${machine.loadBefore.toFixed(1)}\n` +
      `a message to a group of two, from the request to the other person's event and to the answer\n` +
      `${table.toString()}\n` +
      `memory of a stream: ${kb(bytes.rss)} of the process, ${kb(bytes.heap)} of it on the heap and beside it\n`,
  );
}

// It says once a process which versions of Node it will support.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const children = new Children();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void children.stop().then(() => process.exit(1)));
}
try {
  const bench = await start(children);
  await measure(bench);
  bench.listeners.close();
  await bench.client.close();
} finally {
  await children.stop();
}
