import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Wiring } from '../../backend/wiring.ts';
import type { DirectMember, Member, NamedMember } from '../../backend/domain/model.ts';
import { groupOf, memberItemOf, memberOf } from '../../backend/table/items.ts';
import { directInboxSk } from '../../schema/keys.ts';
import {
  directMember,
  type DirectValues,
  groupItem,
  memberItem,
  namedMember,
  type NamedValues,
  newDirectId,
  newGroupId,
  newUserId,
  timeOf,
} from '../support/factories.ts';
import { deleteItem, putItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let context: Wiring;
beforeAll(() => {
  context = db().newContext();
});

/** What a row becomes: a summary, a mark and a place in the inbox. */
const afterBatch = (row: DirectMember): DirectMember => ({
  ...row,
  last_seq: 7,
  last_n: 7,
  last_rev: 1,
  last_at: timeOf(7),
  last_by: 'kay',
  preview: 'seven',
  last_deleted_seq: 6,
  read_seq: 5,
  read_n: 5,
  inbox_sk: directInboxSk(timeOf(7), row.groupId),
});

/** What can happen to a row between its reading and its writing. */
const MEANWHILE: Readonly<Record<string, Partial<DirectValues>>> = {
  'another batch was faster': { last_seq: 3 },
  'another batch brought a newer revision': { last_rev: 1 },
  'another batch brought a deletion': { last_deleted_seq: 1 },
  'its user read further': { read_seq: 1 },
  'the table was created again': { log_id: 'another' },
};

describe('a summary in a row of a direct group', () => {
  it('is written into the row that was read, with its mark and its place in the inbox', async () => {
    const row = await addRow();
    const now = afterBatch(row);
    expect(await context.members.applySummary(row, now)).toMatchObject({ stored: true });
    expect(await reread(row)).toEqual(now);
    expect((await context.members.inbox(row.userId, 10)).items).toEqual([now]);
  });

  it('loses what the new one does not have', async () => {
    const row = await addRow({ last_n: 3, last_deleted_seq: 1 });
    const { last_deleted_seq: _, ...rest } = afterBatch(row);
    expect(await context.members.applySummary(row, rest)).toMatchObject({ stored: true });
    expect(await reread(row)).toEqual(rest);
  });

  it.each(Object.entries(MEANWHILE))(
    'is not written where %s: the row is returned instead',
    async (_, values) => {
      const row = await addRow();
      const existing = directMember({ ...idsOf(row), ...values });
      await putItem(db().table, memberItemOf(existing));
      expect(await context.members.applySummary(row, afterBatch(row))).toEqual({ stored: false, existing });
      expect(await reread(row)).toEqual(existing);
    },
  );

  it('is not written where there is no row any more', async () => {
    const row = await addRow();
    await deleteItem(db().table, memberItemOf(row));
    const outcome = await context.members.applySummary(row, afterBatch(row));
    expect(outcome).toEqual({ stored: false, existing: undefined });
    expect(await reread(row)).toBeUndefined();
  });
});

describe('a read mark', () => {
  it('goes only up to the summary of the row where that is asked for', async () => {
    const row = await addRow({ last_seq: 5, read_seq: 2 });
    const raise = (seq: number) => context.members.raiseMark(row.groupId, row.userId, { seq, n: seq }, true);
    expect(await raise(6)).toEqual({ raised: false, row });
    const now = { ...row, read_seq: 5, read_n: 5 };
    expect(await raise(5)).toEqual({ raised: true, row: now });
    expect(await reread(row)).toEqual(now);
  });

  it('goes beyond the summary otherwise', async () => {
    const row = await addRow({ last_seq: 5, read_seq: 2 });
    const outcome = await context.members.raiseMark(row.groupId, row.userId, { seq: 9, n: 9 });
    expect(outcome).toEqual({ raised: true, row: { ...row, read_seq: 9, read_n: 9 } });
  });

  it('has its n, which is stored where it is not the seq, and removed where it is', async () => {
    const row = await addNamed({ read_seq: 2, read_n: 1 });
    for (const mark of [
      { seq: 3, n: 2 },
      { seq: 4, n: 4 },
      { seq: 5, n: 3 },
    ]) {
      const now = { ...row, read_seq: mark.seq, read_n: mark.n };
      expect(await context.members.raiseMark(row.groupId, row.userId, mark)).toEqual({
        raised: true,
        row: now,
      });
      expect(await reread(row)).toEqual(now);
    }
  });

  it('is never lowered', async () => {
    const row = await addRow({ last_seq: 5, read_seq: 4 });
    for (const seq of [1, 4]) {
      for (const only of [true, false]) {
        const outcome = await context.members.raiseMark(row.groupId, row.userId, { seq, n: seq }, only);
        expect(outcome).toEqual({ raised: false, row });
      }
    }
  });

  it('makes no user a member', async () => {
    const groupId = newGroupId();
    for (const only of [true, false]) {
      const outcome = await context.members.raiseMark(groupId, 'kay', { seq: 1, n: 1 }, only);
      expect(outcome).toEqual({ raised: false, row: undefined });
    }
    expect(await context.members.list(groupId, 10)).toEqual([]);
  });

  it('is replaced by a lower one, where the row is the one that was read', async () => {
    const row = await addNamed({ read_seq: 4 });
    expect(await context.members.replaceMark(row, { seq: 2, n: 1 })).toBe(true);
    expect(await reread(row)).toEqual({ ...row, read_seq: 2, read_n: 1 });
    expect(await context.members.replaceMark(row, { seq: 1, n: 1 })).toBe(false);
    expect(await context.members.replaceMark({ ...row, read_seq: 2, joined_seq: 9 }, { seq: 1, n: 1 })).toBe(
      false,
    );
    expect(await reread(row)).toMatchObject({ read_seq: 2 });
  });
});

describe('the members of a group', () => {
  it('are all listed in pages, and no others', async () => {
    const groupId = newGroupId();
    const rows = upTo(98).map((n) => memberItem({ groupId, userId: `user ${String(n).padStart(2, '0')}` }));
    await putItems(db().table, [
      groupItem({ groupId }),
      ...rows,
      memberItem({ groupId: newGroupId(), userId: 'x' }),
    ]);
    const members = rows.map(memberOf);
    expect(await context.members.list(groupId, 200)).toEqual(members);
    const pages: Member[][] = [];
    let after: string | undefined;
    do {
      const page = await context.members.list(groupId, 40, after);
      pages.push(page);
      after = page.at(-1)?.userId;
    } while (pages.at(-1)?.length === 40);
    expect(pages.map((page) => page.length)).toEqual([40, 40, 18]);
    expect(pages.flat()).toEqual(members);
    const all: Member[] = [];
    for await (const page of context.members.pages(groupId)) all.push(...page);
    expect(all).toEqual(members);
  });

  it('are found with their group, each alone, and some at once', async () => {
    const groupId = newGroupId();
    const [ada, grace] = ['ada', 'grace'].map((userId) => memberItem({ groupId, userId }));
    const meta = groupItem({ groupId });
    await putItems(
      db().table,
      [meta, ada, grace].filter((item) => item !== undefined),
    );
    const [group, own] = [groupOf(meta), ada && memberOf(ada)];
    expect(await context.members.findWithGroup(groupId, 'ada')).toEqual({ group, own });
    expect(await context.members.findWithGroup(groupId, 'kay')).toEqual({ group, own: undefined });
    expect(await context.members.findWithGroup(newGroupId(), 'ada')).toEqual({
      group: undefined,
      own: undefined,
    });
    const found = await context.members.findMany(groupId, ['ada', 'kay', 'grace', 'ada']);
    expect(found.map(({ userId }) => userId).sort()).toEqual(['ada', 'grace']);
  });
});

describe('an inbox', () => {
  it('has the rows of named groups first, and those of direct groups by the time in their keys', async () => {
    const userId = newUserId();
    const direct = upTo(5).map((n) => directMember({ groupId: newDirectId(), userId, last_at: timeOf(n) }));
    const named = upTo(3).map(() => namedMember({ groupId: newGroupId(), userId }));
    await putItems(db().table, [...direct, ...named].map(memberItemOf));
    const inOrder = [
      ...named.toSorted((one, other) => (one.groupId < other.groupId ? 1 : -1)),
      ...direct.toReversed(),
    ];
    expect(await context.members.inbox(userId, 100)).toEqual({ items: inOrder, isLast: true });
    expect(await context.members.inbox(userId, 4)).toEqual({ items: inOrder.slice(0, 4), isLast: false });
    expect(await context.members.inbox(userId, 100, inOrder[4]?.inbox_sk)).toEqual({
      items: inOrder.slice(5),
      isLast: true,
    });
    expect(await context.members.namedRows(userId)).toEqual(inOrder.slice(0, 3));
  });
});

async function addRow(values: Partial<DirectValues> = {}): Promise<DirectMember> {
  const row = directMember({ groupId: newDirectId(), userId: newUserId(), ...values });
  await putItem(db().table, memberItemOf(row));
  return row;
}

async function addNamed(values: Partial<NamedValues> = {}): Promise<NamedMember> {
  const row = namedMember({ groupId: newGroupId(), userId: newUserId(), ...values });
  await putItem(db().table, memberItemOf(row));
  return row;
}

const idsOf = ({ groupId, userId }: Member) => ({ groupId, userId });

async function reread(row: Member): Promise<Member | undefined> {
  return context.members.find(row.groupId, row.userId);
}
