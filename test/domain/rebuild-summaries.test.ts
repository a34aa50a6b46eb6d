import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { compareSummaries, rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import { memberItemOf, messageItemOf } from '../../backend/table/items.ts';
import { BusyError } from '../../backend/errors.ts';
import type { LogEntry } from '../../backend/domain/model.ts';
import { inboxSk } from '../../schema/keys.ts';
import { logEntry, type MemberValues, messageItem, newGroupId, tombstone } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, deleteItem, putItem } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let flaky: FlakyEngine;
/** Two processes on one table: the first reaches it through the flaky engine. */
let here: Wiring;
let there: Wiring;

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  here = wire({ table: db().through(flaky.endpoint) });
  there = db().newContext();
});
afterEach(() => flaky.reset());
afterAll(async () => {
  await flaky.close();
});

const LENGTH = 6;
/** Ada and Grace are in the group; Grace said everything, the third message and the fifth are deleted. */
const RIGHT = { read_seq: 0, deleted_seqs: new Set([3, 5]) };

describe('comparing summaries with the log', () => {
  it('finds nothing where all is as it should be', async () => {
    expect(await compareSummaries(here, await startGroup())).toEqual([]);
  });

  it('finds nothing in a group that does not exist', async () => {
    expect(await compareSummaries(here, newGroupId())).toEqual([]);
  });

  it.each<[string, Partial<MemberValues>, unknown, unknown]>([
    ['last_seq', { last_seq: 4 }, 4, LENGTH],
    ['last_rev', { last_rev: 3 }, 3, 0],
    ['last_by', { last_by: 'kay' }, 'kay', 'grace'],
    ['last_kind', { last_kind: 'system' }, 'system', 'text'],
    ['last_event', { last_event: { event: 'member_left' } }, { event: 'member_left' }, undefined],
    ['preview', { preview: 'wrong' }, 'wrong', 'text 6'],
    ['read_seq', { read_seq: 99, deleted_seqs: new Set([3]) }, 99, LENGTH],
    ['deleted_seqs', { deleted_seqs: new Set([3]) }, [3], [3, 5]],
  ])(
    'tells whose %s differs, what it is, and what it should be, and writes nothing',
    async (attribute, wrong, stored, expected) => {
      const groupId = await startGroup();
      await setRow(groupId, 'ada', wrong);
      const before = await there.members.list(groupId);
      expect(await compareSummaries(here, groupId)).toEqual([
        { groupId, userId: 'ada', differences: [{ attribute, stored, expected }] },
      ]);
      expect(await there.members.list(groupId)).toEqual(before);
    },
  );
});

describe('rebuilding summaries', () => {
  it('puts right whatever is wrong, and tells so', async () => {
    const groupId = await startGroup();
    const right = await there.members.list(groupId);
    await setRow(groupId, 'ada', {
      last_seq: 99,
      last_rev: 7,
      last_at: '1999-01-01T00:00:00.000Z',
      last_by: 'kay',
      preview: 'wrong',
      deleted_seqs: new Set([1, 2, 77]),
    });
    const mended = await rebuildSummaries(here, groupId);
    expect(mended.map(({ userId }) => userId)).toEqual(['ada']);
    expect(mended[0]?.differences.map(({ attribute }) => attribute).sort()).toEqual([
      'deleted_seqs',
      'inbox_sk',
      'last_at',
      'last_by',
      'last_rev',
      'last_seq',
      'preview',
    ]);
    expect(await there.members.list(groupId)).toEqual(right);
    expect(await compareSummaries(here, groupId)).toEqual([]);
    expect(await rebuildSummaries(here, groupId)).toEqual([]);
  });

  it('puts the conversation at its right place in the inbox', async () => {
    const groupId = await startGroup(['ada.inbox', 'grace']);
    await setRow(groupId, 'ada.inbox', { last_at: '1999-01-01T00:00:00.000Z' });
    await rebuildSummaries(here, groupId);
    const [row] = await there.members.inbox('ada.inbox', 1);
    expect(row?.inbox_sk).toBe(inboxSk(messageItem({ groupId, seq: LENGTH }).created_at, groupId));
  });

  it('removes tombstones that are none, where there is none at all', async () => {
    const { groupId } = await addGroup(db().table, {
      userIds: ['ada', 'grace'],
      length: 3,
      message: () => ({ user_uuid: 'kay' }),
      member: { last_by: 'kay', deleted_seqs: new Set([2]) },
    });
    await rebuildSummaries(here, groupId);
    for (const row of await there.members.list(groupId)) {
      expect(row).not.toHaveProperty('deleted_seqs');
      expect(unreadCount(row)).toBe(3);
    }
  });

  it('keeps the read mark, which the log does not know', async () => {
    const groupId = await startGroup();
    await markRead(there, groupId, 'ada', 4);
    await setRow(groupId, 'ada', { read_seq: 4, last_seq: 2 });
    await rebuildSummaries(here, groupId);
    expect(await there.members.find(groupId, 'ada')).toMatchObject({ read_seq: 4, last_seq: LENGTH });
  });

  it('does not bring back who is removed meanwhile', async () => {
    const groupId = await startGroup();
    await setRow(groupId, 'ada', { preview: 'wrong' });
    const row = await there.members.find(groupId, 'ada');
    const held = flaky.hold('UpdateItem');
    const rebuild = rebuildSummaries(here, groupId);
    await held.arrived;
    if (row) await deleteItem(db().table, memberItemOf(row));
    held.release();
    expect(await rebuild).toEqual([]);
    expect((await there.members.list(groupId)).map((row) => row.userId)).toEqual(['grace']);
  });

  it.each<[string, (groupId: string) => Promise<unknown>]>([
    [
      'a new message',
      async (groupId) => tell(groupId, logEntry({ groupId, seq: LENGTH + 1, user_uuid: 'grace' })),
    ],
    [
      'a deletion',
      async (groupId) => tell(groupId, tombstone(logEntry({ groupId, seq: 2, user_uuid: 'grace' }))),
    ],
    ['a read mark', (groupId) => markRead(there, groupId, 'ada', 5)],
  ])('loses nothing of %s that comes between its reading and its writing', async (_, happen) => {
    const groupId = await startGroup();
    await setRow(groupId, 'ada', { preview: 'wrong' });
    const held = flaky.hold('UpdateItem');
    const rebuild = rebuildSummaries(here, groupId);
    await held.arrived;
    await happen(groupId);
    const marked = (await there.members.find(groupId, 'ada'))?.read_seq;
    held.release();
    await rebuild;
    expect(await compareSummaries(there, groupId)).toEqual([]);
    expect((await there.members.find(groupId, 'ada'))?.read_seq).toBe(marked);
  });

  it('loses no first deletion that comes between its reading and its writing', async () => {
    const { groupId } = await addGroup(db().table, {
      userIds: ['ada', 'grace'],
      length: 3,
      member: { last_by: 'kay' },
    });
    const held = flaky.hold('UpdateItem');
    const rebuild = rebuildSummaries(here, groupId);
    await held.arrived;
    await tell(groupId, tombstone(logEntry({ groupId, seq: 2, user_uuid: 'ada' })));
    held.release();
    await rebuild;
    expect(await compareSummaries(there, groupId)).toEqual([]);
  });

  it('gives up on rows that never keep still', async () => {
    const groupId = await startGroup();
    let turn = 0;
    const change = () =>
      setRow(groupId, 'ada', { preview: 'wrong', deleted_seqs: new Set([(turn += 1) + 100]) });
    await change();
    flaky.before('UpdateItem', change, { times: Infinity });
    await expect(rebuildSummaries(here, groupId)).rejects.toThrow(BusyError);
  });
});

async function startGroup(userIds: [string, string] = ['ada', 'grace']): Promise<string> {
  const groupId = newGroupId();
  const deleted = (seq: number) => RIGHT.deleted_seqs.has(seq);
  await addGroup(db().table, {
    groupId,
    userIds,
    length: LENGTH,
    member: { last_by: 'grace', ...RIGHT },
    message: (seq) => {
      const message = messageItem({ groupId, seq, user_uuid: 'grace' });
      return deleted(seq) ? tombstone(message) : message;
    },
  });
  // Who said everything has read everything.
  await setRow(groupId, 'grace', { read_seq: LENGTH });
  return groupId;
}

/** Overwrites a row, as no use case would. */
async function setRow(groupId: string, userId: string, values: Partial<MemberValues>): Promise<void> {
  const row = await there.members.find(groupId, userId);
  if (!row) throw new Error('no such row');
  const inbox_sk = inboxSk(values.last_at ?? row.last_at, groupId);
  await putItem(db().table, memberItemOf({ ...row, inbox_sk, ...values }));
}

/** A message is stored, and the stream tells of it. */
async function tell(groupId: string, message: LogEntry): Promise<void> {
  await putItem(db().table, messageItemOf(message));
  const facts = factsOf([message]);
  if (facts) await updateSummaries(there, groupId, facts);
}
