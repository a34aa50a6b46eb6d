import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PresentEvent } from '../../backend/events/user-streams.ts';
import type { Change, UserEvent } from '../../backend/events/changes.ts';
import { EventHub } from '../../backend/events/event-hub.ts';
import { InProcessEvents } from '../../backend/events/in-process-events.ts';
import { createLogger } from '../../backend/logger.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { edited, logEntry } from '../support/factories.ts';

/** What stands in for a connection: it keeps what is written to it. */
class TestSink {
  readonly texts: string[] = [];
  write(text: string): void {
    this.texts.push(text);
  }
  /** Names and data by turns, beats left out. */
  get told(): string[] {
    return this.texts
      .filter((text) => text !== ':\n\n')
      .map((text) => text.replaceAll(/event: |data: |\n\n/g, ''));
  }
}

const READY = 'ready\n{}';
const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

function createHub(options: { present?: PresentEvent; heartbeatMs?: number } = {}) {
  const events = new InProcessEvents();
  const presented: UserEvent[] = [];
  const present: PresentEvent = (told) => {
    presented.push(told);
    return Promise.resolve(told.kind === 'message' ? `${told.message.seq}.${told.message.rev}` : '{}');
  };
  const lines: string[] = [];
  const logger = createLogger('warn', { write: (line) => void lines.push(line) });
  const hub = new EventHub({ subscriptions: events, present, logger, ...options });
  const openUnready = (userId: string) => {
    const sink = new TestSink();
    const close = hub.open(userId, sink);
    closes.push(close);
    return { sink, close };
  };
  const open = async (userId: string) => {
    const opened = openUnready(userId);
    await eventually(() => opened.sink.told.length > 0);
    return opened;
  };
  const tell = (seq: number, ...to: string[]) =>
    events.publish({ kind: 'message', to, message: logEntry({ groupId: 'g', seq }) });
  return { events, open, openUnready, tell, presented, lines };
}

const messages = (sink: TestSink) => sink.told.filter((text) => text.startsWith('message\n'));

describe('a hub', () => {
  it('is ready with the first stream of somebody once the subscription stands, with every other at once', async () => {
    const { openUnready } = createHub();
    const first = openUnready('ada').sink;
    expect(first.told).toEqual([]);
    await eventually(() => first.told.length > 0);
    expect(first.told).toEqual([READY]);
    expect(openUnready('ada').sink.told).toEqual([READY]);
  });

  it('presents a change once for a person, however many streams they have', async () => {
    const { open, tell, presented } = createHub();
    const sinks = (await Promise.all(Array.from({ length: 50 }, () => open('ada')))).map(({ sink }) => sink);
    await tell(1, 'ada');
    await eventually(() => sinks.every((sink) => messages(sink).length === 1));
    expect(presented).toHaveLength(1);
  });

  it('hands the same object to the presenter for everybody who is told of a change', async () => {
    const { open, tell, presented } = createHub();
    for (const user of ['ada', 'grace', 'linus']) await open(user);
    await tell(1, 'ada', 'grace', 'linus');
    await eventually(() => presented.length === 3);
    expect(new Set(presented).size).toBe(1);
  });

  it('presents nothing for who is not there, and nothing after the last stream was closed', async () => {
    const { open, tell, presented } = createHub();
    const { sink, close } = await open('ada');
    await tell(1, 'grace');
    close();
    close();
    await tell(2, 'ada');
    const other = (await open('grace')).sink;
    await tell(3, 'grace');
    await eventually(() => messages(other).length === 1);
    expect(presented).toHaveLength(1);
    expect(sink.told).toEqual([READY]);
  });

  it('writes a beat to every stream, and stops when the last one is closed', async () => {
    const { open } = createHub({ heartbeatMs: 2 });
    const [one, two] = [await open('ada'), await open('grace')];
    const beats = ({ sink }: typeof one) => sink.texts.filter((text) => text === ':\n\n').length;
    await eventually(() => beats(one) >= 3 && beats(two) >= 3);
    one.close();
    const before = beats(one);
    const others = beats(two);
    await eventually(() => beats(two) > others + 2);
    expect(beats(one)).toBe(before);
  });
});

describe('what is told twice', () => {
  it('is passed on once, but to a stream that came in between', async () => {
    const { open, tell } = createHub();
    const old = (await open('ada')).sink;
    await tell(1, 'ada');
    await eventually(() => messages(old).length === 1);
    const young = (await open('ada')).sink;
    await tell(1, 'ada');
    await tell(1, 'ada');
    await tell(2, 'ada');
    await eventually(() => messages(old).length === 2 && messages(young).length === 2);
    expect(messages(old)).toEqual(['message\n1.0', 'message\n2.0']);
    expect(messages(young)).toEqual(['message\n1.0', 'message\n2.0']);
  });

  it('is never less than the newest of each, for every stream, whatever comes when', async () => {
    const step = fc.oneof(
      { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), which: fc.nat(4) }) },
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('tell' as const),
          seq: fc.integer({ min: 1, max: 3 }),
          rev: fc.nat(2),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { open, events } = createHub();
        const streams: { sink: TestSink; close: () => void; due: Map<number, number>; isOpen: boolean }[] =
          [];
        const newest = new Map<number, number>();
        for (const what of steps) {
          if (what.do === 'open') {
            streams.push({ ...(await open('ada')), due: new Map(), isOpen: true });
          } else if (what.do === 'close') {
            const stream = streams[what.which];
            stream?.close();
            if (stream) stream.isOpen = false;
          } else {
            const { seq, rev } = what;
            const message = { ...logEntry({ groupId: 'g', seq }), rev };
            await events.publish({ kind: 'message', to: ['ada'], message });
            // Whoever came after a newer one was told fetches that.
            if (rev < (newest.get(seq) ?? 0)) continue;
            newest.set(seq, rev);
            for (const { due, isOpen } of streams) if (isOpen) due.set(seq, rev);
          }
          await Promise.resolve();
        }
        await eventually(() => {
          for (const { sink, due, isOpen } of streams) {
            if (!isOpen) continue;
            const got = messages(sink).map((text) => text.replace('message\n', '').split('.').map(Number));
            for (const [seq, rev] of due) {
              expect(Math.max(...got.flatMap(([s, r]) => (s === seq ? [r ?? -1] : [-1])))).toBe(rev);
            }
            // Nothing is told twice to one stream.
            const distinct = new Set(got.map(([s, r]) => `${s ?? ''}.${r ?? ''}`));
            expect(distinct.size).toBe(got.length);
          }
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe('what takes long to present', () => {
  it('keeps what comes after it behind it', async () => {
    const held = deferred<string>();
    const present: PresentEvent = (told) =>
      told.kind === 'message' && told.message.seq === 1 ? held.promise : Promise.resolve('later');
    const { open, tell } = createHub({ present });
    const { sink } = await open('ada');
    await tell(1, 'ada');
    await tell(2, 'ada');
    expect(sink.told).toEqual([READY]);
    held.resolve('first');
    await eventually(() => sink.told.length === 3);
    expect(sink.told).toEqual([READY, 'message\nfirst', 'message\nlater']);
  });

  it('is given up when too much waits behind it, and `ready` is said again', async () => {
    const held = deferred<string>();
    const { open, tell, lines } = createHub({ present: () => held.promise });
    const { sink } = await open('ada');
    for (let seq = 1; seq <= 1_005; seq += 1) await tell(seq, 'ada');
    expect(lines.join('')).toMatch(/dropped/);
    held.resolve('{}');
    await eventually(() => sink.told.filter((text) => text === READY).length === 2);
    await eventually(() => messages(sink).length > 0);
    // The first was being presented; of the others only those that came after it was given up.
    expect(messages(sink).length).toBeLessThan(10);
  });

  it('is not told when it fails, and `ready` is said again', async () => {
    const present: PresentEvent = (told) =>
      told.kind === 'typing' ? Promise.reject(new Error('no names')) : Promise.resolve('{}');
    const { open, events, tell, lines } = createHub({ present });
    const { sink } = await open('ada');
    await events.publish({ kind: 'typing', to: ['ada'], groupId: 'g', userId: 'grace' });
    await tell(1, 'ada');
    await eventually(() => messages(sink).length === 1);
    expect(sink.told).toEqual([READY, READY, 'message\n{}']);
    expect(lines.join('')).toMatch(/could not be presented/);
  });
});

it('tells of an edit after the message, and never of the message after the edit', async () => {
  const { open, events } = createHub();
  const { sink } = await open('ada');
  const message = logEntry({ groupId: 'g' });
  const say = (changed: typeof message) =>
    events.publish({ kind: 'message', to: ['ada'], message: changed } satisfies Change);
  for (const changed of [message, edited(message), message]) await say(changed);
  await events.publish({ kind: 'typing', to: ['ada'], groupId: 'g', userId: 'grace' });
  await eventually(() => sink.told.includes('typing\n{}'));
  expect(messages(sink)).toEqual(['message\n1.0', 'message\n1.1']);
});
