import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { memberItemOf } from '../../backend/table/items.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { NotFoundError } from '../../backend/errors.ts';
import type { StreamEvent } from '../../backend/events/changes.ts';
import type { MemberValues } from '../support/factories.ts';
import { newGroupId } from '../support/factories.ts';
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

describe('marking a group read', () => {
  it('moves the mark forward, and answers with the row', async () => {
    const groupId = await startGroup(10);
    const row = await markRead(context, groupId, 'ada', 7);
    expect(row.read_seq).toBe(7);
    expect(unreadCount(row)).toBe(3);
    expect(await context.members.find(groupId, 'ada')).toEqual(row);
    expect((await context.members.find(groupId, 'grace'))?.read_seq).toBe(0);
  });

  it('never moves it back', async () => {
    const groupId = await startGroup(10);
    await markRead(context, groupId, 'ada', 7);
    for (const seq of [7, 3, 0]) {
      const row = await markRead(context, groupId, 'ada', seq);
      expect([row.read_seq, unreadCount(row)]).toEqual([7, 3]);
    }
    expect((await context.members.find(groupId, 'ada'))?.read_seq).toBe(7);
  });

  it.each([11, 1_000, 999_999_999_999])(
    'beyond the newest message, at %d, marks up to the newest',
    async (seq) => {
      const groupId = await startGroup(10);
      expect(await markRead(context, groupId, 'ada', seq)).toMatchObject({ read_seq: 10 });
      expect(await markRead(context, groupId, 'ada', seq)).toMatchObject({ read_seq: 10 });
    },
  );

  it.each([
    ['a message the row does not know of yet', 9, 9],
    ['the newest of them', 10, 10],
    ['a message that does not exist', 11, 10],
  ])('at %s is held to the log, not to the row', async (_, seq, expected) => {
    const groupId = await startGroup(10, { last_seq: 4 });
    const row = await markRead(context, groupId, 'ada', seq);
    expect(row.read_seq).toBe(expected);
    expect(unreadCount(row)).toBe(10 - expected);
    expect((await context.members.find(groupId, 'ada'))?.read_seq).toBe(expected);
  });

  it('from many places at once ends at the furthest', async () => {
    const groupId = await startGroup(20, { last_seq: 10 });
    await Promise.all(upTo(25).map((seq) => markRead(context, groupId, 'ada', seq)));
    expect((await context.members.find(groupId, 'ada'))?.read_seq).toBe(20);
  });

  it('does not undo a further mark that came while it looked for the end', async () => {
    const groupId = await startGroup(10, { last_seq: 4 });
    const held = flaky.hold('Query');
    const slower = markRead(context, groupId, 'ada', 6);
    await held.arrived;
    await markRead(db().newContext(), groupId, 'ada', 9);
    held.release();
    expect(await slower).toMatchObject({ read_seq: 9 });
    expect((await context.members.find(groupId, 'ada'))?.read_seq).toBe(9);
  });

  it('leaves out of the count what was deleted behind the mark', async () => {
    const groupId = await startGroup(10, { deleted_seqs: new Set([2, 5, 8, 9]) });
    expect(unreadCount(await markRead(context, groupId, 'ada', 5))).toBe(3);
    expect(unreadCount(await markRead(context, groupId, 'ada', 8))).toBe(1);
    expect(unreadCount(await markRead(context, groupId, 'ada', 10))).toBe(0);
  });

  it('keeps the rest of the row as it is', async () => {
    const groupId = await startGroup(10);
    const before = await context.members.find(groupId, 'ada');
    expect(await markRead(context, groupId, 'ada', 5)).toEqual({ ...before, read_seq: 5 });
  });

  it('is refused to who is not a member, exactly as if there were no such group, and makes them none', async () => {
    const groupId = await startGroup(3);
    for (const seq of [0, 1, 3, 9]) {
      for (const id of [groupId, newGroupId()]) {
        await expect(markRead(context, id, 'kay', seq)).rejects.toThrow(NotFoundError);
        expect(await context.members.find(id, 'kay')).toBeUndefined();
      }
    }
  });

  it('does not bring back who was removed while it looked for the end', async () => {
    const groupId = await startGroup(10, { last_seq: 4 });
    const row = await context.members.find(groupId, 'ada');
    const held = flaky.hold('Query');
    const mark = markRead(context, groupId, 'ada', 6);
    const refused = expect(mark).rejects.toThrow(NotFoundError);
    await held.arrived;
    if (row) await deleteItem(db().table, memberItemOf(row));
    held.release();
    await refused;
    expect(await context.members.find(groupId, 'ada')).toBeUndefined();
  });

  it('counts what the row does not know of yet as unread, where it looked at the log’s end', async () => {
    const groupId = await startGroup(10, { last_seq: 4 });
    const row = await markRead(context, groupId, 'ada', 6);
    expect(unreadCount(row)).toBe(4);
  });

  it('tells the reader’s devices of the row as it is stored: no preview with another message’s seq', async () => {
    const groupId = await startGroup(10, { last_seq: 4, preview: 'text 4' });
    const heard = listen();
    await markRead(context, groupId, 'ada', 6);
    const stored = await context.members.find(groupId, 'ada');
    expect(stored).toMatchObject({ read_seq: 6, last_seq: 4, preview: 'text 4' });
    expect(heard).toEqual([{ kind: 'message_group', row: stored }]);
  });

  it('tells nobody of a mark that stays where it was', async () => {
    const groupId = await startGroup(10);
    await markRead(context, groupId, 'ada', 7);
    const heard = listen();
    for (const seq of [7, 3]) await markRead(context, groupId, 'ada', seq);
    expect(heard).toEqual([]);
    await markRead(context, groupId, 'ada', 8);
    expect(heard).toHaveLength(1);
  });
});

/** What Ada's devices are told from now on. */
function listen(): StreamEvent[] {
  const heard: StreamEvent[] = [];
  context.events.subscribe('ada', (told) => {
    if (told.kind !== 'ready') heard.push(told);
  });
  return heard;
}

/** A group of Ada and Grace, who says everything; what Ada's and her rows say of it. */
async function startGroup(length: number, member: Partial<MemberValues> = {}): Promise<string> {
  const message = () => ({ user_uuid: 'grace' });
  return (await addGroup(db().table, { userIds: ['ada', 'grace'], length, member, message })).groupId;
}
