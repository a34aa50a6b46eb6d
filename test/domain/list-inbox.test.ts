import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Wiring } from '../../backend/wiring.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import type { InboxRow } from '../../backend/domain/model.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { BadRequestError } from '../../backend/errors.ts';
import { encodeCursor } from '../../schema/cursors.ts';
import type { MemberItem } from '../../schema/items.ts';
import { groupIdOf } from '../../schema/keys.ts';
import { memberItem, newGroupId, newUserId } from '../support/factories.ts';
import { addGroup, addPerson, deleteItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();

describe('an inbox', () => {
  it('shows every conversation once, newest first, with any limit', async () => {
    const context = db().newContext();
    const userId = newUserId();
    const rows = await addRows(
      userId,
      upTo(37).map((n) => new Date(Date.UTC(2024, 0, (n * 7) % 37, n))),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (limit) => {
        const pages = await readPages(context, userId, limit);
        expect(pages.flat().map((row) => row.groupId)).toEqual(newestFirst(rows).map(groupIdOf));
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        expect(pages.at(-1)?.length).toBeGreaterThan(0);
      }),
      { numRuns: 15, examples: [[1], [36], [37], [38]] },
    );
  });

  it('hides nothing behind a date: what was said in 1999 shows, and what will be in 2099', async () => {
    const userId = newUserId();
    const years = upTo(101).map((n) => 1998 + n);
    await addRows(
      userId,
      years.flatMap((year) => [
        new Date(Date.UTC(year, 0, 1)),
        new Date(Date.UTC(year, 11, 31, 23, 59, 59, 999)),
      ]),
    );
    const shown = (await readPages(db().newContext(), userId, 20)).flat();
    expect([...new Set(shown.map((row) => Number(row.last_at.slice(0, 4))))]).toEqual(years.toReversed());
    expect(shown).toHaveLength(202);
  });

  it('shows every conversation of the same moment', async () => {
    const userId = newUserId();
    const moment = new Date('2024-02-29T12:00:00.000Z');
    const rows = await addRows(
      userId,
      upTo(7).map(() => moment),
    );
    const shown = (await readPages(db().newContext(), userId, 2)).flat();
    expect(shown.map((row) => row.groupId).sort()).toEqual(rows.map(groupIdOf).sort());
  });

  it('of somebody without conversations is empty', async () => {
    const page = await listInbox(db().newContext(), newUserId(), { limit: 20 });
    expect(page.rows).toEqual([]);
    expect(page).not.toHaveProperty('nextCursor');
  });

  it('is one’s own', async () => {
    const [ada, grace] = [newUserId(), newUserId()];
    await addRows(ada, [new Date()]);
    await addRows(grace, [new Date()]);
    expect((await readPages(db().newContext(), ada, 10)).flat().map((row) => row.userId)).toEqual([ada]);
  });

  it('goes on where it was, though the conversation shown last is gone', async () => {
    const context = db().newContext();
    const userId = newUserId();
    const rows = newestFirst(
      await addRows(
        userId,
        upTo(5).map((n) => new Date(Date.UTC(2024, 0, n))),
      ),
    );
    const { nextCursor } = await listInbox(context, userId, { limit: 2 });
    const last = rows[1];
    if (last) await deleteItem(db().table, last);
    const { rows: rest } = await listInbox(context, userId, { limit: 5, cursor: nextCursor });
    expect(rest.map((row) => row.groupId)).toEqual(rows.slice(2).map(groupIdOf));
  });

  it.each<[string, (userId: string) => string]>([
    ['no cursor at all', () => 'nonsense'],
    ['an empty one', () => ''],
    ['another user’s', () => encodeCursor(['inbox', 'grace'], '2024-01-01T00:00:00.000Z#x')],
    ['another list’s', (userId) => encodeCursor(['handles', userId], '2024-01-01T00:00:00.000Z#x')],
    ['an altered one', (userId) => `${encodeCursor(['inbox', userId], '2024-01-01T00:00:00.000Z#x')}A`],
  ])('refuses %s', async (_, cursorFor) => {
    const userId = newUserId();
    const refused = listInbox(db().newContext(), userId, { limit: 2, cursor: cursorFor(userId) });
    await expect(refused).rejects.toThrow(BadRequestError);
    await expect(refused).rejects.toMatchObject({ code: 'cursor_invalid', issues: [{ field: 'cursor' }] });
  });

  it('knows the names of people and groups that it shows', async () => {
    const context = db().newContext();
    const [ada, grace] = [
      await addPerson(context, 'ada', 'Ada'),
      await addPerson(context, 'grace', 'Grace Hopper'),
    ];
    const direct = await sendToHandle(context, 'grace', { userId: ada, text: 'hello' });
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace], name: 'Compilers' });
    const { rows, names } = await listInbox(db().newContext(), ada, { limit: 10 });
    expect(rows.map((row) => row.groupId)).toEqual([direct.groupId, groupId]);
    expect(names.person(grace)).toEqual({ handle: 'grace', display_name: 'Grace Hopper' });
    expect(names.group(groupId)).toMatchObject({ kind: 'group', name: 'Compilers', member_count: 2 });
  });

  it('shows somebody whose profile is gone as deleted, never as nothing', async () => {
    const userId = newUserId();
    await putItems(db().table, [memberItem({ groupId: newGroupId(), userId, peer: 'gone' })]);
    const { names } = await listInbox(db().newContext(), userId, { limit: 10 });
    expect(names.person('gone')).toEqual({ handle: expect.any(String), display_name: expect.any(String) });
  });
});

/** A row in somebody's inbox for each of these times. */
async function addRows(userId: string, times: readonly Date[]): Promise<MemberItem[]> {
  const rows = times.map((time) =>
    memberItem({ groupId: newGroupId(), userId, last_at: time.toISOString() }),
  );
  await putItems(db().table, rows);
  return rows;
}

async function readPages(context: Wiring, userId: string, limit: number): Promise<InboxRow[][]> {
  const pages: InboxRow[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listInbox(context, userId, { limit, cursor });
    pages.push([...page.rows]);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

function newestFirst(rows: readonly MemberItem[]): MemberItem[] {
  return rows.toSorted((one, other) => (one.inbox_sk < other.inbox_sk ? 1 : -1));
}
