import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Wiring } from '../../backend/wiring.ts';
import { listInbox, MAX_DIRECT_ROWS } from '../../backend/domain/list-inbox.ts';
import type { InboxEntry } from '../../backend/domain/model.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { BadRequestError } from '../../backend/errors.ts';
import { encodeCursor } from '../../schema/cursors.ts';
import type { DirectMemberItem } from '../../schema/items.ts';
import { directInboxSk, groupIdOf } from '../../schema/keys.ts';
import { directMemberItem, newDirectId, newUserId } from '../support/factories.ts';
import { addGroup, addPerson, deleteItem, putItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
afterEach(() => {
  jest.restoreAllMocks();
});

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
        expect(idsOf(pages.flat())).toEqual(newestFirst(rows).map(groupIdOf));
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        expect(pages.at(-1)?.length).toBeGreaterThan(0);
      }),
      { numRuns: 15, examples: [[1], [36], [37], [38]] },
    );
  });

  it('hides nothing behind a date: it shows messages of 1999 and of 2099', async () => {
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
    expect([...new Set(shown.map(({ summary }) => Number(summary.last_at.slice(0, 4))))]).toEqual(
      years.toReversed(),
    );
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
    expect(idsOf(shown).sort()).toEqual(rows.map(groupIdOf).sort());
  });

  it('of a user without conversations is empty', async () => {
    const page = await listInbox(db().newContext(), newUserId(), { limit: 20 });
    expect(page.entries).toEqual([]);
    expect(page).not.toHaveProperty('nextCursor');
  });

  it('shows the user’s own rows alone', async () => {
    const [ada, grace] = [newUserId(), newUserId()];
    await addRows(ada, [new Date()]);
    await addRows(grace, [new Date()]);
    const shown = (await readPages(db().newContext(), ada, 10)).flat();
    expect(shown.map(({ row }) => row.userId)).toEqual([ada]);
  });

  it('continues where it was, though the conversation shown last is gone', async () => {
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
    const { entries: rest } = await listInbox(context, userId, { limit: 5, cursor: nextCursor });
    expect(idsOf(rest)).toEqual(rows.slice(2).map(groupIdOf));
  });

  it.each<[string, (userId: string) => string]>([
    ['no cursor at all', () => 'nonsense'],
    ['an empty one', () => ''],
    ['another user’s', () => encodeCursor(['inbox', 'grace'], PLACE)],
    ['another list’s', (userId) => encodeCursor(['handles', userId], PLACE)],
    ['an altered one', (userId) => `${encodeCursor(['inbox', userId], PLACE)}A`],
  ])('refuses %s', async (_, cursorFor) => {
    const userId = newUserId();
    const refused = listInbox(db().newContext(), userId, { limit: 2, cursor: cursorFor(userId) });
    await expect(refused).rejects.toThrow(BadRequestError);
    await expect(refused).rejects.toMatchObject({ code: 'cursor_invalid', issues: [{ field: 'cursor' }] });
  });

  it('refuses a cursor of another user, and one that was changed by one character', async () => {
    const context = db().newContext();
    const [ada, grace] = [newUserId(), newUserId()];
    await addRows(ada, [new Date(0), new Date(1)]);
    const { nextCursor = '' } = await listInbox(context, ada, { limit: 1 });
    expect((await listInbox(context, ada, { limit: 1, cursor: nextCursor })).entries).toHaveLength(1);
    const refuse = async (userId: string, cursor: string) => {
      await expect(listInbox(context, userId, { limit: 1, cursor })).rejects.toThrow(BadRequestError);
    };
    await refuse(grace, nextCursor);
    for (let at = 0; at < nextCursor.length; at += 1) {
      const other = nextCursor[at] === 'A' ? 'B' : 'A';
      await refuse(ada, nextCursor.slice(0, at) + other + nextCursor.slice(at + 1));
    }
  });

  it('shows each of more than 500 direct groups of one day once, though their order is exact in pages alone', async () => {
    const context = db().newContext();
    const userId = newUserId();
    // All places are in the same minute, and the times of the messages are anywhere in the day after it.
    const DAY_MS = 24 * 3_600_000;
    const count = MAX_DIRECT_ROWS + 5;
    const rows = upTo(count).map((n) => {
      const groupId = newDirectId();
      const last_at = new Date(DAY_MS + ((n * 7_919) % count) * 100_000).toISOString();
      return {
        ...directMemberItem({ groupId, userId, last_at }),
        inbox_sk: directInboxSk(new Date(DAY_MS + n).toISOString(), groupId),
      };
    });
    await putItems(db().table, rows);
    const { groupId: named } = await addGroup(db().table, {
      userIds: [userId],
      summary: { last_at: new Date(DAY_MS * 1.5).toISOString() },
    });
    const pages = await readPages(context, userId, 100);
    expect(idsOf(pages.flat()).sort()).toEqual([...rows.map(groupIdOf), named].sort());
    for (const page of pages) {
      const times = page.map(({ summary }) => summary.last_at);
      expect(times).toEqual(times.toSorted().reverse());
    }
  });

  it('of all members of a named group within a second costs one read of META, also at the same moment', async () => {
    const context = db().newContext();
    const userIds = upTo(3).map(() => newUserId());
    const { groupId, group } = await addGroup(db().table, { userIds, length: 2 });
    const reads = jest.spyOn(context.groups, 'findMany');
    await Promise.all(userIds.map((userId) => listInbox(context, userId, { limit: 5 })));
    for (const userId of userIds) {
      expect(idsOf((await listInbox(context, userId, { limit: 5 })).entries)).toEqual([groupId]);
    }
    expect(reads).toHaveBeenCalledTimes(1);
    await putItem(db().table, { ...group, name: 'Another name' } as typeof group);
    const now = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(now + 1_100);
    const [entry] = (await listInbox(context, userIds[0] ?? '', { limit: 5 })).entries;
    expect(entry?.group?.name).toBe('Another name');
    expect(reads).toHaveBeenCalledTimes(2);
  });

  it('leaves out a named group that its user left, though META was read a moment ago', async () => {
    const context = db().newContext();
    const userId = newUserId();
    const { members } = await addGroup(db().table, { userIds: [userId, 'grace'] });
    expect((await listInbox(context, userId, { limit: 5 })).entries).toHaveLength(1);
    if (members[0]) await deleteItem(db().table, members[0]);
    expect((await listInbox(context, userId, { limit: 5 })).entries).toEqual([]);
  });

  it('has the names of people and groups that it shows', async () => {
    const context = db().newContext();
    const [ada, grace] = [
      await addPerson(context, 'ada', 'Ada'),
      await addPerson(context, 'grace', 'Grace Hopper'),
    ];
    const direct = await sendToHandle(context, 'grace', { userId: ada, text: 'hello' });
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace], name: 'Compilers' });
    const { entries, names } = await listInbox(db().newContext(), ada, { limit: 10 });
    expect(idsOf(entries)).toEqual([direct.groupId, groupId]);
    expect(names.person(grace)).toEqual({ handle: 'grace', display_name: 'Grace Hopper' });
    expect(entries[1]?.group).toMatchObject({ kind: 'group', name: 'Compilers', member_count: 2 });
  });

  it('shows a user without a profile as deleted, never as nothing', async () => {
    const userId = newUserId();
    await putItems(db().table, [directMemberItem({ groupId: newDirectId(), userId, peer: 'gone' })]);
    const { names } = await listInbox(db().newContext(), userId, { limit: 10 });
    expect(names.person('gone')).toEqual({ handle: expect.any(String), display_name: expect.any(String) });
  });
});

/** A place in an inbox: nothing above this entry is shown again. */
const PLACE = '||2024-01-01T00:00:00.000Z#01ARZ3NDEKTSV4RRFFQ69G5FAV|';

const idsOf = (entries: readonly InboxEntry[]): string[] => entries.map(({ row }) => row.groupId);

/** A direct group in a user's inbox for each of these times. */
async function addRows(userId: string, times: readonly Date[]): Promise<DirectMemberItem[]> {
  const rows = times.map((time) =>
    directMemberItem({ groupId: newDirectId(), userId, last_at: time.toISOString() }),
  );
  await putItems(db().table, rows);
  return rows;
}

async function readPages(context: Wiring, userId: string, limit: number): Promise<InboxEntry[][]> {
  const pages: InboxEntry[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listInbox(context, userId, { limit, cursor });
    pages.push([...page.entries]);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

function newestFirst(rows: readonly DirectMemberItem[]): DirectMemberItem[] {
  return rows.toSorted((one, other) => (one.inbox_sk < other.inbox_sk ? 1 : -1));
}
