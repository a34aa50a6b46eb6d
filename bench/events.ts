import { Command, Option } from 'commander';
import { directGroupId } from '../schema/ids.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable } from '../backend/table/table.ts';
import { ApiClient } from './api-client.ts';
import type { ApiCommands } from './api-process.ts';
import { type Child, type Children, withChildren } from './children.ts';
import { startEngine } from './engine.ts';
import { EventListeners, type Listener } from './event-listeners.ts';
import { type EventsFigures, eventsSection, eventsText, type Live } from './events-report.ts';
import { fill } from './fill.ts';
import { fillLargeGroup, type LargeGroupUsers, largeGroupUsers, measureLargeGroup } from './large-group.ts';
import { conversation, type Item, profile, TEXT } from './items.ts';
import { describeMachine } from './machine.ts';
import { PAGE, PAGE_FILE } from './page.ts';
import { writeSection } from './page-section.ts';
import { CIRCLES, createIssuer, userId } from './people.ts';

/*
 * `npm run bench:events`: the memory of an open event stream, and the time until a message reaches the other person's
 * screen, with few and with many streams open, and while a user receives more than they read. One API process, the
 * engine without its stream: the measured event is the one that the API itself publishes. Each person has one stream.
 */

/** Number of open streams in addition to the measured one. */
const FEW = 10;
const WARM_UP = 50;

/** Sent to the client that never reads: the longest possible text, of 4 KB. */
const LONG_TEXT = '💬'.repeat(1_024);
/** Maximum number of long texts: far more than all buffers on the way can hold. */
const MOST_LONG_TEXTS = 20_000;

const options = new Command('npm run bench:events --')
  .description('Measures the memory of event streams and the time of a live message. Takes half a minute.')
  .addOption(new Option('--streams <n>', 'streams that are open at most').default(2_000).argParser(Number))
  .addOption(
    new Option('--messages <n>', 'messages that are timed, each time').default(200).argParser(Number),
  )
  .addOption(new Option('--listeners <n>', 'listeners of the large group').default(5_000).argParser(Number))
  .option('--write', `also writes the part on live events of ${PAGE}`)
  .parse()
  .opts<{ streams: number; messages: number; listeners: number; write?: true }>();

interface Bench {
  readonly children: Children;
  readonly port: number;
  readonly largeGroup: LargeGroupUsers;
  readonly groupClient: ApiClient;
  readonly api: Child<ApiCommands>;
  readonly client: ApiClient;
  readonly listeners: EventListeners;
  /** Users to whom no message is sent. */
  readonly onlookers: readonly Listener[];
  readonly sender: Listener;
  readonly recipient: Listener;
  /** Sends, over its own connection, to a user who subscribes and does not read. */
  readonly talker: Listener;
  readonly talkerClient: ApiClient;
  readonly nonReader: Listener;
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
  const [talker, nonReader] = [
    await listenerOf(userId(CIRCLES.callers, 2)),
    await listenerOf(userId(CIRCLES.callers, 3)),
  ];
  const everybody = [...onlookers, sender, recipient, talker, nonReader];
  const dynamo = createDynamoClient(engine.dynamo);
  await fill(
    openTable(dynamo, engine.dynamo.tableName),
    itemsOf(everybody, [
      [sender.userId, recipient.userId],
      [talker.userId, nonReader.userId],
    ]),
  );
  await fillLargeGroup(openTable(dynamo, engine.dynamo.tableName));
  dynamo.destroy();
  const largeGroup = await largeGroupUsers(options.listeners, async (id) => (await listenerOf(id)).token);
  const api = children.fork<ApiCommands>('api-process.ts', ['--expose-gc']);
  const tokens = { development: issuer.source };
  const { port } = await api.call('start', { dynamo: engine.dynamo, tokens, metered: false });
  const headers = new Map([...everybody, largeGroup.sender].map(({ userId: id, token }) => [id, token]));
  const [client, talkerClient] = [new ApiClient(port, 1, headers), new ApiClient(port, 1, headers)];
  const listeners = new EventListeners(port);
  return {
    children,
    port,
    largeGroup,
    groupClient: new ApiClient(port, 32, headers),
    api,
    client,
    listeners,
    onlookers,
    sender,
    recipient,
    talker,
    talkerClient,
    nonReader,
  };
}

function* itemsOf(
  people: readonly Listener[],
  pairs: readonly (readonly [string, string])[],
): Generator<Item> {
  for (const { userId: id } of people) yield profile(id, `p-${id.slice(0, 8)}-${id.slice(-6)}`);
  for (const pair of pairs)
    yield* conversation({ groupId: directGroupId(...pair), userIds: pair, messages: 1 });
}

/** Other activity, which must end during the measurement. */
interface Meanwhile {
  readonly what: string;
  isOver(): boolean;
}

/** Sends one message after another, each when the previous one has arrived. */
async function measureLive(
  { client, listeners, sender, recipient }: Bench,
  arrivals: Arrivals,
  meanwhile?: Meanwhile,
): Promise<Live> {
  const eventMs: number[] = [];
  const answerMs: number[] = [];
  const groupId = directGroupId(sender.userId, recipient.userId);
  for (let sent = -WARM_UP; sent < options.messages || meanwhile?.isOver() === false; sent += 1) {
    const begun = performance.now();
    const arrived = arrivals.next();
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
  return { what: `${listeners.size.toLocaleString('en')}${meanwhile?.what ?? ''}`, eventMs, answerMs };
}

/** Sends to a client that never reads until the API disconnects it. Returns the number of messages that took. */
async function sendToNonReader({ listeners, talker, talkerClient, nonReader }: Bench): Promise<number> {
  const unread = await listeners.openUnread(nonReader);
  const groupId = directGroupId(talker.userId, nonReader.userId);
  try {
    for (let sent = 0; sent < MOST_LONG_TEXTS; sent += 1) {
      if (unread.isCutOff) return sent;
      await talkerClient.do({
        userId: talker.userId,
        method: 'POST',
        path: '/api/messages',
        body: { message: LONG_TEXT, message_group_uuid: groupId },
      });
    }
    throw new Error('a reader that never reads was never cut off');
  } finally {
    unread.close();
  }
}

/** Times at which the recipient receives messages. */
class Arrivals {
  #arrived: ((at: number) => void) | undefined;

  readonly onEvent = (event: string | undefined): void => {
    if (event === 'message') this.#arrived?.(performance.now());
  };

  /** Resolves with the time at which the next message arrives. */
  next(): Promise<number> {
    return new Promise((resolve) => (this.#arrived = resolve));
  }
}

async function measure(bench: Bench): Promise<EventsFigures> {
  const machine = describeMachine();
  const { api, listeners, onlookers, recipient } = bench;
  const arrivals = new Arrivals();
  await listeners.open(recipient, arrivals.onEvent);
  await listeners.openUpTo(FEW, onlookers);
  const few = await measureLive(bench, arrivals);
  const before = { streams: listeners.size, ...(await api.call('memory')) };
  await listeners.openUpTo(options.streams, onlookers);
  const after = { streams: listeners.size, ...(await api.call('memory')) };
  const many = await measureLive(bench, arrivals);
  let isCutOff = false;
  const cutOff = sendToNonReader(bench).finally(() => (isCutOff = true));
  const what = ', one of which is not read';
  const [busy, unread] = await Promise.all([
    measureLive(bench, arrivals, { what, isOver: () => isCutOff }),
    cutOff,
  ]);
  const opened = after.streams - before.streams;
  const memory = { rss: (after.rss - before.rss) / opened, heap: (after.heap - before.heap) / opened };
  bench.listeners.close();
  const { children, port, largeGroup: users, groupClient: client } = bench;
  const largeGroup = await measureLargeGroup({ children, api, port, client, users });
  return {
    machine,
    messages: options.messages,
    streams: options.streams,
    lives: [few, many, busy],
    memory,
    unread,
    largeGroup,
  };
}

await withChildren(async (children) => {
  const bench = await start(children);
  const figures = await measure(bench);
  await Promise.all([bench.client, bench.talkerClient, bench.groupClient].map((client) => client.close()));
  process.stdout.write(eventsText(figures));
  if (options.write) await writeSection(PAGE_FILE, 'bench:events', eventsSection(figures));
});
