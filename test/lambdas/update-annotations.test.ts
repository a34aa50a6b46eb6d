import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Change, Publisher } from '../../backend/events/changes.ts';
import { createLogger } from '../../backend/logger.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { createHandler, type FailureQueue } from '../../lambdas/update-summaries/handler.ts';
import { streamStores } from '../../lambdas/update-summaries/stores.ts';
import { reactionsKey } from '../../schema/keys.ts';
import {
  image,
  itemRecord,
  messageItem,
  newGroupId,
  newUserId,
  pinsItem,
  reactionsItem,
  streamEvent,
  streamRecord,
  tombstone,
} from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { asTableUser } from '../support/recorded-calls.ts';
import { addDirectGroup, addGroup, putItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* What the stream's handler makes of records of reactions and pins. */

const CLIENT_ATTEMPTS = 4;

const db = useTestTable();
let flaky: FlakyEngine;
let there: Wiring;
const failures = jest.fn<FailureQueue>();
const publish = jest.fn<Publisher['publish']>();

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  there = db().newContext();
});
beforeEach(() => {
  failures.mockReset();
  publish.mockReset();
  // The client waits a random part of a longest time between its attempts: this is the shortest.
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  flaky.reset();
  jest.restoreAllMocks();
});
afterAll(() => flaky.close());

function handle(...records: readonly DynamoDBRecord[]) {
  const stores = streamStores(db().through(flaky.endpoint));
  const parts = { ...stores, events: { publish }, failures, logger: createLogger('silent') };
  return asTableUser('update-summaries', () => createHandler(parts)(streamEvent(records)));
}

/** A record of pins, after others. */
function pinsRecord(groupId: string, seqs: readonly number[], before: readonly number[]): DynamoDBRecord {
  const record = itemRecord(pinsItem({ groupId, seqs }), { eventName: 'MODIFY' });
  return {
    ...record,
    dynamodb: { ...record.dynamodb, OldImage: image(pinsItem({ groupId, seqs: before })) },
  };
}

const startGroup = async (length = 9) =>
  (await addGroup(db().table, { userIds: [newUserId()], length })).groupId;

const inShort = (change: Change): string => {
  if (change.kind === 'reactions') return `reactions to ${change.seqs.join(' ')}`;
  return change.kind === 'change' ? `change of ${change.seqs.join(' ')}` : change.kind;
};
const published = () => publish.mock.calls.map(([change]) => inShort(change));

describe('records of reactions and pins', () => {
  it('are logged by one entry, and published before it: each message once', async () => {
    const groupId = await startGroup();
    await handle(
      itemRecord(reactionsItem({ groupId, seq: 4 })),
      itemRecord(reactionsItem({ groupId, seq: 2 })),
      itemRecord(reactionsItem({ groupId, seq: 4, emoji: '🎉' })),
      pinsRecord(groupId, [1, 7], [1, 3]),
      streamRecord(messageItem({ groupId, seq: 9 })),
    );
    expect(published()).toEqual(['versions', 'reactions to 4 2', 'pins', 'change of 2 3 4 7']);
    expect(await there.changes.after(groupId, 0, 9)).toMatchObject([{ change: 1, seqs: [2, 3, 4, 7] }]);
  });

  it('of a direct group are for its two users, of a named one for its members as of now', async () => {
    const userIds = [newUserId(), newUserId()] as const;
    const { groupId: direct } = await addDirectGroup(db().table, { userIds, length: 3 });
    await handle(itemRecord(reactionsItem({ groupId: direct })));
    const [toDirect] = publish.mock.calls.map(([change]) => ('to' in change ? change.to : undefined));
    expect(toDirect).toEqual({ userIds: [...userIds].sort() });
    publish.mockReset();
    const groupId = await startGroup();
    await handle(itemRecord(reactionsItem({ groupId })));
    const [toNamed] = publish.mock.calls.map(([change]) => ('to' in change ? change.to : undefined));
    expect(toNamed).toEqual({ groupId, membershipSeq: 1 });
  });

  it('of hundreds of messages are published 100 at a time', async () => {
    const groupId = await startGroup(3);
    await handle(...upTo(250).map((seq) => itemRecord(reactionsItem({ groupId, seq }))));
    const counts = publish.mock.calls.flatMap(([one]) => (one.kind === 'reactions' ? [one.seqs.length] : []));
    expect(counts).toEqual([100, 100, 50]);
  });

  it('change neither a summary nor a read mark', async () => {
    const groupId = await startGroup();
    const before = await there.groups.find(groupId);
    await handle(itemRecord(reactionsItem({ groupId })), pinsRecord(groupId, [2], []));
    expect(await there.groups.find(groupId)).toEqual(before);
    expect(flaky.count('UpdateItem')).toBe(0);
  });

  it('of a group that does not exist any more publish and log nothing', async () => {
    const groupId = newGroupId();
    expect(await handle(itemRecord(reactionsItem({ groupId })))).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual([]);
    expect(await there.changes.newest(groupId)).toBe(0);
  });

  it('that were removed are passed over: the function does that itself', async () => {
    const groupId = await startGroup();
    const removed = itemRecord(reactionsItem({ groupId }), { eventName: 'REMOVE' });
    expect(await handle(removed)).toEqual({ batchItemFailures: [] });
    expect(published()).toEqual([]);
  });

  it.each([
    ['reactions without a message', { sk: 'RCT#000000000000#👍' }],
    ['reactions without an emoji', { sk: 'RCT#000000000002#' }],
    ['reactions with a list of users', { users: ['ada'] }],
    ['pins with texts', { sk: 'PINS', seqs: new Set(['one']) }],
    ['pins with 0', { sk: 'PINS', seqs: new Set([0]) }],
  ])('that can never be read, %s, are skipped, and their keys kept', async (_what, values) => {
    const groupId = await startGroup();
    const good = itemRecord(reactionsItem({ groupId, seq: 3 }));
    const bad = { ...reactionsItem({ groupId }), users: undefined, ...values };
    expect(await handle(itemRecord(bad), good)).toEqual({ batchItemFailures: [] });
    expect(failures.mock.calls).toEqual([[[{ pk: bad.pk, sk: bad.sk }]]]);
    expect(published()).toEqual(['reactions to 3', 'change of 3']);
  });

  it('with an image of another key are skipped', async () => {
    const groupId = await startGroup();
    const record = itemRecord(reactionsItem({ groupId, seq: 2 }));
    const NewImage = image(reactionsItem({ groupId, seq: 3 }));
    await handle({ ...record, dynamodb: { ...record.dynamodb, NewImage } });
    expect(failures.mock.calls).toEqual([[[reactionsKey(groupId, 2, '👍')]]]);
  });
});

describe('a deletion', () => {
  it('removes reactions and the pin before its change is logged; a repeated record finds nothing', async () => {
    const groupId = await startGroup();
    await putItems(db().table, [
      reactionsItem({ groupId, seq: 4 }),
      reactionsItem({ groupId, seq: 4, emoji: '🎉', users: [] }),
      reactionsItem({ groupId, seq: 5 }),
      pinsItem({ groupId, seqs: [4, 5] }),
    ]);
    const deleted = tombstone(messageItem({ groupId, seq: 4 }));
    await putItem(db().table, deleted);
    flaky.before(
      'PutItem',
      async () => {
        expect(await there.reactions.inRange(groupId, { from: 1, to: 9 })).toMatchObject([{ seq: 5 }]);
        expect([...(await there.pins.find(groupId))]).toEqual([5]);
      },
      { where: ({ body }) => JSON.stringify(body).includes('CHG#') },
    );
    await handle(streamRecord(deleted));
    const writes = () => [flaky.count('DeleteItem'), flaky.count('UpdateItem')];
    const [removals] = writes();
    expect(removals).toBe(2);
    flaky.reset();
    await handle(streamRecord(deleted));
    expect(writes()[0]).toBe(0);
  });

  it('is reported to come again where its reactions cannot be removed, and then they are', async () => {
    const groupId = await startGroup();
    await putItem(db().table, reactionsItem({ groupId, seq: 4 }));
    const other = itemRecord(reactionsItem({ groupId: await startGroup(), seq: 2 }));
    const record = streamRecord(tombstone(messageItem({ groupId, seq: 4 })));
    flaky.refuse('DeleteItem', 'ProvisionedThroughputExceededException', { times: CLIENT_ATTEMPTS });
    expect(await handle(other, record)).toEqual({
      batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber }],
    });
    expect(await there.changes.newest(groupId)).toBe(0);
    expect(await handle(other, record)).toEqual({ batchItemFailures: [] });
    expect(await there.reactions.inRange(groupId, { from: 1, to: 9 })).toEqual([]);
    expect(failures).not.toHaveBeenCalled();
  });

  it('and a reaction to it in one batch leave nothing, in either order', async () => {
    for (const order of ['deletion first', 'reaction first']) {
      const groupId = await startGroup();
      await putItems(db().table, [reactionsItem({ groupId, seq: 4 }), pinsItem({ groupId, seqs: [4] })]);
      const deletion = streamRecord(tombstone(messageItem({ groupId, seq: 4 })));
      const reaction = itemRecord(reactionsItem({ groupId, seq: 4 }));
      await handle(...(order === 'deletion first' ? [deletion, reaction] : [reaction, deletion]));
      expect(await there.reactions.inRange(groupId, { from: 1, to: 9 })).toEqual([]);
      expect((await there.pins.find(groupId)).size).toBe(0);
    }
  });
});
