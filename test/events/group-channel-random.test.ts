import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../backend/events/changes.ts';
import { eventually } from '../support/eventually.ts';
import { createHub, type TestHub, type TestStream } from './hub.ts';
import { publishAll, type StoredGroup, StoredGroups } from './scene.ts';

const USERS = ['ada', 'grace', 'kay'] as const;

const user = fc.constantFrom(...USERS);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), user }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('publish' as const), which: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), which: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const), user, process: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), which: fc.nat(8) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
);

/** A client that fetches the whole log with `ready` and with a row, as long as its user is a member. */
class Client {
  readonly held = new Set<number>();
  readonly userId: string;
  readonly stream: TestStream;
  isOpen = true;
  readonly #group: StoredGroup;
  readonly #removals: ReadonlyMap<string, number>;

  constructor(parts: {
    readonly hub: TestHub;
    readonly group: StoredGroup;
    readonly userId: string;
    readonly removals: ReadonlyMap<string, number>;
  }) {
    this.userId = parts.userId;
    this.#group = parts.group;
    this.#removals = parts.removals;
    this.stream = parts.hub.openUnready(parts.userId, (text) => {
      this.#receive(text);
    });
  }

  get isMember(): boolean {
    return this.#group.rows.has(this.userId);
  }

  /** Expects that it holds the whole log, as far as its user is a member. */
  expectAll(): void {
    if (!this.isOpen || !this.isMember) return;
    expect(this.stream.told).toContain('ready');
    const log = Array.from({ length: this.#group.group.last_seq }, (_, place) => place + 1);
    expect([...this.held].sort((one, other) => one - other)).toEqual(log);
  }

  close(): void {
    this.isOpen = false;
    this.stream.close();
  }

  #receive(text: string): void {
    const [, sent] = /data: g (\d+)\.\d/.exec(text) ?? [];
    if (sent !== undefined) {
      const seq = Number(sent);
      // At this moment, whatever is on its way.
      if (!this.isMember) expect(seq).toBeLessThan(this.#removals.get(this.userId) ?? 0);
      this.held.add(seq);
    } else if (this.isMember && /event: (ready|message_group)\n/.test(text)) {
      for (let seq = 1; seq <= this.#group.group.last_seq; seq += 1) this.held.add(seq);
    }
  }
}

/** Lets one user in the group do something, with the events of it. */
function change(
  group: StoredGroup,
  what: { readonly do: 'send' | 'add' | 'remove'; readonly user: string },
): Change[] {
  const isMember = group.rows.has(what.user);
  switch (what.do) {
    case 'send':
      return isMember ? [group.send(what.user)] : [];
    case 'add':
      return isMember ? [] : group.add(what.user);
    case 'remove':
      return isMember ? group.remove(what.user) : [];
  }
}

function noteRemovals(removals: Map<string, number>, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.kind === 'message' && change.message.event?.type === 'member_removed')
      removals.set(change.message.event.user_uuid, change.message.seq);
  }
}

it('a member misses nothing and a removed one receives nothing, whatever is late, lost or repeated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
      const stored = new StoredGroups();
      const group = stored.create('g', 'ada', 'grace');
      stored.beforeRead = () => turn();
      stored.afterRead = () => turn();
      const here = createHub({ stored });
      const there = createHub({ stored, events: here.events });
      const removals = new Map<string, number>();
      const clients: Client[] = [];
      /** Not published yet. What is lost is published again at the end, by the stream's handler. */
      const waiting: Change[] = [];
      const all: Change[] = [];
      for (const what of steps) {
        switch (what.do) {
          case 'send':
          case 'add':
          case 'remove': {
            const changes = change(group, what);
            noteRemovals(removals, changes);
            waiting.push(...changes);
            all.push(...changes);
            break;
          }
          case 'publish':
            // They stay: they may be published again.
            await publishAll(here.events, waiting.slice(what.which, what.which + 1));
            break;
          case 'lose':
            waiting.splice(what.which, 1);
            break;
          case 'open': {
            const hub = what.process === 0 ? here : there;
            clients.push(new Client({ hub, group, userId: what.user, removals }));
            break;
          }
          case 'close':
            clients[what.which]?.close();
            break;
          case 'wait':
            await turn();
        }
      }
      await publishAll(here.events, all);
      await eventually(() => {
        for (const client of clients) client.expectAll();
      });
      for (const hub of [here, there]) {
        expect(hub.lines).toEqual([]);
        hub.closeAll();
        await eventually(() => hub.channels.size === 0);
      }
    }),
    // Each attempt to shrink a failure would wait for what never comes.
    { numRuns: 100, endOnFailure: true },
  );
});
