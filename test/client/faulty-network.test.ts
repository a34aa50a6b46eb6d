import { afterEach, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { announceReachable, type MessagingClient, memoryStore } from '../../client/src/index.ts';
import { useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import { randomRuns } from '../support/random-runs.ts';
import { Clients, messagesOf, Network, show } from './clients.ts';

/*
 * Two clients at a real API on a network that loses requests and responses, repeats requests, delays them past each other, and cuts
 * streams; and clients that are restarted. In the end each holds exactly what the API holds, and each text that was written is there once.
 */

const api = useTestApi();
const clients = new Clients(api);
let people: readonly [Caller, Caller];
beforeAll(async () => {
  people = [await api().person(), await api().person()];
});
afterEach(() => clients.close());

type Fault = 'none' | 'lost request' | 'lost response' | 'twice' | 'late' | 'busy';

const fault = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fault>('none') },
  { weight: 5, arbitrary: fc.constantFrom<Fault>('lost request', 'lost response', 'twice', 'late', 'busy') },
);
const step = fc.record({
  who: fc.constantFrom(0 as const, 1 as const),
  action: fc.constantFrom('write', 'write', 'write', 'edit', 'delete', 'cut', 'heal', 'restart'),
});

/** Makes a network fail as it is written, request by request, and then no more. */
function failing(network: Network, faults: Fault[]): void {
  network.send = async (request) => {
    const isStream = request.url.endsWith('/api/events');
    const next = isStream ? 'none' : (faults.shift() ?? 'none');
    switch (next) {
      case 'none':
        return fetch(request);
      case 'lost request':
        throw new TypeError('lost');
      case 'lost response':
        await fetch(request);
        throw new TypeError('lost');
      case 'twice':
        await fetch(request.clone());
        return fetch(request);
      case 'late':
        await new Promise((resolve) => setTimeout(resolve, 30));
        return fetch(request);
      case 'busy':
        return Response.json(['table_unavailable'], { status: 503 });
    }
  };
}

/** A user with a client that is restarted now and then, and what it has kept. */
class Writer {
  readonly network = new Network();
  readonly written: string[] = [];
  readonly #caller: Caller;
  readonly #store = memoryStore();
  readonly #uuid: string;
  client!: MessagingClient;

  constructor(caller: Caller, uuid: string, faults: readonly Fault[]) {
    this.#caller = caller;
    this.#uuid = uuid;
    failing(this.network, [...faults]);
  }

  async start(): Promise<void> {
    this.client = await clients.open(this.#caller, { network: this.network, store: this.#store });
    void show(this.client, this.#uuid);
  }

  async act(action: string, text: string): Promise<void> {
    const conversation = this.client.conversation(this.#uuid);
    const own = messagesOf(this.client, this.#uuid).findLast(
      ({ user_uuid, kind, deleted_at }) =>
        user_uuid === this.client.me.uuid && kind === 'text' && deleted_at === null,
    );
    switch (action) {
      case 'write':
        this.written.push(text);
        conversation.sending.send(text);
        return;
      case 'edit':
        if (own) await conversation.edit(own.seq, `${own.message} edited`).catch(() => undefined);
        return;
      case 'delete':
        if (own) await conversation.remove(own.seq).catch(() => undefined);
        return;
      case 'cut':
        this.network.cut();
        return;
      case 'heal':
        this.network.heal();
        return;
      case 'restart':
        this.client.close();
        await this.start();
    }
  }
}

it('In the end each client holds what the API holds, and what was written is there once, in its order', async () => {
  let rounds = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.array(fault, { maxLength: 30 }), fc.array(fault, { maxLength: 30 })),
      fc.array(step, { minLength: 4, maxLength: 24 }),
      async (faults, steps) => {
        rounds += 1;
        const { uuid } = await people[0].createGroup(`Group ${rounds}`, [people[1].handle]);
        const writers = people.map((caller, place) => new Writer(caller, uuid, faults[place] ?? []));
        await Promise.all(writers.map((writer) => writer.start()));
        // Pauses between attempts end at once.
        const impatience = setInterval(announceReachable, 10);
        try {
          for (const [place, { who, action }] of steps.entries()) {
            await writers[who]?.act(action, `${place}`);
            await new Promise((resolve) => setTimeout(resolve, place % 3));
          }
          for (const { network } of writers) network.heal();
          await eventually(() => expectWhole(uuid, writers), { within: 10_000 });
        } finally {
          clearInterval(impatience);
          clients.close();
        }
      },
    ),
    { numRuns: randomRuns(3), endOnFailure: true },
  );
});

async function expectWhole(uuid: string, writers: readonly Writer[]): Promise<void> {
  const stored = await people[0].history(uuid, '?limit=100');
  for (const { client, written } of writers) {
    const conversation = client.conversation(uuid);
    // A user tries again where the screen says that nothing could be loaded.
    if (conversation.state.get().problem !== undefined) void conversation.open();
    expect(conversation.log.outgoing).toEqual([]);
    const own = stored.filter(({ user_uuid, kind }) => user_uuid === client.me.uuid && kind === 'text');
    // Some were edited or deleted since: their number and order say it.
    expect(own).toHaveLength(written.length);
    const texts = own.map(({ message }) => message?.split(' ')[0]);
    expect(texts.map((text, place) => text ?? written[place])).toEqual(written);
    const held = messagesOf(client, uuid).map(({ seq, rev, message }) => ({ seq, rev, message }));
    expect(held).toEqual(stored.map(({ seq, rev, message }) => ({ seq, rev, message })));
  }
}
