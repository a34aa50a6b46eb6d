import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PresentEvent } from '../../backend/events/user-streams.ts';
import { type ChangeOf, type Events, groupChannel, userChannel } from '../../backend/events/changes.ts';
import { InProcessEvents } from '../../backend/events/in-process-events.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { inWords, type TestHub, type TestStream, useHubs } from './hub.ts';
import { directRow, entry, publishAll } from './scene.ts';

/* The streams of a user, and the events of their own channel. */

const newHub = useHubs();

/** A message of a direct group. */
const direct = (seq: number, ...userIds: string[]): ChangeOf<'message'> => ({
  kind: 'message',
  to: { userIds },
  message: entry({ groupId: 'd', seq, user_uuid: 'linus' }),
});

const send = (hub: TestHub, seq: number, ...userIds: string[]) => hub.events.publish(direct(seq, ...userIds));
const messages = ({ told }: TestStream) => told.filter((words) => /^\w+ \d+\.\d+$/.test(words));

describe('a hub', () => {
  it('writes `ready` to the first stream of a user once the subscription stands, to others at once', async () => {
    const hub = newHub();
    const first = hub.openUnready('ada');
    expect(first.told).toEqual([]);
    await eventually(() => first.told.length > 0);
    expect(first.told).toEqual(['ready']);
    expect(hub.openUnready('ada').told).toEqual(['ready']);
  });

  it('presents a change once for a user, however many streams they have', async () => {
    const hub = newHub();
    const streams = await Promise.all(Array.from({ length: 50 }, () => hub.open('ada')));
    await send(hub, 1, 'ada');
    for (const stream of streams) await stream.until('d 1.0');
    expect(hub.presented).toHaveLength(1);
  });

  it('presents nothing for a user without streams, and nothing after the last stream was closed', async () => {
    const hub = newHub();
    const adas = await hub.open('ada');
    await send(hub, 1, 'grace');
    adas.close();
    adas.close();
    await send(hub, 2, 'ada');
    const graces = await hub.open('grace');
    await send(hub, 3, 'grace');
    await graces.until('d 3.0');
    expect(hub.presented).toHaveLength(1);
    expect(adas.told).toEqual(['ready']);
  });

  it('keeps the streams that a user has opened since, when a closed one is removed once more', async () => {
    const hub = newHub();
    const closed = await hub.open('ada');
    closed.close();
    const open = await hub.open('ada');
    closed.close();
    // Only the first stream of a user waits for `ready`.
    const another = hub.openUnready('ada');
    expect(another.told).toEqual(['ready']);
    await send(hub, 1, 'ada');
    for (const stream of [open, another]) await stream.until('d 1.0');
    expect(hub.presented).toHaveLength(1);
  });

  it('writes a heartbeat to every stream, and stops when the last one is closed', async () => {
    const hub = newHub({ heartbeatMs: 2 });
    const [one, two] = [await hub.open('ada'), await hub.open('grace')];
    const beats = ({ texts }: TestStream) => texts.filter((text) => text === ':\n\n').length;
    await eventually(() => beats(one) >= 3 && beats(two) >= 3);
    one.close();
    const before = beats(one);
    const others = beats(two);
    await eventually(() => beats(two) > others + 2);
    expect(beats(one)).toBe(before);
  });

  it('delivers what concerns a user alone, in the order of its publication', async () => {
    const hub = newHub();
    const adas = await hub.open('ada');
    await publishAll(hub.events, [
      { kind: 'message_group', row: directRow('ada', 'grace') },
      direct(1, 'ada', 'grace'),
      { kind: 'typing', to: { userIds: ['ada', 'grace'] }, groupId: 'd', userId: 'grace' },
      { kind: 'typing', to: { userIds: ['ada', 'grace'] }, groupId: 'd', userId: 'ada' },
      direct(2, 'ada', 'grace'),
    ]);
    await adas.until('d 2.0');
    // Nobody receives that they type themselves.
    expect(adas.told).toEqual([
      'ready',
      'd row of ada: joined 1, read 0',
      'd 1.0',
      'd grace is typing',
      'd 2.0',
    ]);
    expect(hub.stored.reads).toEqual({ namedRows: 1, rows: 0, group: 0, messages: 0, change: 0 });
  });
});

describe("the channels of a user's groups", () => {
  it('are joined before `ready`, and left with the last stream of a member', async () => {
    const hub = newHub();
    for (const groupId of ['g', 'h']) hub.stored.create(groupId, 'ada', 'grace');
    const [one, two] = [await hub.open('ada'), await hub.open('ada')];
    const own = [userChannel('ada'), groupChannel('g'), groupChannel('h')];
    expect(hub.channels).toEqual(new Set(own));
    expect(hub.stored.reads.namedRows).toBe(1);
    const graces = await hub.open('grace');
    one.close();
    two.close();
    expect(hub.channels).toEqual(new Set([userChannel('grace'), groupChannel('g'), groupChannel('h')]));
    graces.close();
    expect(hub.channels.size).toBe(0);
  });

  it('stand before `ready` is written: a channel that takes long holds it back', async () => {
    const slow = deferred<undefined>();
    const inner = new InProcessEvents();
    const events: Events = {
      publish: (change) => inner.publish(change),
      close: () => inner.close(),
      subscribe: (channel, listener) =>
        inner.subscribe(channel, (event) => {
          if (channel === groupChannel('g')) void slow.promise.then(() => listener(event));
          else listener(event);
        }),
    };
    const hub = newHub({ events });
    hub.stored.create('g', 'ada');
    hub.stored.create('h', 'ada');
    const adas = hub.openUnready('ada');
    await eventually(() => hub.channels.size === 3);
    // Whatever can happen without the slow channel has happened by then.
    await new Promise((resolve) => setImmediate(resolve));
    expect(adas.told).toEqual([]);
    slow.resolve(undefined);
    await eventually(() => adas.told.length > 0);
    expect(adas.told).toEqual(['ready']);
  });

  it('are read again after a reconnection, and `ready` is written once the new ones stand', async () => {
    const hub = newHub();
    const group = hub.stored.create('g', 'grace');
    const adas = await hub.open('ada');
    // The events of this were lost with the connection.
    group.add('ada');
    hub.reconnect();
    await eventually(() => adas.told.length === 2);
    expect(adas.told).toEqual(['ready', 'ready']);
    expect(hub.channels).toContain(groupChannel('g'));
    await hub.events.publish(group.send('grace'));
    await adas.until('g 3.0');
    expect(hub.stored.reads.namedRows).toBe(2);
  });

  it('are read again after a reconnection, and what comes meanwhile waits for `ready`', async () => {
    const hub = newHub();
    const adas = await hub.open('ada');
    const held = deferred<undefined>();
    hub.stored.afterRead = () => held.promise;
    hub.reconnect();
    // What was lost may have been the change before this.
    await publishAll(hub.events, [
      { kind: 'change', to: { userIds: ['ada'] }, groupId: 'd', change: 2, seqs: [1] },
      direct(2, 'ada'),
    ]);
    await eventually(() => hub.presented.length === 2);
    expect(adas.told).toEqual(['ready']);
    held.resolve(undefined);
    await adas.until('d 2.0');
    expect(adas.told.slice(0, 2)).toEqual(['ready', 'ready']);
    expect(adas.told).toHaveLength(4);
  });

  it('are read again for the newest of several reconnections alone', async () => {
    const hub = newHub();
    const group = hub.stored.create('g', 'grace');
    const adas = await hub.open('ada');
    const held = deferred<undefined>();
    hub.stored.afterRead = (read) => (read === 'namedRows' ? held.promise : undefined);
    hub.reconnect();
    await eventually(() => hub.stored.reads.namedRows === 2);
    // The read under way does not have this.
    group.add('ada');
    for (let count = 0; count < 5; count += 1) hub.reconnect();
    held.resolve(undefined);
    await eventually(() => adas.told.length === 2);
    expect(hub.channels).toContain(groupChannel('g'));
    // Those who wait for the read under way share the next one.
    expect(hub.stored.reads.namedRows).toBe(3);
    await send(hub, 1, 'ada');
    await adas.until('d 1.0');
    expect(adas.told).toEqual(['ready', 'ready', 'd 1.0']);
  });

  it('are read by all who wait together in one read, also when streams are closed and opened', async () => {
    const hub = newHub();
    for (let count = 0; count < 20; count += 1) hub.openUnready('ada').close();
    const stream = await hub.open('ada');
    expect(stream.told).toEqual(['ready']);
    expect(hub.stored.reads.namedRows).toBeLessThanOrEqual(2);
  });

  it('are read again when that fails: the stream stays open, and is ready later', async () => {
    const hub = newHub();
    const group = hub.stored.create('g', 'ada');
    let failures = 2;
    hub.stored.beforeRead = () => {
      failures -= 1;
      if (failures >= 0) throw new Error('throttled');
    };
    const stream = hub.openUnready('ada');
    // Events of the user's own channel wait for `ready`, which is the first event.
    await eventually(() => hub.lines.length === 1);
    await send(hub, 1, 'ada');
    expect(stream.told).toEqual([]);
    await stream.until('d 1.0');
    expect(stream.told).toEqual(['ready', 'd 1.0']);
    expect(hub.lines.filter((line) => line.includes('could not be read'))).toHaveLength(2);
    await hub.events.publish(group.send('ada'));
    await stream.until('g 2.0');
  });

  it('are not joined for a user whose last stream was closed meanwhile', async () => {
    const hub = newHub();
    hub.stored.create('g', 'ada');
    const held = deferred<undefined>();
    hub.stored.beforeRead = () => held.promise;
    const stream = hub.openUnready('ada');
    await eventually(() => hub.stored.reads.namedRows === 1);
    stream.close();
    held.resolve(undefined);
    const other = await hub.open('grace');
    expect(other.told).toEqual(['ready']);
    expect(stream.told).toEqual([]);
    expect(hub.channels).toEqual(new Set([userChannel('grace')]));
  });
});

it('costs the table one read of rows for each user when 10,000 clients return, and at most 50 at once', async () => {
  const hub = newHub();
  const users = Array.from({ length: 10_000 }, (_, place) => `user-${place}`);
  const group = hub.stored.create('g', ...users);
  let [underWay, most] = [0, 0];
  hub.stored.beforeRead = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
  };
  const streams = users.map((user) => hub.openUnready(user));
  const last = streams.at(-1);
  await last?.until('ready');
  expect(hub.stored.reads).toEqual({ namedRows: 10_000, rows: 0, group: 0, messages: 0, change: 0 });
  expect(most).toBe(50);
  // The first event reads the row of each listener; after a reconnection they stay verified.
  await hub.events.publish(group.send('ada'));
  await last?.until('g 2.0');
  hub.reconnect();
  await eventually(() => last?.told.at(-1) === 'ready');
  await hub.events.publish(group.send('ada'));
  await last?.until('g 3.0');
  expect(hub.stored.reads).toEqual({ namedRows: 20_000, rows: 10_000, group: 0, messages: 0, change: 0 });
});

describe('a message that is published twice', () => {
  it('is delivered once, and to a stream that was opened in between', async () => {
    const hub = newHub();
    const old = await hub.open('ada');
    await send(hub, 1, 'ada');
    await old.until('d 1.0');
    const young = await hub.open('ada');
    for (const seq of [1, 1, 2]) await send(hub, seq, 'ada');
    for (const stream of [old, young]) {
      await stream.until('d 2.0');
      expect(messages(stream)).toEqual(['d 1.0', 'd 2.0']);
    }
  });

  it('is delivered once to the members of a named group, and to a stream that was opened in between', async () => {
    const hub = newHub();
    const group = hub.stored.create('g', 'ada', 'grace');
    const [adas, graces] = [await hub.open('ada'), await hub.open('grace')];
    const sent = group.send('linus');
    await hub.events.publish(sent);
    await adas.until('g 2.0');
    const young = await hub.open('ada');
    await publishAll(hub.events, [sent, sent, group.send('linus')]);
    for (const stream of [adas, graces, young]) {
      await stream.until('g 3.0');
      expect(messages(stream)).toEqual(['g 2.0', 'g 3.0']);
    }
  });

  it.each(['direct', 'named'])(
    'is delivered once to a stream that is opened while its names are read: %s group',
    async (kind) => {
      const [reading, names] = [deferred<undefined>(), deferred<undefined>()];
      const hub = newHub({
        present: async (change) => {
          reading.resolve(undefined);
          await names.promise;
          return inWords(change);
        },
      });
      const group = hub.stored.create('g', 'ada');
      const old = await hub.open('ada');
      const sent = group.send('linus');
      const change = kind === 'named' ? sent : { ...sent, to: { userIds: ['ada'] } };
      await hub.events.publish(change);
      await reading.promise;
      const young = await hub.open('ada');
      names.resolve(undefined);
      await old.until('g 2.0');
      await hub.events.publish(change);
      await young.until('g 2.0');
      for (const stream of [old, young]) expect(messages(stream)).toEqual(['g 2.0']);
    },
  );

  it.each(['direct', 'named'])(
    'is delivered once to a stream that was opened after a newer version: %s group',
    async (kind) => {
      const hub = newHub();
      hub.stored.create('g', 'ada');
      const to = kind === 'direct' ? { userIds: ['ada'] } : { groupId: 'g', membershipSeq: 1 };
      const publish = (seq: number, rev: number) =>
        hub.events.publish({ kind: 'message', to, message: entry({ seq, rev }) });
      // No stream is open, so nothing here is subscribed.
      await publish(2, 1);
      await publish(1, 1);
      const old = await hub.open('ada');
      await publish(2, 0);
      await publish(1, 0);
      const young = await hub.open('ada');
      await publish(1, 0);
      await publish(3, 0);
      for (const stream of [old, young]) await stream.until('g 3.0');
      expect(messages(old)).toEqual(['g 2.0', 'g 1.0', 'g 3.0']);
      // The version that was on its way when it was opened, or the next one: once at most.
      expect(messages(young).filter((words) => words === 'g 1.0').length).toBeLessThanOrEqual(1);
    },
  );

  it.each(['direct', 'named'])(
    'reaches every stream in its newest version and once, in any order: %s group',
    async (kind) => {
      const step = fc.oneof(
        { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), which: fc.nat(4) }) },
        {
          weight: 6,
          arbitrary: fc.record({
            do: fc.constant('publish' as const),
            seq: fc.integer({ min: 1, max: 3 }),
            rev: fc.nat(2),
          }),
        },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const hub = newHub();
          const group = hub.stored.create('g', 'ada', 'grace');
          const to = kind === 'direct' ? { userIds: ['ada'] } : { groupId: 'g', membershipSeq: 1 };
          const streams: { stream: TestStream; due: Map<number, number>; isOpen: boolean }[] = [];
          const newest = new Map<number, number>();
          for (const what of steps) {
            if (what.do === 'open') {
              streams.push({ stream: await hub.open('ada'), due: new Map(), isOpen: true });
            } else if (what.do === 'close') {
              const closed = streams[what.which];
              closed?.stream.close();
              if (closed) closed.isOpen = false;
            } else {
              const { seq, rev } = what;
              await hub.events.publish({
                kind: 'message',
                to,
                message: entry({ groupId: group.groupId, seq, rev }),
              });
              // A stream that was opened after a newer one was published fetches that.
              if (rev < (newest.get(seq) ?? 0)) continue;
              newest.set(seq, rev);
              for (const { due, isOpen } of streams) if (isOpen) due.set(seq, rev);
            }
            await Promise.resolve();
          }
          await eventually(() => {
            for (const { stream, due, isOpen } of streams) {
              if (!isOpen) continue;
              const got = messages(stream).map((text) => text.replace('g ', '').split('.').map(Number));
              for (const [seq, rev] of due) {
                expect(Math.max(...got.flatMap(([s, r]) => (s === seq ? [r ?? -1] : [-1])))).toBe(rev);
              }
              // Nothing is delivered twice to one stream.
              const distinct = new Set(got.map(([s, r]) => `${s ?? ''}.${r ?? ''}`));
              expect(distinct.size).toBe(got.length);
            }
          });
        }),
        { numRuns: 50 },
      );
    },
  );
});

it('drops a text of a direct group that still waits when the stream publishes its deletion', async () => {
  const held = deferred<string>();
  const hub = newHub({
    present: (change) => (change.kind === 'typing' ? held.promise : Promise.resolve(inWords(change))),
  });
  const adas = await hub.open('ada');
  const to = { userIds: ['ada'] };
  const text = direct(2, 'ada');
  hub.stored.messages.entriesAt = () =>
    Promise.resolve(
      new Map([[2, { ...text.message, rev: 1, message: null, deleted_at: text.message.created_at }]]),
    );
  await publishAll(hub.events, [
    { kind: 'typing', to, groupId: 'd', userId: 'grace' },
    text,
    { kind: 'versions', to, groupId: 'd', versions: [{ seq: 2, rev: 1 }] },
  ]);
  held.resolve('d grace is typing');
  await adas.until('d 2.1');
  expect(messages(adas)).toEqual(['d 2.1']);
});

describe('an event that takes long to present', () => {
  it('holds back the events behind it', async () => {
    const held = deferred<string>();
    const present: PresentEvent = (change) =>
      change.kind === 'message' && change.message.seq === 1 ? held.promise : Promise.resolve('later');
    const hub = newHub({ present });
    const adas = await hub.open('ada');
    await send(hub, 1, 'ada');
    await send(hub, 2, 'ada');
    expect(adas.told).toEqual(['ready']);
    held.resolve('first');
    await adas.until('later');
    expect(adas.told).toEqual(['ready', 'first', 'later']);
  });

  it.each(['direct', 'named'])(
    'is dropped with those behind it when too many wait, and `ready` is written again: %s group',
    async (kind) => {
      const held = deferred<string>();
      const hub = newHub({ present: () => held.promise });
      const group = hub.stored.create('g', 'ada');
      const adas = await hub.open('ada');
      for (let seq = 1; seq <= 1_005; seq += 1) {
        await hub.events.publish(kind === 'direct' ? direct(seq, 'ada') : group.send('linus'));
      }
      expect(hub.lines.join('')).toMatch(/dropped/);
      held.resolve('shown');
      await eventually(() => adas.told.filter((told) => told === 'ready').length === 2);
      await eventually(() => adas.told.length > 3);
      // The first was being presented; of the others only those that came after the drop.
      expect(adas.told.length).toBeLessThan(12);
    },
  );

  it('is dropped when that fails, and `ready` is written again', async () => {
    const present: PresentEvent = (change) =>
      change.kind === 'typing' ? Promise.reject(new Error('no names')) : Promise.resolve('shown');
    const hub = newHub({ present });
    const adas = await hub.open('ada');
    await hub.events.publish({ kind: 'typing', to: { userIds: ['ada'] }, groupId: 'd', userId: 'grace' });
    await send(hub, 1, 'ada');
    await adas.until('shown');
    expect(adas.told).toEqual(['ready', 'ready', 'shown']);
    expect(hub.lines.join('')).toMatch(/could not be delivered/);
  });
});

it('delivers an edit after the message, and never the message after the edit', async () => {
  const hub = newHub();
  const adas = await hub.open('ada');
  const first = direct(1, 'ada');
  const edit = { ...first, message: { ...first.message, rev: 1 } };
  await publishAll(hub.events, [first, edit, first, direct(2, 'ada')]);
  await adas.until('d 2.0');
  expect(messages(adas)).toEqual(['d 1.0', 'd 1.1', 'd 2.0']);
});
