import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { wire } from '../../backend/wiring.ts';
import type { Change } from '../../backend/events/changes.ts';
import { createLogger } from '../../backend/logger.ts';
import type { Table } from '../../backend/table/table.ts';
import type { GroupItem, MessageItem, SystemEvent } from '../../schema/items.ts';
import { messageItem, newUserId, streamEvent, streamRecord, tombstone } from '../support/factories.ts';
import { startFlakyEngine } from '../support/flaky-engine.ts';
import { deliver } from '../support/lambda.ts';
import { addGroup, deleteItem, putItem } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* What the stream's handler tells, whatever became of it, or of the API, before. */

const db = useTestTable();
let told: Change[];
beforeEach(() => {
  told = [];
});

const handlerOn = (table: Table) =>
  createHandler({
    ...wire({ table }),
    events: {
      publish: (change) => {
        told.push(change);
        return Promise.resolve();
      },
    },
    failures: (keys) => Promise.reject(new Error(`${keys.length} records cannot be handled`)),
    logger: createLogger('silent'),
  });

const kinds = () => told.map(({ kind }) => kind);
const rowsTold = () => told.flatMap((change) => (change.kind === 'message_group' ? change.rows : []));
const [ada, grace] = [newUserId(), newUserId()];

/** The message that tells of a change of a group, which is Ada's doing. */
function system(groupId: string, data: SystemEvent): MessageItem {
  return messageItem({ groupId, seq: 1, user_uuid: ada, kind: 'system', data });
}

describe('every row is told', () => {
  it('when another one could not be written at first', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace] });
    const flaky = await startFlakyEngine(db().endpoint);
    try {
      flaky.refuse('UpdateItem', 'ProvisionedThroughputExceededException', {
        times: 4,
        where: ({ body }) => JSON.stringify(body['Key']).includes(grace),
      });
      const next = messageItem({ groupId, seq: 2, user_uuid: ada });
      expect(await deliver(handlerOn(db().through(flaky.endpoint)), [streamRecord(next)])).toBe(2);
      expect(rowsTold()).toMatchObject(
        [
          { userId: ada, last_seq: 2 },
          { userId: grace, last_seq: 2 },
        ].toSorted((one, other) => (one.userId < other.userId ? -1 : 1)),
      );
    } finally {
      await flaky.close();
    }
  });

  it('when the handler has been here before, and died before it told anybody', async () => {
    const { messages } = await addGroup(db().table, { userIds: [ada, grace], length: 3 });
    const gone = messages.slice(1, 2).map(tombstone);
    const records = [...messages, ...gone].map((message) => streamRecord(message));
    await handlerOn(db().table)(streamEvent(records));
    const first = told;
    told = [];
    await handlerOn(db().table)(streamEvent(records));
    expect(told).toEqual(first);
    expect(rowsTold()).toHaveLength(2);
  });
});

it('rows come before messages, and departures after them', async () => {
  const { groupId } = await addGroup(db().table, { userIds: [ada] });
  await handlerOn(db().table)(
    streamEvent([
      streamRecord(system(groupId, { event: 'member_removed', user_uuid: grace })),
      streamRecord(messageItem({ groupId, seq: 2, user_uuid: ada })),
    ]),
  );
  expect(kinds()).toEqual(['message_group', 'message', 'message', 'message_group_left']);
  expect(told.at(-1)).toEqual({ kind: 'message_group_left', to: [grace], groupId, seq: 1 });
});

it.each<[string, SystemEvent]>([
  ['were removed', { event: 'member_removed', user_uuid: grace }],
  ['left', { event: 'member_left' }],
])('nobody hears that they %s who has come back since', async (_what, data) => {
  const { groupId } = await addGroup(db().table, { userIds: [ada, grace] });
  await handlerOn(db().table)(streamEvent([streamRecord(system(groupId, data))]));
  expect(kinds()).toEqual(['message_group', 'message']);
});

it('who left of themselves hears it', async () => {
  const { groupId } = await addGroup(db().table, { userIds: [grace] });
  await handlerOn(db().table)(streamEvent([streamRecord(system(groupId, { event: 'member_left' }))]));
  expect(told.at(-1)).toEqual({ kind: 'message_group_left', to: [ada], groupId, seq: 1 });
});

it('a change of the group comes with the group as it is now, any other message without', async () => {
  const { groupId, group } = await addGroup(db().table, { userIds: [ada], name: 'Before' });
  const named: GroupItem = { ...group, name: 'Now' };
  await putItem(db().table, named);
  const renamed = system(groupId, { event: 'group_renamed', name: 'Between' });
  await handlerOn(db().table)(streamEvent([streamRecord(renamed)]));
  expect(told[0]).toMatchObject({ kind: 'message_group', group: { name: 'Now' } });
  told = [];
  await handlerOn(db().table)(streamEvent([streamRecord(messageItem({ groupId, seq: 2 }))]));
  expect(told[0]).not.toHaveProperty('group');
});

it('nothing is told to who is gone by the time their row is to be written', async () => {
  const { groupId, members } = await addGroup(db().table, { userIds: [ada, grace] });
  const flaky = await startFlakyEngine(db().endpoint);
  try {
    const row = members.find(({ inbox_pk }) => inbox_pk === `USER#${grace}`);
    if (!row) throw new Error('she was a member');
    const isHers = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) =>
      JSON.stringify(body['Key']).includes(grace);
    flaky.before('UpdateItem', () => deleteItem(db().table, row), { where: isHers });
    const next = messageItem({ groupId, seq: 2, user_uuid: ada });
    await handlerOn(db().through(flaky.endpoint))(streamEvent([streamRecord(next)]));
    expect(rowsTold().map(({ userId }) => userId)).toEqual([ada]);
    expect(told.find(({ kind }) => kind === 'message')).toMatchObject({ to: [ada] });
  } finally {
    await flaky.close();
  }
});
