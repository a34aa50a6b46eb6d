import { describe, expect, it } from '@jest/globals';
import type { Badge, MessageGroup } from '../../client/src/api/shapes.ts';
import { Subject } from '../../client/src/subject.ts';
import { markOf, UnreadBadge, unreadIn } from '../../client/src/inbox/unread-badge.ts';
import { listRow } from './messages.ts';

const NOTHING: Badge = { message_groups: 0, messages: 0, mentions: 0 };
const of = (message_groups: number, messages: number, mentions = 0): Badge => ({
  message_groups,
  messages,
  mentions,
});

/** A badge whose requests and timers move only when a test says so. */
function setUp(truth: Badge = NOTHING) {
  const rows = new Subject<ReadonlyMap<string, MessageGroup>>(new Map());
  const timers = new Set<() => void>();
  const responses: (() => void)[] = [];
  const badge = new UnreadBadge({
    rows,
    fetch: () => new Promise((resolve) => responses.push(() => resolve(truth))),
    later: (_ms, run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  });
  badge.open();
  return {
    badge,
    timers,
    responses,
    set: (...shown: readonly MessageGroup[]) => rows.set(new Map(shown.map((row) => [row.uuid, row]))),
    fire: () => {
      const [timer] = timers;
      if (timer) timers.delete(timer);
      timer?.();
    },
    respond: async () => {
      responses.shift()?.();
      await new Promise(setImmediate);
    },
  };
}

describe('what a conversation adds to the badge', () => {
  it('is what the API counts: nothing where it is muted or archived, and only mentions where it is muted except for them', () => {
    const unread = { unread_count: 3, mention_count: 1 };
    expect(unreadIn(listRow('a', unread))).toEqual(of(1, 3, 1));
    expect(unreadIn(listRow('a', { marked_unread: true }))).toEqual(of(1, 0));
    expect(unreadIn(listRow('a', { ...unread, muted: 'all' }))).toEqual(NOTHING);
    expect(unreadIn(listRow('a', { ...unread, archived: true }))).toEqual(NOTHING);
    expect(unreadIn(listRow('a', { ...unread, marked_unread: true, muted: 'except_mentions' }))).toEqual(
      of(0, 0, 1),
    );
  });
});

describe('the badge', () => {
  it('is the sum of the rows where all conversations are loaded, without a request', () => {
    const { badge, set, timers } = setUp();
    set(listRow('a', { unread_count: 2 }), listRow('b', { unread_count: 1, mention_count: 1 }));
    badge.tookPage({ isLast: true });
    badge.ready();
    expect(badge.count.get()).toEqual(of(2, 3, 1));
    expect(timers.size).toBe(0);
  });

  it('has a rest for conversations that are not loaded, and follows the rows from then on', async () => {
    const { badge, set, fire, respond, timers } = setUp(of(3, 9, 2));
    set(listRow('a', { unread_count: 2 }));
    badge.tookPage({ isLast: false });
    expect(badge.count.get()).toEqual(of(1, 2));
    fire();
    await respond();
    expect(badge.count.get()).toEqual(of(3, 9, 2));
    set(listRow('a'));
    expect(badge.count.get()).toEqual(of(2, 7, 2));
    expect(timers.size).toBe(0);
  });

  it('is requested again where a row changes meanwhile, or another conversation is loaded', async () => {
    const { badge, set, fire, respond, timers, responses } = setUp(of(3, 9));
    set(listRow('a', { unread_count: 2 }));
    badge.tookPage({ isLast: false });
    fire();
    set(listRow('a', { unread_count: 3 }));
    await respond();
    // The response may have either state.
    expect(badge.count.get()).toEqual(of(1, 3));
    expect(timers.size).toBe(1);
    fire();
    await respond();
    expect(badge.count.get()).toEqual(of(3, 9));
    set(listRow('a', { unread_count: 3 }), listRow('b', { unread_count: 4 }));
    expect(badge.count.get()).toEqual(of(3, 9));
    expect(timers.size + responses.length).toBe(1);
  });

  it('is requested though a row always changes, and not after it was closed', () => {
    const { badge, set, fire, timers, responses } = setUp();
    set(listRow('a'));
    badge.tookPage({ isLast: false });
    const [first] = timers;
    for (let count = 1; count < 30; count += 1) set(listRow('a', { unread_count: count }));
    const [last] = timers;
    expect(last).not.toBe(first);
    set(listRow('a'));
    expect([...timers]).toEqual([last]);
    fire();
    expect(responses).toHaveLength(1);
    badge.close();
    badge.ready();
    expect(timers.size).toBe(0);
  });

  it('is a number in the title, a dot without a number, or nothing', () => {
    expect([of(1, 12), of(1, 0), of(0, 0, 1), NOTHING].map(markOf)).toEqual(['12', '•', '•', '']);
  });
});
