import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { memberItemOf } from '../../backend/table/items.ts';
import { NotFoundError } from '../../backend/errors.ts';
import { type ChannelEvent, userChannel } from '../../backend/events/changes.ts';
import type { StoredSummary } from '../../schema/items.ts';
import { newDirectId, newGroupId, summaryItem } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, deleteItem, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let flaky: FlakyEngine;
let context: Wiring;

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  context = wire({ table: db().through(flaky.endpoint) });
});
afterEach(() => flaky.reset());
afterAll(async () => {
  await flaky.close();
});

describe.each([
  ['direct', newDirectId],
  ['named', newGroupId],
] as const)('marking a %s group read', (kind, newId) => {
  it('moves the mark forward, and answers the count that it leaves', async () => {
    const groupId = await startGroup(10);
    expect(await markRead(context, groupId, 'ada', 7)).toEqual({ groupId, read_seq: 7, unreadCount: 3 });
    expect(await rowOf(groupId, 'ada')).toMatchObject({ read_seq: 7, read_n: 7 });
    expect((await rowOf(groupId, 'grace'))?.read_seq).toBe(0);
  });

  it('never moves it back', async () => {
    const groupId = await startGroup(10);
    await markRead(context, groupId, 'ada', 7);
    for (const seq of [7, 3, 0]) {
      expect(await markRead(context, groupId, 'ada', seq)).toMatchObject({ read_seq: 7, unreadCount: 3 });
    }
    expect((await rowOf(groupId, 'ada'))?.read_seq).toBe(7);
  });

  it.each([11, 1_000, 999_999_999_999])(
    'beyond the newest message, at %d, marks up to the newest',
    async (seq) => {
      const groupId = await startGroup(10);
      const all = { read_seq: 10, unreadCount: 0 };
      expect(await markRead(context, groupId, 'ada', seq)).toMatchObject(all);
      expect(await markRead(context, groupId, 'ada', seq)).toMatchObject(all);
    },
  );

  it.each([
    ['a message that the summary does not show yet', 9, 9],
    ['the newest of them', 10, 10],
    ['a message that does not exist', 11, 10],
  ])('at %s goes by the log, and the count does too', async (_, seq, expected) => {
    const groupId = await startGroup(10, { last_seq: 4 });
    const marked = await markRead(context, groupId, 'ada', seq);
    expect(marked).toMatchObject({ read_seq: expected, unreadCount: 10 - expected });
    expect((await rowOf(groupId, 'ada'))?.read_seq).toBe(expected);
  });

  it('many times at once ends at the highest mark', async () => {
    const groupId = await startGroup(20, { last_seq: 10 });
    await Promise.all(upTo(25).map((seq) => markRead(context, groupId, 'ada', seq)));
    expect((await rowOf(groupId, 'ada'))?.read_seq).toBe(20);
  });

  it('does not undo a higher mark that came while it read the end of the log', async () => {
    const groupId = await startGroup(10, { last_seq: 4 });
    const held = flaky.hold('Query');
    const slower = markRead(context, groupId, 'ada', 6);
    await held.arrived;
    await markRead(db().newContext(), groupId, 'ada', 9);
    held.release();
    expect(await slower).toMatchObject({ read_seq: 9, unreadCount: 1 });
    expect((await rowOf(groupId, 'ada'))?.read_seq).toBe(9);
  });

  it('leaves out of the count what was deleted after the mark', async () => {
    const groupId = await startGroup(10, { last_deleted_seq: 9 });
    await context.changes.noteDeleted(groupId, [2, 5, 8, 9]);
    for (const [seq, unread] of [
      [5, 3],
      [8, 1],
      [10, 0],
    ] as const) {
      expect(await markRead(context, groupId, 'ada', seq)).toMatchObject({ unreadCount: unread });
    }
  });

  it('leaves out of the count what was deleted, also where it is ahead of the summary', async () => {
    const groupId = await startGroup(10, { last_seq: 4 });
    await context.changes.noteDeleted(groupId, [9]);
    expect(await markRead(context, groupId, 'ada', 6)).toMatchObject({ read_seq: 6, unreadCount: 3 });
  });

  it('keeps the rest of the row as it is', async () => {
    const groupId = await startGroup(10);
    const before = await rowOf(groupId, 'ada');
    await markRead(context, groupId, 'ada', 5);
    expect(await rowOf(groupId, 'ada')).toEqual({ ...before, read_seq: 5, read_n: 5 });
  });

  it('is refused to other users, exactly as if there were no such group, and makes them no members', async () => {
    const groupId = await startGroup(3);
    for (const seq of [0, 1, 3, 9]) {
      for (const id of [groupId, newId()]) {
        await expect(markRead(context, id, 'kay', seq)).rejects.toThrow(NotFoundError);
        expect(await rowOf(id, 'kay')).toBeUndefined();
      }
    }
  });

  it('publishes the row to the user’s devices as it is stored', async () => {
    const groupId = await startGroup(10, { last_seq: 4, preview: 'text 4' });
    const heard = listen();
    await markRead(context, groupId, 'ada', 6);
    const stored = await rowOf(groupId, 'ada');
    expect(stored).toMatchObject({ read_seq: 6 });
    const group = kind === 'named' && { group: await context.groups.find(groupId) };
    expect(heard).toEqual([{ kind: 'message_group', row: stored, ...group }]);
  });

  it('publishes nothing where the mark does not move', async () => {
    const groupId = await startGroup(10);
    await markRead(context, groupId, 'ada', 7);
    const heard = listen();
    for (const seq of [7, 3, 0]) await markRead(context, groupId, 'ada', seq);
    expect(heard).toEqual([]);
    await markRead(context, groupId, 'ada', 8);
    expect(heard).toHaveLength(1);
  });

  /** A group of Ada and Grace, who wrote everything; and what its summary says instead. */
  async function startGroup(length: number, summary: Partial<StoredSummary> = {}): Promise<string> {
    const shown = { ...summaryItem({ last_seq: length, last_by: 'grace' }), ...summary };
    const message = () => ({ user_uuid: 'grace' });
    const groupId = newId();
    await addGroup(db().table, { groupId, userIds: ['ada', 'grace'], length, summary: shown, message });
    return groupId;
  }
});

describe('marking a named group read', () => {
  it('stores how many texts there are up to the mark, and counts texts alone', async () => {
    const groupId = newGroupId();
    // Texts at 1, 4, 5 and 8; the others are system messages.
    const texts = new Set([1, 4, 5, 8]);
    const n = (seq: number) => upTo(seq).filter((place) => texts.has(place)).length;
    await addGroup(db().table, {
      groupId,
      userIds: ['ada', 'grace'],
      length: 8,
      summary: summaryItem({ last_seq: 8, last_n: 4, last_by: 'grace' }),
      message: (seq) => ({ user_uuid: 'grace', n: n(seq), ...(!texts.has(seq) && SYSTEM) }),
    });
    for (const seq of upTo(8)) {
      const marked = await markRead(context, groupId, 'ada', seq);
      expect(marked).toMatchObject({ read_seq: seq, unreadCount: 4 - n(seq) });
      expect(await rowOf(groupId, 'ada')).toMatchObject({ read_seq: seq, read_n: n(seq) });
    }
  });

  it('does not bring back a member who was removed while it read the end of the log', async () => {
    const summary = summaryItem({ last_seq: 4, last_by: 'grace' });
    const { groupId } = await addGroup(db().table, { userIds: ['ada', 'grace'], length: 10, summary });
    const row = await rowOf(groupId, 'ada');
    const held = flaky.hold('Query');
    const mark = markRead(context, groupId, 'ada', 6);
    const refused = expect(mark).rejects.toThrow(NotFoundError);
    await held.arrived;
    if (row) await deleteItem(db().table, memberItemOf(row));
    held.release();
    await refused;
    expect(await rowOf(groupId, 'ada')).toBeUndefined();
  });
});

const SYSTEM = {
  kind: 'system',
  message: null,
  event: { type: 'group_renamed', name: 'Looms' },
} as const;

const rowOf = (groupId: string, userId: string) => context.members.find(groupId, userId);

/** What is published to Ada's devices from now on. */
function listen(): ChannelEvent[] {
  const heard: ChannelEvent[] = [];
  context.events.subscribe(userChannel('ada'), (event) => {
    if (event.kind !== 'ready') heard.push(event);
  });
  return heard;
}
