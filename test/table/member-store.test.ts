import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Wiring } from '../../backend/wiring.ts';
import type { Member, SummaryChange, SummaryState } from '../../backend/domain/model.ts';
import { memberItemOf, memberOf } from '../../backend/table/items.ts';
import { inboxSk } from '../../schema/keys.ts';
import {
  member,
  type MemberValues,
  memberItem,
  newGroupId,
  newUserId,
  timeOf,
} from '../support/factories.ts';
import { deleteItem, putItem, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let context: Wiring;
beforeAll(() => {
  context = db().newContext();
});

const SUMMARY = {
  last_seq: 7,
  last_rev: 1,
  last_at: timeOf(7),
  last_by: 'kay',
  last_kind: 'system',
  preview: 'seven',
} as const;
const CHANGE: SummaryChange = { summary: SUMMARY, read_seq: 5, deleted: [6] };
const STATE: SummaryState = { summary: SUMMARY, read_seq: 5, deleted_seqs: new Set([6]) };

/** Everything that can happen to a row between its reading and its writing. */
const MEANWHILE: Readonly<Record<string, Partial<MemberValues>>> = {
  'another batch was faster': { last_seq: 3 },
  'another batch brought a newer revision': { last_rev: 1 },
  'it was read further': { read_seq: 2 },
  'its user was removed and came back': { joined_seq: 3 },
  'its lowest tombstones were folded': { folded_seq: 4, folded_count: 2 },
};

describe('a summary', () => {
  it('is written into the row that was read, with the place in the inbox that goes with it', async () => {
    const row = await addRow({ deleted_seqs: new Set([4]) });
    expect(await context.members.applySummary(row, CHANGE)).toMatchObject({ stored: true });
    expect(await reread(row)).toEqual({
      ...row,
      ...SUMMARY,
      read_seq: 5,
      inbox_sk: inboxSk(timeOf(7), groupOf(row)),
      deleted_seqs: new Set([4, 6]),
    });
    expect(await context.members.inbox(userOf(row), 10)).toEqual([await reread(row)]);
  });

  it.each(Object.entries(MEANWHILE))(
    'is not written where %s: the row comes back instead',
    async (_, values) => {
      const row = await addRow();
      const now = { ...row, ...values };
      await putItem(db().table, memberItemOf(now));
      expect(await context.members.applySummary(row, CHANGE)).toEqual({ stored: false, existing: now });
      expect(await reread(row)).toEqual(now);
    },
  );

  it('is not written where the row is gone', async () => {
    const row = await addRow();
    await deleteItem(db().table, memberItemOf(row));
    expect(await context.members.applySummary(row, CHANGE)).toEqual({ stored: false, existing: undefined });
    expect(await reread(row)).toBeUndefined();
  });
});

describe('a row put right', () => {
  it('is the state it is given, tombstones included', async () => {
    const row = await addRow({ deleted_seqs: new Set([2, 99]) });
    expect(await context.members.replaceSummary(row, STATE)).toMatchObject({ stored: true });
    expect(await reread(row)).toMatchObject({ ...SUMMARY, read_seq: 5, deleted_seqs: new Set([6]) });
  });

  it('has no empty set', async () => {
    const row = await addRow({ deleted_seqs: new Set([2]) });
    await context.members.replaceSummary(row, { ...STATE, deleted_seqs: new Set() });
    expect(await reread(row)).not.toHaveProperty('deleted_seqs');
  });

  it.each(Object.entries({ ...MEANWHILE, 'something was deleted': { deleted_seqs: new Set([1, 2]) } }))(
    'is not written where %s',
    async (_, values) => {
      for (const before of [{}, { deleted_seqs: new Set([1]) }]) {
        const row = await addRow(before);
        await putItem(db().table, memberItemOf({ ...row, ...values }));
        expect(await context.members.replaceSummary(row, STATE)).toMatchObject({ stored: false });
        expect(await reread(row)).toEqual({ ...row, ...values });
      }
    },
  );
});

describe('a read mark', () => {
  it('is raised only up to what the row knows of', async () => {
    const row = await addRow({ last_seq: 5, read_seq: 2 });
    expect(await context.members.raiseReadSeq(groupOf(row), userOf(row), 6)).toEqual({ raised: false, row });
    expect(await context.members.raiseReadSeq(groupOf(row), userOf(row), 5)).toMatchObject({ raised: true });
    expect(await reread(row)).toEqual({ ...row, read_seq: 5 });
  });

  it('is raised beyond the row where the log was asked', async () => {
    const row = await addRow({ last_seq: 5, read_seq: 2 });
    expect(await context.members.raiseReadSeqAheadOfRow(groupOf(row), userOf(row), 9)).toMatchObject({
      raised: true,
    });
    expect(await reread(row)).toEqual({ ...row, read_seq: 9 });
  });

  it('is never lowered', async () => {
    const row = await addRow({ last_seq: 5, read_seq: 4 });
    for (const seq of [1, 4]) {
      expect(await context.members.raiseReadSeq(groupOf(row), userOf(row), seq)).toEqual({
        raised: false,
        row,
      });
      expect(await context.members.raiseReadSeqAheadOfRow(groupOf(row), userOf(row), seq)).toEqual({
        raised: false,
        row,
      });
    }
  });

  it('makes nobody a member', async () => {
    const groupId = newGroupId();
    expect(await context.members.raiseReadSeq(groupId, 'kay', 1)).toEqual({ raised: false, row: undefined });
    expect(await context.members.raiseReadSeqAheadOfRow(groupId, 'kay', 1)).toEqual({
      raised: false,
      row: undefined,
    });
    expect(await context.members.list(groupId)).toEqual([]);
  });
});

describe('the members of a group', () => {
  it('are all listed, and nobody else', async () => {
    const groupId = newGroupId();
    const rows = upTo(98).map((n) => memberItem({ groupId, userId: `user ${String(n).padStart(2, '0')}` }));
    for (const row of rows) await putItem(db().table, row);
    await putItem(db().table, memberItem({ groupId: newGroupId(), userId: 'stranger' }));
    const members = rows.map(memberOf);
    expect(await context.members.list(groupId)).toEqual(members);
    expect(await context.members.listWithGroup(groupId)).toEqual({ group: undefined, members });
  });
});

async function addRow(values: Partial<MemberValues> = {}): Promise<Member> {
  const row = member({ groupId: newGroupId(), userId: newUserId(), ...values });
  await putItem(db().table, memberItemOf(row));
  return row;
}

async function reread(row: Member): Promise<Member | undefined> {
  return context.members.find(groupOf(row), userOf(row));
}

const groupOf = (row: Member): string => row.groupId;
const userOf = (row: Member): string => row.userId;
