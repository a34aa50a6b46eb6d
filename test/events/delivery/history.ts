import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { deleteMessage, editMessage } from '../../../backend/domain/change-message.ts';
import { createGroup } from '../../../backend/domain/create-group.ts';
import { addMembers, removeMember, updateGroup } from '../../../backend/domain/manage-members.ts';
import type { Person } from '../../../backend/domain/model.ts';
import { saveProfile } from '../../../backend/domain/people.ts';
import { react, takeBackReaction } from '../../../backend/domain/react.ts';
import { sendToGroup, sendToHandle } from '../../../backend/domain/send-message.ts';
import { AppError } from '../../../backend/errors.ts';
import { createLogger } from '../../../backend/logger.ts';
import type { Wiring } from '../../../backend/wiring.ts';
import { createHandler } from '../../../lambdas/update-summaries/handler.ts';
import type { ReactionsItem } from '../../../schema/items.ts';
import { groupIdOf, type Key, reactionsOf, seqOf } from '../../../schema/keys.ts';
import { itemRecord, streamEvent } from '../../support/factories.ts';
import { MemoryTable, type Written } from '../../support/memory-table.ts';
import { Bus } from './bus.ts';
import { Client } from './client.ts';
import { Journal } from './journal.ts';
import { Process, wireApi, type World } from './process.ts';
import { Stream } from './stream.ts';

const PEOPLE = ['ada', 'grace', 'kay', 'linus', 'barbara'];
const PROCESSES = 3;
/** What happens in a step, and how often. */
const WEIGHTS = {
  /** Some of what waits goes on: publications, arrivals, reads, the stream's handler, what clients fetch. */
  proceed: 30,
  send: 7,
  edit: 4,
  delete: 2,
  react: 6,
  takeBack: 3,
  add: 3,
  remove: 3,
  leave: 1,
  rename: 1,
  open: 3,
  close: 1,
  restart: 1,
  lose: 1,
  restore: 1,
  /** All that waits comes to its end. */
  rest: 1,
};

/** What members do. */
const WRITES = ['send', 'edit', 'delete', 'react', 'takeBack', 'add', 'remove', 'leave', 'rename'] as const;
type Write = (typeof WRITES)[number];

const isWrite = (what: Step['do']): what is Write => (WRITES as readonly string[]).includes(what);

/** What a member wants to do: each write takes what it needs of it. */
interface Wish {
  readonly groupId: string;
  readonly actor: Person;
  readonly userId: string;
  /** A text of theirs. */
  readonly seq: number;
  /** The handle of a user who may be a member. */
  readonly other: string;
}

/** One step of a history. `which`, `where` and `how` choose among what there is at that moment. */
export interface Step {
  readonly do: keyof typeof WEIGHTS;
  readonly which: number;
  readonly where: number;
  readonly how: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    ...Object.entries(WEIGHTS).map(([name, weight]) => ({
      weight,
      arbitrary: fc.constant(name as keyof typeof WEIGHTS),
    })),
  ),
  which: fc.nat(30),
  where: fc.nat(30),
  how: fc.nat(30),
});

const histories = fc.array(step, { minLength: 30, maxLength: 120 });

/**
 * Plays random histories and checks each of them. A failure names its seed and its path, which repeat it, and its steps: each
 * history is the same each time, because nothing in it depends on time.
 */
export async function checkHistories(
  count: number,
  options: { readonly seed?: number; readonly path?: string; readonly endOnFailure?: boolean } = {},
): Promise<void> {
  const history = fc.asyncProperty(histories, async (steps) => {
    const violations = await play(steps);
    if (violations.length > 0) throw new Error(violations.join('\n'));
  });
  // To shrink a failure takes as long as many histories.
  await fc.assert(history, { numRuns: count, ...options });
}

/** Plays a history. @returns what must never happen, and did. */
export async function play(steps: readonly Step[]): Promise<readonly string[]> {
  const history = new History();
  await history.run(steps);
  return history.violations;
}

/** One history, and what it does to three processes and their clients. */
class History {
  readonly #journal = new Journal();
  readonly #memory = new MemoryTable((written) => this.#noteWritten(written));
  readonly #world: World;
  readonly #processes: readonly Process[];
  readonly #bus: Bus;
  readonly #api: Wiring;
  readonly #handle: ReturnType<typeof createHandler>;
  readonly #people: Person[] = [];
  readonly #clients: readonly Client[];
  readonly #streams = new Map<Client, Stream>();
  /** What the stream's handler was not given yet, by group. */
  readonly #records = new Map<string, Key[]>();
  readonly #texts: { readonly groupId: string; readonly seq: number; readonly author: string }[] = [];
  #groupIds: readonly string[] = [];
  #ids = 0;
  #said = 0;
  /** What must never happen, and did. */
  readonly violations: string[] = [];

  constructor() {
    const newId = () => `0${String((this.#ids += 1)).padStart(25, '0')}`;
    this.#world = { memory: this.#memory, journal: this.#journal, newId };
    this.#processes = Array.from({ length: PROCESSES }, () => new Process(this.#world));
    this.#bus = new Bus(this.#processes.map(({ connection }) => connection));
    for (const process of this.#processes) process.start(this.#bus);
    this.#api = wireApi(this.#world, this.#bus.publisher('api'));
    this.#handle = createHandler({
      ...this.#api,
      events: this.#bus.publisher('handler'),
      failures: () => Promise.reject(new Error('a record cannot be handled')),
      logger: createLogger('silent'),
    });
    // One user has two devices.
    this.#clients = [...PEOPLE, 'ada'].map((userId) => new Client(userId));
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#begin();
    for (const one of steps) {
      await this.#take(one);
      await this.#settle();
      if (this.violations.length > 0) return;
    }
    await this.#rest();
    this.#checkClients();
  }

  /** Three people are in the first group, two in the second, and two have a conversation of their own. */
  async #begin(): Promise<void> {
    const api = this.#api;
    for (const handle of PEOPLE) {
      this.#people.push(await saveProfile(api, handle, { handle, display_name: handle }));
    }
    const [ada, grace, , linus] = this.#people;
    if (!ada || !grace || !linus) throw new Error('nobody is there');
    const first = await createGroup(api, { creator: ada, name: 'One', handles: ['grace', 'kay'] });
    const second = await createGroup(api, { creator: grace, name: 'Two', handles: ['ada'] });
    const direct = await sendToHandle(api, 'grace', { userId: 'linus', text: this.#newText() });
    this.#groupIds = [first.group.groupId, second.group.groupId, direct.groupId];
    for (const place of [0, 1, 2]) this.#open(this.#client(place), this.#process(place));
    await this.#rest();
  }

  async #take(one: Step): Promise<void> {
    const { do: what, which, where, how } = one;
    const process = this.#process(where);
    if (isWrite(what)) {
      await this.#write(what, one);
      return;
    }
    switch (what) {
      case 'proceed':
        for (let count = 0; count <= how % MOST_AT_ONCE; count += 1) {
          await this.#proceed(which + count * where, how);
          await this.#settle();
        }
        return;
      case 'open':
        this.#open(this.#client(which), process);
        return;
      case 'close':
        this.#close(this.#client(which));
        return;
      case 'restart':
        this.#restart(process);
        return;
      case 'lose':
        process.connection.lose();
        return;
      case 'restore':
        process.connection.restore();
        return;
      case 'rest':
        await this.#rest();
    }
  }

  /** One of the things that wait goes on. @param how chooses a fate for it. @returns whether anything waited. */
  async #proceed(which: number, how: number): Promise<boolean> {
    const waiting = this.#waiting(how);
    await waiting[which % waiting.length]?.();
    return waiting.length > 0;
  }

  /** What may happen next. */
  #waiting(how: number): (() => void | Promise<void>)[] {
    const records = [...this.#records.values()].filter((group) => group.length > 0);
    return [
      ...(this.#bus.hasWaiting ? [() => this.#bus.pass(how, how % 5 === 4)] : []),
      ...this.#processes.flatMap((process) => [
        // Often much comes between what a process knows and what it is subscribed to.
        ...(how % 4 === 0 && process.connection.hasRequests ? [() => process.connection.takeRequest()] : []),
        ...(process.connection.hasArrivals ? [() => process.connection.deliver()] : []),
        ...(process.hasReads ? [() => process.read(how, how % 30 === 29)] : []),
      ]),
      ...this.#clients.flatMap((client) => (client.isWaiting ? [() => client.proceed(this.#api, how)] : [])),
      ...records.map((group) => () => this.#handleBatch(group, how)),
    ];
  }

  /** A member does something. The API may die before all of it is published. */
  async #write(what: Write, { which, where, how }: Step): Promise<void> {
    // Most of it in the first group.
    const groupId = this.#groupIds[[0, 0, 1, 2][how % 4] ?? 0] ?? '';
    const members = this.#journal.members(groupId, PEOPLE);
    const actor = this.#people.find(({ userId }) => userId === members[which % members.length]);
    const other = PEOPLE[(which + how) % PEOPLE.length];
    // The last member stays, so that there is always a group to look at.
    if (!actor || other === undefined || (what === 'leave' && members.length === 1)) return;
    const own = this.#texts.filter((text) => text.author === actor.userId && text.groupId === groupId);
    // One of the newest.
    const seq = own.at(-1 - (where % 2))?.seq ?? 1;
    this.#bus.publishesLeft = [0, 1][where % 7] ?? Infinity;
    try {
      await this.#writes[what]({ groupId, actor, other, seq, userId: actor.userId });
    } catch (error) {
      // What a member may not do.
      if (!(error instanceof AppError)) throw error;
    } finally {
      this.#bus.publishesLeft = Infinity;
    }
  }

  readonly #writes: Record<Write, (what: Wish) => Promise<unknown>> = {
    send: async ({ groupId, userId }) => {
      const { seq } = await sendToGroup(this.#api, groupId, { userId, text: this.#newText() });
      this.#texts.push({ groupId, seq, author: userId });
    },
    edit: (wish) => editMessage(this.#api, wish, this.#newText()),
    delete: (wish) => deleteMessage(this.#api, wish),
    react: (wish) => react(this.#api, { ...wish, emoji: '👍' }),
    takeBack: (wish) => takeBackReaction(this.#api, { ...wish, emoji: '👍' }),
    add: (wish) => addMembers(this.#api, wish, [wish.other], () => 'handle'),
    remove: (wish) => removeMember(this.#api, wish, wish.other),
    leave: (wish) => removeMember(this.#api, wish, wish.actor.handle),
    rename: (wish) => updateGroup(this.#api, wish, { name: this.#newText().replace('text', 'Name') }),
  };

  /** The stream's handler gets the next records of a group; it may get them twice, or die before it has published all. */
  async #handleBatch(records: Key[], how: number): Promise<void> {
    // Until a record is handled, only strong reads must find what it is about.
    this.#memory.catchUp();
    const batch = streamEvent(records.slice(0, 1 + (how % 4)).map((item) => itemRecord(item)));
    const fate = how % 6;
    if (fate === 4) this.#bus.publishesLeft = how % 3;
    if (fate >= 4) await this.#handle(batch);
    this.#bus.publishesLeft = Infinity;
    await this.#handle(batch);
    records.splice(0, batch.Records.length);
  }

  #open(client: Client, process: Process): void {
    if (this.#streams.has(client)) return;
    const stream = new Stream({ client, process, journal: this.#journal, violations: this.violations });
    this.#streams.set(client, stream);
    stream.open();
  }

  #restart(process: Process): void {
    for (const [client, stream] of this.#streams) if (stream.process === process) this.#close(client);
    process.start(this.#bus);
  }

  #close(client: Client): void {
    this.#streams.get(client)?.close();
    this.#streams.delete(client);
  }

  /** Lets everything that was begun come to its end: what was lost is published by the handler, what was cut off connects. */
  async #rest(): Promise<void> {
    for (const { connection } of this.#processes) connection.restore();
    for (let count = 0; await this.#proceed(count, 0); count += 1) {
      await this.#settle();
      if (this.violations.length > 0) return;
      if (count === MOST_TO_REST) throw new Error('the processes do not come to rest');
    }
  }

  /** Every client that has a stream shows what its user may see, as it is in the log. */
  #checkClients(): void {
    for (const [client, stream] of this.#streams) {
      if (!stream.isReady) this.violations.push(`${client.userId}'s stream is not ready`);
      for (const [place, groupId] of this.#groupIds.entries()) {
        const log = this.#journal.isMember(groupId, client.userId) ? this.#journal.log(groupId) : undefined;
        const [shown, stored] = [inWords(client.shown.get(groupId)), inWords(log)];
        if (shown !== stored) {
          this.violations.push(`${client.userId} shows ${shown} of group ${place}, and the log is ${stored}`);
        }
        const reactions = [...client.reactionsIn(groupId)].map(([seq, words]) => `${seq} ${words}`).sort();
        const expected = log ? this.#reactionsIn(groupId) : [];
        if (reactions.join() !== expected.join()) {
          this.violations.push(
            `${client.userId} shows reactions ${reactions.join()} in group ${place}, and there are ${expected.join()}`,
          );
        }
      }
    }
  }

  /** The reactions that are stored in a group; those of deleted messages were all removed by now. */
  #reactionsIn(groupId: string): string[] {
    const words = this.#memory.items.flatMap((item) => {
      const place = groupIdOf(item) === groupId ? reactionsOf(item) : undefined;
      const users = [...((item as Partial<ReactionsItem>).users ?? [])].sort();
      return place ? [`${place.seq} ${[place.emoji, ...users].join(' ')}`] : [];
    });
    return words.sort();
  }

  /** Lets everything happen that needs no further step. */
  async #settle(): Promise<void> {
    await turn();
    await turn();
    for (const process of this.#processes) process.settle();
  }

  #noteWritten(written: Written): void {
    this.#journal.note(written);
    for (const { key, now } of written) {
      const groupId = groupIdOf(key);
      const isWritten = seqOf(key) !== undefined || reactionsOf(key) !== undefined;
      if (groupId === undefined || !isWritten || !now) continue;
      const records = this.#records.get(groupId) ?? [];
      this.#records.set(groupId, records);
      records.push(structuredClone(now) as unknown as Key);
    }
  }

  #newText(): string {
    this.#said += 1;
    return `text-${this.#said}`;
  }

  #process(which: number): Process {
    const process = this.#processes[which % PROCESSES];
    if (!process) throw new Error('there is no process');
    return process;
  }

  #client(which: number): Client {
    const client = this.#clients[which % this.#clients.length];
    if (!client) throw new Error('there is no client');
    return client;
  }
}

/** Things that go on in one step. */
const MOST_AT_ONCE = 8;
/** Beyond it something goes round in circles. */
const MOST_TO_REST = 5_000;

/** Messages in few words: `1.0 text-3, 2.1 -`. */
function inWords(
  messages: ReadonlyMap<number, { readonly rev: number; readonly text: string | null }> | undefined,
): string {
  if (!messages) return 'nothing';
  return [...messages]
    .sort(([one], [other]) => one - other)
    .map(([seq, { rev, text }]) => `${seq}.${rev} ${text ?? '-'}`)
    .join(', ');
}
