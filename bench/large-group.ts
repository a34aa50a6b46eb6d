import { setTimeout as sleep } from 'node:timers/promises';
import { namedMemberSince } from '../backend/domain/membership.ts';
import { memberItemOf } from '../backend/table/items.ts';
import type { Table } from '../backend/table/table.ts';
import type { ApiClient } from './api-client.ts';
import type { ApiCommands } from './api-process.ts';
import type { Child, Children } from './children.ts';
import { EventListeners, type Listener } from './event-listeners.ts';
import { fill } from './fill.ts';
import { conversation, firstMessageOf, type Item, profile, TEXT } from './items.ts';
import type { ListenersCommands } from './listeners-process.ts';
import { CIRCLES, userId } from './people.ts';
import type { Grid } from './report.ts';
import { quantile } from './statistics.ts';

/*
 * A named group of 10,000 members of whom up to 5,000 have a stream at one process: the time until a message reaches the
 * listener who joined first, one message at a time and at 50 messages a second, and what this does to the process.
 */

const MEMBERS = 10_000;
const MESSAGES = 100;
const WARM_UP = 20;
/** The rate that a process has to sustain, and for how long. */
const PER_SECOND = 50;
const SECONDS = 10;
/** Group ids are 26 characters; this one is a named group's. */
export const LARGE_GROUP = '0'.repeat(25) + '7';

const member = (place: number): string => userId(CIRCLES.largeGroups, place);

/** The items of the group: its first messages, and all its members. */
export function* largeGroupItems(): Generator<Item> {
  const first = { groupId: LARGE_GROUP, userIds: [member(0), member(1), member(2)], messages: 1 };
  for (const item of conversation(first)) {
    yield 'member_count' in item ? { ...item, member_count: MEMBERS } : item;
  }
  const message = firstMessageOf(first);
  for (let place = 3; place < MEMBERS; place += 1) {
    yield memberItemOf(
      namedMemberSince(message, { userId: member(place), role: 'member', logId: LARGE_GROUP }),
    );
  }
  for (let place = 0; place < MEMBERS; place += 1) yield profile(member(place), `large-${place}`);
}

export const fillLargeGroup = (table: Table): Promise<number> => fill(table, largeGroupItems());

/** The users of a run: who sends, whose stream is measured, and who else listens. */
export interface LargeGroupUsers {
  readonly sender: Listener;
  readonly measured: Listener;
  readonly others: readonly Listener[];
}

/** @param signToken returns the `Authorization` of a user. */
export async function largeGroupUsers(
  count: number,
  signToken: (userId: string) => Promise<string>,
): Promise<LargeGroupUsers> {
  const listener = async (place: number) => ({
    userId: member(place),
    token: await signToken(member(place)),
  });
  const others = await Promise.all(Array.from({ length: count - 1 }, (_, place) => listener(place + 2)));
  return { sender: await listener(0), measured: await listener(1), others };
}

interface Phase {
  readonly listeners: number;
  /** Times from the request to the event at the measured listener. */
  readonly eventMs: readonly number[];
  /** Of the API's process. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** CPU time of the API's process for each message. */
  readonly cpuMs: number;
}

export interface LargeGroupFigures {
  /** One message after another. */
  readonly single: readonly Phase[];
  /** At PER_SECOND, for SECONDS. */
  readonly sustained: Phase;
  /** The time of the first message, for which all listeners were verified. */
  readonly firstMs: number;
}

interface RunParts {
  readonly children: Children;
  readonly api: Child<ApiCommands>;
  readonly port: number;
  readonly client: ApiClient;
  readonly users: LargeGroupUsers;
}

export async function measureLargeGroup(parts: RunParts): Promise<LargeGroupFigures> {
  const { users, children, port } = parts;
  const run = new Run(parts);
  await run.listen();
  const sink = children.fork<ListenersCommands>('listeners-process.ts');
  const all = users.others.length + 1;
  const single: Phase[] = [];
  let firstMs = 0;
  for (const listeners of [1, 100, all]) {
    await sink.call('openUpTo', { port, count: listeners - 1, users: users.others });
    firstMs = await run.send();
    await run.sendMany(WARM_UP);
    single.push(await run.phase(listeners, () => run.sendMany(MESSAGES)));
  }
  const sustained = await run.phase(all, () => run.sendAtRate());
  run.close();
  return { single, sustained, firstMs };
}

class Run {
  readonly #parts: RunParts;
  readonly #listeners: EventListeners;
  /** Called with the time at which the measured listener has a text. */
  readonly #onArrival = new Map<string, (at: number) => void>();
  #count = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#listeners = new EventListeners(parts.port);
  }

  listen(): Promise<void> {
    return this.#listeners.open(this.#parts.users.measured, (event, data) => {
      if (event !== 'message') return;
      const at = performance.now();
      const { message } = JSON.parse(data) as { message: string };
      this.#onArrival.get(message)?.(at);
      this.#onArrival.delete(message);
    });
  }

  close(): void {
    this.#listeners.close();
  }

  /** Sends a message, and returns after how many ms the measured listener has it. */
  async send(): Promise<number> {
    this.#count += 1;
    const message = `${TEXT} ${this.#count}`;
    const begun = performance.now();
    const event = new Promise<number>((resolve) => this.#onArrival.set(message, resolve));
    const { client, users } = this.#parts;
    const body = { message, message_group_uuid: LARGE_GROUP };
    await client.do({ userId: users.sender.userId, method: 'POST', path: '/api/messages', body });
    return (await event) - begun;
  }

  /** Sends messages, each when the measured listener has the one before it. */
  async sendMany(count: number): Promise<readonly number[]> {
    const times: number[] = [];
    for (let sent = 0; sent < count; sent += 1) times.push(await this.send());
    return times;
  }

  sendAtRate(): Promise<readonly number[]> {
    const begun = performance.now();
    const sending = Array.from({ length: PER_SECOND * SECONDS }, async (_, place) => {
      await sleep(Math.max(0, begun + (place * 1_000) / PER_SECOND - performance.now()));
      return this.send();
    });
    return Promise.all(sending);
  }

  async phase(listeners: number, run: () => Promise<readonly number[]>): Promise<Phase> {
    const { api } = this.#parts;
    const before = await api.call('cpuTimeMs');
    await api.call('beginLoopDelay');
    const eventMs = await run();
    const loopDelayMs = await api.call('endLoopDelay');
    const cpuMs = ((await api.call('cpuTimeMs')) - before) / eventMs.length;
    return { listeners, eventMs, loopDelayMs, cpuMs };
  }
}

export function largeGroupGrid({ single, sustained }: LargeGroupFigures): Grid {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const row = (what: string, { eventMs, loopDelayMs, cpuMs }: Phase) => [
    what,
    ...[0.5, 0.95, 0.99].map((share) => ms(quantile(eventMs, share))),
    ms(loopDelayMs.p99),
    ms(loopDelayMs.max),
    ms(cpuMs),
  ];
  return {
    head: ['listeners', 'event p50', 'p95', 'p99', 'event loop delay p99', 'max', 'CPU a message'],
    rows: [
      ...single.map((phase) => row(phase.listeners.toLocaleString('en'), phase)),
      row(`${sustained.listeners.toLocaleString('en')}, ${PER_SECOND} messages a second`, sustained),
    ],
  };
}
