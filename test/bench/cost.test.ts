import { describe, expect, it } from '@jest/globals';
import {
  add,
  conversationsIn,
  costByRules,
  dollars,
  FIRST_EDITION,
  NOTHING,
  ORIGINAL,
  totalOf,
} from '../../bench/cost/rules.ts';
import {
  batchesOf,
  generateTrace,
  pairs,
  type Scene,
  team,
  type TracedSend,
} from '../../bench/cost/trace.ts';

const ACTIVITY = { sends: 20, inboxReads: 15 };

const sendAt = (at: number, conversation = 0): TracedSend => ({ at, user: 0, conversation, length: 1 });

const timesOf = <Value>(values: readonly Value[]) =>
  values.reduce((counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1), new Map<Value, number>());

describe('the generated day', () => {
  it.each<[string, Scene]>([
    ['pairs', pairs(20)],
    ['a team of 20', team(20, 3, 20)],
    ['a team of 100 of which some are active', team(100, 3, 40)],
  ])('of %s is the same for the same seed, and another for another seed', (_, scene) => {
    expect(generateTrace(scene, ACTIVITY, 1)).toEqual(generateTrace(scene, ACTIVITY, 1));
    expect(generateTrace(scene, ACTIVITY, 1)).not.toEqual(generateTrace(scene, ACTIVITY, 2));
  });

  it('has the sends and inbox reads of every active user, in their own conversations and in the order of time', () => {
    for (const scene of [pairs(8), team(20, 3, 5)]) {
      const { sends, inboxReads } = generateTrace(scene, ACTIVITY, 3);
      const active = Array.from({ length: scene.active }, (_, user) => user);
      expect(timesOf(sends.map((send) => send.user))).toEqual(new Map(active.map((user) => [user, 20])));
      expect(timesOf(inboxReads.map((read) => read.user))).toEqual(new Map(active.map((user) => [user, 15])));
      for (const { user, conversation } of sends) {
        expect(scene.conversations[conversation]).toContain(user);
      }
      for (const times of [sends, inboxReads].map((steps) => steps.map((step) => step.at))) {
        expect(times).toEqual(times.toSorted((one, other) => one - other));
      }
    }
  });

  it('has two users in each conversation of pairs, and every pair once', () => {
    const { conversations } = pairs(20);
    expect(new Set(conversations.map((pair) => pair.toSorted().join())).size).toBe(40);
    expect(conversations.every(([one, other]) => one !== other)).toBe(true);
  });
});

describe('the batches of the stream', () => {
  it('have what comes within the window that the first message opens, and are delivered at its end', () => {
    const sends = [0, 400, 999, 1_000, 5_000].map((at) => sendAt(at));
    const batches = batchesOf(sends, 1_000);
    expect(batches.map(({ at, sends: those }) => [at, those.map((send) => send.at)])).toEqual([
      [1_000, [0, 400, 999]],
      [2_000, [1_000]],
      [6_000, [5_000]],
    ]);
  });

  it('have one message each with a window of 0', () => {
    expect(batchesOf([sendAt(1), sendAt(1), sendAt(2)], 0)).toHaveLength(3);
  });

  it('count each conversation once in a batch', () => {
    const sends = [sendAt(0, 1), sendAt(1, 2), sendAt(2, 1), sendAt(5_000, 1)];
    expect(conversationsIn(batchesOf(sends, 1_000))).toBe(3);
  });
});

describe('the rules of other designs', () => {
  it.each([
    [2, { W: 9, R: 0.5 }],
    [20, { W: 81, R: 1 }],
    [100, { W: 401, R: 4.5 }],
  ])('give the units of a message to %d people in the original', (members, units) => {
    expect(add(ORIGINAL.send(members), ORIGINAL.stream(members))).toEqual(units);
  });

  it.each([
    [2, { W: 1, R: 1 }, { W: 6, R: 1 }],
    [8, { W: 1, R: 1 }, { W: 24, R: 1 }],
    [100, { W: 1, R: 13 }, { W: 300, R: 13 }],
  ])(
    'give the units of a send to %d members and of its summaries in the first edition',
    (members, send, stream) => {
      expect(FIRST_EDITION.send(members)).toEqual(send);
      expect(FIRST_EDITION.stream(members)).toEqual(stream);
    },
  );

  it('deliver each message by itself in the original, and in batches in the first edition', () => {
    const trace = { sends: [sendAt(0), sendAt(500)], inboxReads: [{ at: 9, user: 0 }] };
    const day = { scene: pairs(6), trace, windowMs: 1_000, openings: 1 };
    expect(costByRules(ORIGINAL, day)).toEqual({
      send: { W: 2, R: 0 },
      stream: { W: 16, R: 1 },
      inbox: { W: 0, R: 0.5 },
      history: { W: 0, R: 1 },
      mark: NOTHING,
    });
    expect(costByRules(FIRST_EDITION, day).stream).toEqual({ W: 6, R: 1 });
  });

  it('count openings only where they are asked for', () => {
    const one = { W: 1, R: 2 };
    const cost = { send: one, stream: one, inbox: one, history: one, mark: one };
    expect(totalOf(cost, false)).toEqual({ W: 3, R: 6 });
    expect(totalOf(cost, true)).toEqual({ W: 5, R: 10 });
  });

  it('price a million write units at $0.625, and a million read units at $0.125', () => {
    expect(dollars({ W: 1, R: 0 })).toBe(0.625);
    expect(dollars({ W: 2, R: 4 })).toBe(1.75);
  });
});
