import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { EventHub } from '../../../backend/events/event-hub.ts';
import {
  type Change,
  type Channel,
  type Events,
  groupChannel,
  userChannel,
} from '../../../backend/events/changes.ts';
import { InProcessExpiringStore } from '../../../backend/events/expiring-store.ts';
import { type Wiring, wire, type WiringOptions } from '../../../backend/wiring.ts';
import { TableUnavailableError } from '../../../backend/errors.ts';
import { isDirectGroupId } from '../../../schema/ids.ts';
import type { MemoryTable } from '../../support/memory-table.ts';
import { type Bus, Connection } from './bus.ts';
import type { Journal } from './journal.ts';

/** A read of the hub: it is made at one moment, and answered at a later one. */
interface Read {
  readonly command: unknown;
  readonly run: () => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  answer?: unknown;
  isMade: boolean;
}

export interface World {
  readonly memory: MemoryTable;
  readonly journal: Journal;
  readonly newId: () => string;
}

/** What use cases run on: each request to the table is answered at once. @param events where they publish. */
export function wireApi({ memory, newId }: World, events: Events): Wiring {
  return wire({ ...FIXED_TIME, table: memory.table, newId, live: { events, expiringStore } });
}

/** No time passes in a history: its order is that of its steps. */
const FIXED_TIME = {
  clock: () => new Date('2024-01-01T00:00:00.000Z'),
  timer: { now: () => 0 },
} satisfies Partial<WiringOptions>;

/** No history uses it. */
const expiringStore = new InProcessExpiringStore();

/** The event streams of one process. Each read that they need is a step of its own, or two. */
export class Process {
  readonly connection: Connection;
  readonly #world: World;
  #reads: Read[] = [];
  #hub: EventHub | undefined;
  /** Texts that arrived, by channel, and those that were read before their deletion was stored. */
  #texts = new Set<string>();
  /** Deletions that arrived, by channel: while something before them was perhaps still on its way to a stream. */
  #arrived = new Set<string>();
  /** Deletions that arrived before the process was idle. */
  #settled = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.connection = new Connection((change, channel) => this.#note(change, channel));
  }

  get hub(): EventHub {
    if (!this.#hub) throw new Error('the process was not started');
    return this.#hub;
  }

  get hasReads(): boolean {
    return this.#reads.length > 0;
  }

  /** Starts, or starts again: it knows nothing, and whatever it was reading is never answered. */
  start(bus: Bus): void {
    this.#reads = [];
    this.connection.reset();
    for (const memory of [this.#texts, this.#arrived, this.#settled]) memory.clear();
    const table = this.#world.memory.through((run, command) => {
      return new Promise((resolve, reject) => {
        this.#reads.push({ command, run, resolve, reject, isMade: false });
      });
    });
    const live = { events: bus.eventsOf(this.connection), expiringStore };
    this.#hub = wire({ ...FIXED_TIME, table, live }).streams;
  }

  /** Makes one of the hub's reads, or answers one that was made. @param fails whether it fails instead, if it may. */
  read(which: number, fails: boolean): void {
    const read = this.#reads[which % this.#reads.length];
    if (!read) return;
    if (!read.isMade) {
      read.answer = read.run();
      for (const text of textsIn(read.answer)) if (!this.#world.journal.isGone(text)) this.#texts.add(text);
      read.isMade = true;
      return;
    }
    this.#reads.splice(this.#reads.indexOf(read), 1);
    // A hub that cannot read a user's groups waits before it tries again: here no time passes.
    const mayFail = !(read.command instanceof QueryCommand);
    if (fails && mayFail) read.reject(new TableUnavailableError());
    else read.resolve(read.answer);
  }

  /** Called after each step: when nothing is being read, everything that arrived has been delivered. */
  settle(): void {
    if (this.hasReads) return;
    for (const key of this.#arrived) this.#settled.add(key);
    this.#arrived.clear();
  }

  /** Why a text must not be sent any more; undefined where it may. Its message was deleted. */
  whyGone(userId: string, groupId: string, seq: number, text: string): string | undefined {
    const channel = isDirectGroupId(groupId) ? userChannel(userId) : groupChannel(groupId);
    if (this.#settled.has(`${channel} ${groupId} ${seq}`)) return 'after its deletion arrived';
    if (!this.#texts.has(text) && !this.#texts.has(`${channel} ${text}`))
      return 'read after its deletion was stored';
    return undefined;
  }

  #note(change: Change, channel: Channel): void {
    for (const text of textsIn(change)) this.#texts.add(`${channel} ${text}`);
    const [, groupId = ''] = /"groupId":"(\w+)"/.exec(JSON.stringify(change)) ?? [];
    for (const { seq, rev } of versionsIn(change)) {
      if (this.#world.journal.version(groupId, seq, rev)?.isDeleted === true)
        this.#arrived.add(`${channel} ${groupId} ${seq}`);
    }
  }
}

const textsIn = (part: unknown): string[] =>
  [...JSON.stringify([part]).matchAll(/text-\d+/g)].map(([text]) => text);

/** All (seq, rev) that something published names, whatever its form. */
function versionsIn(part: unknown): { readonly seq: number; readonly rev: number }[] {
  if (typeof part !== 'object' || part === null) return [];
  const { seq, rev } = part as Record<string, unknown>;
  const own = typeof seq === 'number' && typeof rev === 'number' ? [{ seq, rev }] : [];
  return [...own, ...Object.values(part).flatMap(versionsIn)];
}
