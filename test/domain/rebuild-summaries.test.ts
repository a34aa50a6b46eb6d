import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { type Wiring } from '../../backend/wiring.ts';
import { compareSummaries, rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import { logEntryOf } from '../../backend/table/items.ts';
import { directGroupId } from '../../schema/ids.ts';
import {
  blockKey,
  changeKey,
  deletedKey,
  directInboxSk,
  groupKey,
  type Key,
  listingKey,
  memberKey,
  messageKey,
  pinsKey,
  reactionsKey,
} from '../../schema/keys.ts';
import {
  listingItem,
  messageItem,
  namedMemberItem,
  newGroupId,
  newUserId,
  pinsItem,
  reactionsItem,
  timeOf,
  tombstone,
} from '../support/factories.ts';
import { type FlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, deleteItem, putItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const db = useTestTable();
let flaky: FlakyEngine;
/** Two processes on one table: the first reaches it through the flaky engine. */
let here: Wiring;
let there: Wiring;

useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

const LENGTH = 6;
const NOTHING = { differences: [], faults: [] };
const DELETED = [3, 5];

/** Ada and Grace are members. Kay, who left, wrote everything; the third message and the fifth are deleted. */
async function startGroup(groupId = newGroupId(), userIds = ['ada', 'grace']): Promise<string> {
  await addGroup(db().table, {
    groupId,
    userIds,
    length: LENGTH,
    summary: { last_by: 'kay', last_deleted_seq: 5 },
    message: (seq) => ({
      user_uuid: 'kay',
      ...(DELETED.includes(seq) && { message: null, rev: 1, deleted_at: timeOf(seq + 1) }),
    }),
  });
  await putItems(
    db().table,
    DELETED.map((seq) => deletedKey(groupId, seq)),
  );
  return groupId;
}

/** A pair whose log is Kay's too: neither of the two has written. */
async function startPair(): Promise<{ groupId: string; userIds: [string, string] }> {
  const userIds: [string, string] = [newUserId(), newUserId()];
  return { groupId: await startGroup(directGroupId(...userIds), userIds), userIds };
}

const setAttributes = async ({ pk, sk }: Key, values: Readonly<Record<string, unknown>>): Promise<void> => {
  const names = Object.keys(values);
  await db().table.send(
    new UpdateCommand({
      TableName: db().tableName,
      Key: { pk, sk },
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, values[name]])),
    }),
  );
};

describe('what is right', () => {
  it('is reported as such, of a named group and of a pair, and no repair writes to it', async () => {
    for (const groupId of [await startGroup(), (await startPair()).groupId, newGroupId()]) {
      expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
      expect(await rebuildSummaries(here, groupId)).toEqual(NOTHING);
    }
    expect([flaky.count('UpdateItem'), flaky.count('PutItem')]).toEqual([0, 0]);
  });
});

describe('the flags of blocks in the rows of a pair', () => {
  const block = ([userId, otherId]: readonly [string, string]) => ({
    ...blockKey(userId, otherId),
    created_at: timeOf(1),
  });
  const flagsOf = async (groupId: string, userId: string) => {
    const row = await there.members.find(groupId, userId);
    if (row?.peer === undefined) throw new Error('there is no row');
    const { blocks_peer, blocked_by_peer } = row;
    return { blocks_peer, blocked_by_peer };
  };

  it('are those of the blocks themselves: missing ones are added, others are removed, and the rest stays', async () => {
    const { groupId, userIds } = await startPair();
    const [ada, grace] = userIds;
    await putItem(db().table, block(userIds));
    await setAttributes(memberKey(groupId, grace), { blocks_peer: true });
    const differences = [
      {
        key: memberKey(groupId, ada),
        differences: [{ attribute: 'blocks_peer', stored: undefined, expected: true }],
      },
      {
        key: memberKey(groupId, grace),
        differences: [
          { attribute: 'blocks_peer', stored: true, expected: undefined },
          { attribute: 'blocked_by_peer', stored: undefined, expected: true },
        ],
      },
    ];
    const report = await compareSummaries(here, groupId);
    expect(report.differences).toHaveLength(2);
    expect(report).toEqual({ differences: expect.arrayContaining(differences), faults: [] });
    const before = await there.members.find(groupId, ada);
    expect(await rebuildSummaries(here, groupId)).toEqual(report);
    expect(await there.members.find(groupId, ada)).toEqual({ ...before, blocks_peer: true });
    expect(await flagsOf(groupId, grace)).toEqual({ blocks_peer: undefined, blocked_by_peer: true });
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });

  it('follow a user who unblocks the other between the repair’s read and its write', async () => {
    const { groupId, userIds } = await startPair();
    await putItem(db().table, block(userIds));
    flaky.before('TransactWriteItems', () => deleteItem(db().table, block(userIds)));
    await rebuildSummaries(here, groupId);
    for (const userId of userIds) {
      expect(await flagsOf(groupId, userId)).toEqual({ blocks_peer: undefined, blocked_by_peer: undefined });
    }
  });
});

describe('what members added to a deleted message', () => {
  it('is found where the stream has not removed it, and removed; that of other messages stays', async () => {
    const groupId = await startGroup();
    await putItems(db().table, [
      reactionsItem({ groupId, seq: 3, users: ['ada', 'grace'] }),
      reactionsItem({ groupId, seq: 4 }),
      pinsItem({ groupId, seqs: [2, 3, 5] }),
    ]);
    const differences = [
      {
        key: reactionsKey(groupId, 3, '👍'),
        differences: [{ attribute: 'item', stored: true, expected: false }],
      },
      { key: pinsKey(groupId), differences: [{ attribute: 'seqs', stored: [2, 3, 5], expected: [2] }] },
    ];
    expect(await compareSummaries(here, groupId)).toEqual({ differences, faults: [] });
    expect(await rebuildSummaries(here, groupId)).toEqual({ differences, faults: [] });
    expect(await compareSummaries(there, groupId)).toEqual(NOTHING);
    expect([...(await there.pins.find(groupId))]).toEqual([2]);
    expect(await there.reactions.inRange(groupId, { from: 1, to: 9 })).toMatchObject([{ seq: 4 }]);
  });
});

describe('an attribute that is not what the log says', () => {
  it.each<[string, unknown, unknown]>([
    ['last_seq', 4, LENGTH],
    ['last_seq', 99, LENGTH],
    ['last_n', 4, LENGTH],
    ['last_rev', 3, 0],
    ['last_at', '1999-01-01T00:00:00.000Z', timeOf(LENGTH)],
    ['last_by', 'grace', 'kay'],
    ['last_kind', 'system', 'text'],
    ['preview', 'wrong', 'text 6'],
    ['last_deleted_seq', 3, 5],
    ['last_deleted_seq', 6, 5],
  ])('is found in META, %s %j, and repaired', async (attribute, stored, expected) => {
    const groupId = await startGroup();
    await setAttributes(groupKey(groupId), { last_n: LENGTH, [attribute]: stored });
    const found = { key: groupKey(groupId), differences: [{ attribute, stored, expected }] };
    expect(await compareSummaries(here, groupId)).toEqual({ differences: [found], faults: [] });
    expect(await rebuildSummaries(here, groupId)).toEqual({ differences: [found], faults: [] });
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });

  it.each<[string, unknown, unknown]>([
    ['last_rev', 3, 0],
    ['preview', 'wrong', 'text 6'],
    ['last_deleted_seq', 3, 5],
    ['read_n', 2, 0],
  ])('is found in a row of a pair, %s, and repaired', async (attribute, stored, expected) => {
    const { groupId, userIds } = await startPair();
    const key = memberKey(groupId, userIds[0]);
    await setAttributes(key, { [attribute]: stored });
    const found = { key, differences: [{ attribute, stored, expected }] };
    expect(await compareSummaries(here, groupId)).toEqual({ differences: [found], faults: [] });
    expect(await rebuildSummaries(here, groupId)).toEqual({ differences: [found], faults: [] });
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });

  it('is the place of a pair’s row in the inbox, outside the day before its newest message or with another end', async () => {
    const { groupId, userIds } = await startPair();
    const right = directInboxSk(timeOf(LENGTH), groupId);
    const key = memberKey(groupId, userIds[1]);
    for (const wrong of [
      directInboxSk(timeOf(LENGTH + 1), groupId),
      directInboxSk(timeOf(1), newGroupId()),
    ]) {
      await setAttributes(key, { inbox_sk: wrong });
      const [found] = (await rebuildSummaries(here, groupId)).differences;
      expect(found?.differences).toEqual([{ attribute: 'inbox_sk', stored: wrong, expected: right }]);
    }
    await setAttributes(key, { inbox_sk: directInboxSk(timeOf(1), groupId) });
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });
});

describe('a read mark', () => {
  const markIn = async (groupId: string) => {
    const row = await there.members.find(groupId, 'ada');
    return row && [row.read_seq, row.read_n];
  };

  it('is kept, and its count is that of the message it names', async () => {
    const groupId = await startGroup();
    await setAttributes(memberKey(groupId, 'ada'), { read_seq: 4, read_n: 2 });
    const [found] = (await rebuildSummaries(here, groupId)).differences;
    expect(found?.differences).toEqual([{ attribute: 'read_n', stored: 2, expected: 4 }]);
    expect(await markIn(groupId)).toEqual([4, 4]);
  });

  it('is held to the end of the log', async () => {
    const groupId = await startGroup();
    await setAttributes(memberKey(groupId, 'ada'), { read_seq: 99 });
    await rebuildSummaries(here, groupId);
    expect(await markIn(groupId)).toEqual([LENGTH, LENGTH]);
  });

  it('is raised by the member’s own texts, and not by system messages about them', async () => {
    const groupId = await startGroup();
    await putItems(db().table, [
      messageItem({ groupId, seq: 2, user_uuid: 'ada' }),
      messageItem({ groupId, seq: 4, n: 3, kind: 'system', message: null, user_uuid: 'ada' }),
      messageItem({ groupId, seq: 6, n: 5, user_uuid: 'kay' }),
      messageItem({ groupId, seq: 5, n: 4, user_uuid: 'kay', rev: 1, message: null, deleted_at: timeOf(6) }),
    ]);
    expect((await rebuildSummaries(here, groupId)).faults).toEqual([]);
    expect(await markIn(groupId)).toEqual([2, 2]);
    expect(await there.groups.find(groupId)).toMatchObject({ last_seq: 6, last_n: 5 });
  });

  it('that moves while the row is repaired is kept', async () => {
    const groupId = await startGroup();
    await setAttributes(memberKey(groupId, 'ada'), { read_seq: 4, read_n: 2 });
    flaky.before('UpdateItem', () => there.members.raiseMark(groupId, 'ada', { seq: 5, n: 5 }));
    await rebuildSummaries(here, groupId);
    expect(await markIn(groupId)).toEqual([5, 5]);
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });

  it('is found on every page of a large group', async () => {
    const groupId = await startGroup();
    const userIds = upTo(1_000).map((index) => `user-${String(index).padStart(4, '0')}`);
    await putItems(
      db().table,
      userIds.map((userId) => namedMemberItem({ groupId, userId })),
    );
    const wrong = ['ada', 'user-0001', 'user-1000'].map((userId) => memberKey(groupId, userId));
    for (const key of wrong) await setAttributes(key, { read_seq: 99 });
    expect((await rebuildSummaries(here, groupId)).differences.map(({ key }) => key)).toEqual(wrong);
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });
});

describe('a direct group without one of its rows, or both', () => {
  it('gets the row back, with what its user has read of their own', async () => {
    const { groupId, userIds } = await startPair();
    const [one, other] = userIds;
    await putItem(db().table, messageItem({ groupId, seq: 4, user_uuid: other }));
    await deleteItem(db().table, memberKey(groupId, other));
    const missing = { attribute: 'item', stored: false, expected: true };
    const found = { key: memberKey(groupId, other), differences: [missing] };
    expect((await compareSummaries(here, groupId)).differences).toContainEqual(found);
    expect((await rebuildSummaries(here, groupId)).differences).toContainEqual(found);
    expect(await there.members.find(groupId, other)).toMatchObject({
      peer: one,
      read_seq: 4,
      last_seq: LENGTH,
    });
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });

  it('gets both where the log names the two, and otherwise is reported', async () => {
    const { groupId, userIds } = await startPair();
    await setAttributes(groupKey(groupId), { created_by: userIds[0] });
    for (const userId of userIds) await deleteItem(db().table, memberKey(groupId, userId));
    const { faults } = await rebuildSummaries(here, groupId);
    expect(faults).toEqual([{ key: groupKey(groupId), fault: expect.stringContaining('whose they were') }]);
    await putItems(
      db().table,
      upTo(LENGTH).map((seq) => messageItem({ groupId, seq, user_uuid: userIds[seq % 2] ?? '' })),
    );
    await rebuildSummaries(here, groupId);
    expect(await there.members.pair(groupId)).toHaveLength(2);
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
  });
});

describe('the notes of deleted messages', () => {
  it('are stored where they are missing, and removed where nothing was deleted', async () => {
    const groupId = await startGroup();
    await deleteItem(db().table, deletedKey(groupId, 3));
    await putItems(db().table, [deletedKey(groupId, 4), deletedKey(groupId, 77)]);
    const keys = (await compareSummaries(here, groupId)).differences.map(({ key }) => key);
    const wrong = [3, 4, 77].map((seq) => deletedKey(groupId, seq));
    expect(keys).toHaveLength(3);
    expect(keys).toEqual(expect.arrayContaining(wrong));
    await rebuildSummaries(here, groupId);
    expect(await there.changes.deletedIn(groupId, { from: 1, to: 999 })).toEqual(DELETED);
  });

  it('stay where the message is deleted while the note is about to be removed', async () => {
    const groupId = await startGroup();
    await putItem(db().table, deletedKey(groupId, 4));
    flaky.before('TransactWriteItems', () =>
      putItem(db().table, tombstone(messageItem({ groupId, seq: 4, user_uuid: 'kay' }))),
    );
    await rebuildSummaries(here, groupId);
    expect(await there.changes.deletedIn(groupId, { from: 1, to: 999 })).toEqual([3, 4, 5]);
  });
});

describe('the list of public groups', () => {
  const makePublic = (groupId: string) => setAttributes(groupKey(groupId), { visibility: 'public' });
  const listings = async (groupId: string) =>
    (await there.listings.page('', 1_000)).filter((listing) => listing.groupId === groupId);
  const differencesOf = (groupId: string, ...differences: object[]) => ({
    ...NOTHING,
    differences: [{ key: listingKey(groupId), differences }],
  });

  it('has each group that META says is public, by its name, and no other', async () => {
    const [missing, misplaced, stray] = [await startGroup(), await startGroup(), await startGroup()];
    for (const groupId of [missing, misplaced]) await makePublic(groupId);
    await putItems(db().table, [listingItem(misplaced, 'another'), listingItem(stray, 'a group')]);
    const place = (groupId: string, name = 'a group') => listingItem(groupId, name).inbox_sk;
    const expected: (readonly [string, object])[] = [
      [missing, { attribute: 'item', stored: false, expected: true }],
      [misplaced, { attribute: 'inbox_sk', stored: place(misplaced, 'another'), expected: place(misplaced) }],
      [stray, { attribute: 'item', stored: true, expected: false }],
    ];
    for (const [groupId, difference] of expected) {
      expect(await compareSummaries(here, groupId)).toEqual(differencesOf(groupId, difference));
      expect(await rebuildSummaries(here, groupId)).toEqual(differencesOf(groupId, difference));
      expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
    }
    expect(await listings(missing)).toEqual([{ groupId: missing, inbox_sk: place(missing) }]);
    expect(await listings(misplaced)).toEqual([{ groupId: misplaced, inbox_sk: place(misplaced) }]);
    expect(await listings(stray)).toEqual([]);
  });

  it('follows a group that becomes private while its place is repaired', async () => {
    const groupId = await startGroup();
    await makePublic(groupId);
    flaky.before('TransactWriteItems', () =>
      there.table.send(
        new UpdateCommand({
          TableName: db().tableName,
          Key: groupKey(groupId),
          UpdateExpression: 'REMOVE visibility',
        }),
      ),
    );
    await rebuildSummaries(here, groupId);
    expect(await listings(groupId)).toEqual([]);
  });
});

describe('what cannot be repaired', () => {
  it('is an item that was removed from the log', async () => {
    const groupId = await startGroup();
    await deleteItem(db().table, messageKey(groupId, 2));
    const gap = { key: messageKey(groupId, 2), fault: expect.stringContaining('missing') };
    expect((await compareSummaries(here, groupId)).faults).toEqual([gap]);
    expect((await rebuildSummaries(here, groupId)).faults).toEqual([gap]);
  });

  it('is the beginning of a log that is missing, named once', async () => {
    const groupId = await startGroup();
    for (const seq of [1, 2]) await deleteItem(db().table, messageKey(groupId, seq));
    const gap = { key: messageKey(groupId, 1), fault: expect.stringContaining('all up to 2') };
    expect((await compareSummaries(here, groupId)).faults).toEqual([gap]);
  });

  it('is an n that the messages before it do not make', async () => {
    const groupId = await startGroup();
    await setAttributes(messageKey(groupId, 4), { n: 7 });
    const faults = (await compareSummaries(here, groupId)).faults.map(({ key }) => key);
    expect(faults).toEqual([messageKey(groupId, 4), messageKey(groupId, 5)]);
  });

  it('is a gap in the change log', async () => {
    const groupId = await startGroup();
    for (const seq of [3, 5, 6]) await there.changes.append(groupId, { seqs: [seq], changed_at: timeOf(9) });
    await deleteItem(db().table, changeKey(groupId, 2));
    const gap = { key: changeKey(groupId, 2), fault: expect.stringContaining('missing') };
    expect((await compareSummaries(here, groupId)).faults).toEqual([gap]);
  });

  it.each<[string, object]>([
    ['has no rev', { rev: undefined }],
    ['has a rev of another type', { rev: 'x' }],
    ['has no time', { created_at: 'yesterday' }],
    ['has no author', { user_uuid: undefined }],
    ['is under a key that is no message’s', { sk: 'MSG#00000000000x' }],
  ])('is an item that %s, and then no summary is made of the rest', async (_what, wrong) => {
    const groupId = await startGroup();
    await setAttributes(groupKey(groupId), { preview: 'wrong' });
    const item = { ...messageItem({ groupId, seq: 2 }), ...wrong };
    await putItem(db().table, JSON.parse(JSON.stringify(item)) as typeof item);
    const { differences, faults } = await rebuildSummaries(here, groupId);
    expect(differences).toEqual([]);
    expect(faults).toEqual([
      { key: { pk: item.pk, sk: item.sk }, fault: expect.stringContaining('no message'), isUnreadable: true },
    ]);
    expect(await there.groups.find(groupId)).toMatchObject({ preview: 'wrong' });
  });

  it('is a group without any message', async () => {
    const groupId = await startGroup();
    for (const seq of upTo(LENGTH)) await deleteItem(db().table, messageKey(groupId, seq));
    const { faults } = await rebuildSummaries(here, groupId);
    expect(faults).toContainEqual({ key: groupKey(groupId), fault: 'has no messages' });
  });
});

describe('a group that is in use', () => {
  it('is not reported for what the stream brings within the time to wait', async () => {
    const groupId = await startGroup();
    const late = messageItem({ groupId, seq: LENGTH + 1, user_uuid: 'ada' });
    await putItem(db().table, late);
    // The group is read, then the summary, which is behind; then the stream brings it, and the summary is read again.
    let reads = 0;
    flaky.before(
      'GetItem',
      async () => {
        reads += 1;
        if (reads === 3) await updateSummaries(there, groupId, factsOf([logEntryOf(late)]));
      },
      { times: 3 },
    );
    expect(await compareSummaries(here, groupId, 60_000)).toEqual(NOTHING);
    expect(reads).toBe(3);
  });

  it('is not reported where the summary is behind messages that came while the log was read', async () => {
    const groupId = await startGroup();
    // The check reads the summary after the log: right before that, another message is stored.
    let reads = 0;
    flaky.before(
      'GetItem',
      async () => {
        reads += 1;
        if (reads === 2)
          await putItem(db().table, messageItem({ groupId, seq: LENGTH + 1, user_uuid: 'kay' }));
      },
      { times: 2 },
    );
    expect(await compareSummaries(here, groupId)).toEqual(NOTHING);
    expect(reads).toBe(2);
  });

  it('keeps a summary that moved on while it was repaired', async () => {
    const groupId = await startGroup();
    await setAttributes(groupKey(groupId), { preview: 'wrong' });
    const late = messageItem({ groupId, seq: LENGTH + 1, user_uuid: 'kay' });
    flaky.before('UpdateItem', async () => {
      await putItem(db().table, late);
      await updateSummaries(there, groupId, factsOf([logEntryOf(late)]));
    });
    await rebuildSummaries(here, groupId);
    expect(await there.groups.find(groupId)).toMatchObject({ last_seq: LENGTH + 1, preview: 'text 7' });
  });

  it('is not said to have a gap for messages that were written while a page was read', async () => {
    const groupId = await startGroup();
    const [passed, later] = [LENGTH + 1, LENGTH + 2].map((seq) =>
      messageItem({ groupId, seq, user_uuid: 'kay' }),
    );
    if (!passed || !later) throw new Error('two messages');
    // The page has the second of two messages; the first is stored before it is looked for.
    await putItem(db().table, later);
    flaky.before('BatchGetItem', () => putItem(db().table, passed));
    expect((await compareSummaries(here, groupId)).faults).toEqual([]);
  });
});

describe('a repair', () => {
  it('is noted in the change log, once for the group, so that clients load it again', async () => {
    const groupId = await startGroup();
    await setAttributes(groupKey(groupId), { preview: 'wrong' });
    await setAttributes(memberKey(groupId, 'ada'), { read_seq: 99 });
    await rebuildSummaries(here, groupId);
    await rebuildSummaries(here, groupId);
    expect(await there.changes.after(groupId, 0, 9)).toEqual([
      { groupId, change: 1, all: true, changed_at: expect.any(String) },
    ]);
  });
});
