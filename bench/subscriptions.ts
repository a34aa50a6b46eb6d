import { once } from 'node:events';
import { Command, Option } from 'commander';
import { userChannel } from '../backend/events/changes.ts';
import type { LiveEvents } from '../backend/events/in-process-live-events.ts';
import { openLiveEvents } from '../backend/events/live-events.ts';
import { createLogger } from '../backend/logger.ts';
import { openRedis, type Redis } from '../backend/redis.ts';
import { describeMachine, type Machine } from './machine.ts';
import { markdownTable, PAGE, PAGE_FILE } from './page.ts';
import { writeSection } from './page-section.ts';
import type { Grid } from './report.ts';
import { gridText } from './terminal.ts';

/*
 * `REDIS_URL=… npm run bench:subscriptions`: what one connection to Redis or Valkey takes. A process subscribes over one to a
 * channel for each user who has a stream on it, and for each named group of these users. The server should do nothing else.
 */

/** Events that are published before the first of them has arrived. */
const SLICE = 500;
/** A text that makes an event of about 600 bytes. */
const TEXT = 'a text of some length, '.repeat(14);

const options = new Command('npm run bench:subscriptions --')
  .description('Measures subscriptions of one connection to REDIS_URL. Takes ten seconds.')
  .addOption(new Option('--channels <n>', 'channels').default(100_000).argParser(Number))
  .addOption(new Option('--events <n>', 'events that are published').default(50_000).argParser(Number))
  .option('--write', `also writes the part on subscriptions of ${PAGE}`)
  .parse()
  .opts<{ channels: number; events: number; write?: true }>();

interface Figures {
  readonly server: string;
  /** In ms: until all channels are subscribed. */
  readonly subscribeMs: number;
  /** The same after the connection was lost. */
  readonly againMs: number;
  /** In bytes, of each channel. */
  readonly serverBytes: number;
  readonly processBytes: number;
  readonly eventsPerSecond: number;
  readonly eventBytes: number;
}

/** Counts up to a number, again and again. */
class Counter {
  #count = 0;
  #goal = Infinity;
  #reached: () => void = () => undefined;

  readonly add = (): void => {
    this.#count += 1;
    if (this.#count === this.#goal) this.#reached();
  };

  /** Resolves with the time in ms until this many more were added. */
  async until(goal: number, begin: () => unknown): Promise<number> {
    this.#count = 0;
    this.#goal = goal;
    const reached = new Promise<void>((resolve) => (this.#reached = resolve));
    const begun = performance.now();
    await begin();
    await reached;
    return performance.now() - begun;
  }
}

async function measure(redis: Redis, events: LiveEvents['events']): Promise<Figures> {
  const [ready, received] = [new Counter(), new Counter()];
  const userIds = Array.from({ length: options.channels }, (_, place) => `user-${place}`);
  const before = { server: await serverBytes(redis), process: processBytes() };
  const subscribeMs = await ready.until(userIds.length, () => {
    for (const userId of userIds) {
      events.subscribe(userChannel(userId), ({ kind }) => (kind === 'ready' ? ready : received).add());
    }
  });
  const [server, process] = [await serverBytes(redis), processBytes()];
  const againMs = await ready.until(userIds.length, () =>
    redis.client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']),
  );
  const eventOf = (place: number) => changeFor(userIds[place % userIds.length] ?? '');
  const eventsMs = await received.until(options.events, async () => {
    for (let from = 0; from < options.events; from += SLICE) {
      const slice = Array.from(
        { length: Math.min(SLICE, options.events - from) },
        (_, place) => from + place,
      );
      await Promise.all(slice.map((place) => events.publish(eventOf(place))));
    }
  });
  return {
    server: await serverName(redis),
    subscribeMs,
    againMs,
    serverBytes: (server - before.server) / userIds.length,
    processBytes: (process - before.process) / userIds.length,
    eventsPerSecond: options.events / (eventsMs / 1_000),
    eventBytes: JSON.stringify(eventOf(0)).length,
  };
}

/** A message for one user. */
const changeFor = (userId: string) => ({
  ...{ kind: 'message' as const, to: { userIds: [userId] } },
  message: {
    ...{ groupId: 'group', seq: 1, n: 1, rev: 0, message_uuid: 'message', user_uuid: 'author' },
    ...{ kind: 'text' as const, message: TEXT, created_at: '2024-01-01T00:00:00.000Z' },
  },
});

/** What the server says of itself under one name. */
async function infoOf(redis: Redis, section: string, name: string): Promise<string | undefined> {
  const lines = (await redis.client.info(section)).split('\r\n');
  return lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);
}

const serverBytes = async (redis: Redis) => Number(await infoOf(redis, 'memory', 'used_memory'));

async function serverName(redis: Redis): Promise<string> {
  const valkey = await infoOf(redis, 'server', 'valkey_version');
  if (valkey !== undefined) return `Valkey ${valkey}`;
  return `Redis ${(await infoOf(redis, 'server', 'redis_version')) ?? 'of an unknown version'}`;
}

function processBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function gridOf(figures: Figures): Grid {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return {
    head: ['what', 'measured'],
    rows: [
      [`${options.channels.toLocaleString('en')} channels subscribed`, seconds(figures.subscribeMs)],
      ['the same again, after the connection was lost', seconds(figures.againMs)],
      ['memory of a channel in the server', `${figures.serverBytes.toFixed(0)} bytes`],
      ['memory of a channel in the process', `${figures.processBytes.toFixed(0)} bytes`],
      [
        `events of ${figures.eventBytes} bytes a second, published and received`,
        Math.round(figures.eventsPerSecond).toLocaleString('en'),
      ],
    ],
  };
}

function sectionOf(figures: Figures, { cpu, cores, node, loadBefore, date }: Machine): string {
  return `## Subscriptions of a connection

One process with one connection that subscribes and one that publishes. It and the server share the machine's cores. ${figures.server}, ${date},
${cpu}, ${cores} cores, node ${node}, load average before the run ${loadBefore.toFixed(1)}.

${markdownTable(gridOf(figures))}`;
}

const url = process.env['REDIS_URL'];
if (url === undefined) throw new Error('REDIS_URL names the server');
const logger = createLogger('error');
const machine = describeMachine();
const redis = openRedis(url, logger);
const tableName = `bench-${process.pid}`;
const { events } = openLiveEvents({ url, redis, tableName, logger });
try {
  if (!redis.client.isReady) await once(redis.client, 'ready');
  const figures = await measure(redis, events);
  const title = `${figures.server}, load ${machine.loadBefore.toFixed(1)} before the run`;
  process.stdout.write(`${gridText(title, gridOf(figures))}\n`);
  if (options.write) await writeSection(PAGE_FILE, 'bench:subscriptions', sectionOf(figures, machine));
} finally {
  await events.close();
  await redis.close();
}
