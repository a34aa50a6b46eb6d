import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DynamoDBRecord, DynamoDBStreamEvent, StreamRecord } from 'aws-lambda';
import { memberOf } from '../../backend/table/items.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import type { Publisher } from '../../backend/events/changes.ts';
import { createLogger } from '../../backend/logger.ts';
import { createHandler, type FailureQueue } from '../../lambdas/update-summaries/handler.ts';
import type { NamedGroup } from '../../backend/domain/model.ts';
import type { MessageItem } from '../../schema/items.ts';
import { groupKey, type Key, memberKey, messageKey, profileKey } from '../../schema/keys.ts';
import {
  edited,
  groupItem,
  image,
  itemRecord,
  messageItem,
  namedMemberItem,
  newDirectId,
  newGroupId,
  newUserId,
  streamEvent,
  streamRecord,
  timeOf,
  tombstone,
} from '../support/factories.ts';
import { type EngineRequest, type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { asTableUser } from '../support/recorded-calls.ts';
import {
  addDirectGroup,
  addGroup,
  addPerson,
  deleteItem,
  putItem,
  putItems,
  upTo,
} from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const CLIENT_ATTEMPTS = 4;

const db = useTestTable();
let flaky: FlakyEngine;
/** The handler's own way to the table, and that of everybody else. */
let context: Wiring;
let there: Wiring;
const failures = jest.fn<FailureQueue>();
const logged: string[] = [];
const logger = createLogger(
  'info',
  new Writable({
    write: (line, _, done) => {
      logged.push(String(line));
      done();
    },
  }),
);
const publish = jest.fn<Publisher['publish']>();
const parts = { events: { publish }, failures, logger };
const handler = (event: DynamoDBStreamEvent) =>
  asTableUser('update-summaries', () => createHandler({ ...context, ...parts })(event));

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  context = wire({ table: db().through(flaky.endpoint) });
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
  logged.length = 0;
  jest.restoreAllMocks();
});
afterAll(async () => {
  await flaky.close();
});

type Image = NonNullable<StreamRecord['NewImage']>;

/** What can be wrong with an image, laid over a right one. */
const MALFORMED: Readonly<Record<string, Image | 'none'>> = {
  'has no image': 'none',
  'has an empty image': {},
  'has a seq that is no number': { seq: { S: '2' } },
  'has a seq of 0': { seq: { N: '0' } },
  'has a seq that no log has': { seq: { N: '1000000000000' } },
  'has a number that JavaScript cannot hold': { seq: { N: '99999999999999999999999999999999999999' } },
  'has a number that is none': { seq: { N: 'two' } },
  'has an attribute of a type that nobody knows': JSON.parse('{ "seq": { "V2": "2" } }') as Image,
  'has a fraction for a rev': { rev: { N: '0.5' } },
  'has an unknown kind': { kind: { S: 'video' } },
  'has no time': { created_at: { S: 'yesterday' } },
  'has no author': { user_uuid: { NULL: true } },
  'has the seq of another key': { seq: { N: '500' } },
  'has another sort key, with its seq': { seq: { N: '500' }, sk: { S: 'MSG#000000000500' } },
  'has the partition key of another group': { pk: { S: 'GRP#01HK1ZC0ZZ0000000000000002' } },
  'has a key of another type': { sk: { N: '2' } },
  'has a seq that is the text NaN': { seq: { N: 'NaN' } },
  'has a seq without end': { seq: { N: 'Infinity' } },
  'has a number beyond what is exact': { rev: { N: '9007199254740993' } },
  'has an attribute that is null': JSON.parse('{ "rev": null }') as Image,
  'has bytes that are none': JSON.parse('{ "message": { "B": 7 } }') as Image,
};

const WHOLE = streamRecord(messageItem({ groupId: newGroupId(), seq: 2 }));
const { dynamodb: WHOLE_CHANGE } = WHOLE;

/** Records without a key that can be read: what they are of is not known. */
const WITHOUT_KEY: Readonly<Record<string, unknown>> = {
  'is null': null,
  'is a text': 'record',
  'is empty': {},
  'has no change': { ...WHOLE, dynamodb: undefined },
  'has a change that is null': { ...WHOLE, dynamodb: null },
  'has no keys': { ...WHOLE, dynamodb: { ...WHOLE_CHANGE, Keys: undefined } },
  'has keys that are null': { ...WHOLE, dynamodb: { ...WHOLE_CHANGE, Keys: null } },
  'has keys that are empty': { ...WHOLE, dynamodb: { ...WHOLE_CHANGE, Keys: {} } },
  'lacks the sort key': { ...WHOLE, dynamodb: { ...WHOLE_CHANGE, Keys: { pk: { S: 'GRP#x' } } } },
  'lacks the partition key': {
    ...WHOLE,
    dynamodb: { ...WHOLE_CHANGE, Keys: { sk: { S: 'MSG#000000000002' } } },
  },
  'has a key of another type': {
    ...WHOLE,
    dynamodb: { ...WHOLE_CHANGE, Keys: { pk: { S: 'GRP#x' }, sk: { N: '2' } } },
  },
  'has a key that is null': {
    ...WHOLE,
    dynamodb: { ...WHOLE_CHANGE, Keys: { pk: { S: 'GRP#x' }, sk: null } },
  },
};

const RIGHT = { differences: [], faults: [] };

describe('a batch', () => {
  it('as Lambda delivers it is applied to META, to the authors’ rows and to the deleted seqs', async () => {
    const event = JSON.parse(
      readFileSync(new URL('../fixtures/stream-event.json', import.meta.url), 'utf8'),
    ) as DynamoDBStreamEvent;
    const groupId = '01HK1ZC0ZZ0000000000000001';
    await putItems(db().table, [
      groupItem({ groupId }),
      ...['ada', 'grace'].map((userId) => namedMemberItem({ groupId, userId, read_seq: 1 })),
    ]);
    expect(await handler(event)).toEqual({ batchItemFailures: [] });
    const group = await namedGroupOf(groupId);
    expect(group).toMatchObject({ last_seq: 3, last_rev: 1, last_by: 'grace', last_deleted_seq: 3 });
    expect(group.preview).toBeNull();
    expect(await there.changes.deletedIn(groupId, { from: 1, to: 9 })).toEqual([3]);
    expect(await there.changes.after(groupId, 0, 9)).toMatchObject([{ change: 1, seqs: [3] }]);
    const [ada, grace] = await there.members.list(groupId, 9);
    expect([ada?.read_seq, grace?.read_seq]).toEqual([1, 3]);
    const unread = [ada, grace].map(async (row) => row && unreadCount(there, { ...row, summary: group }));
    expect(await Promise.all(unread)).toEqual([1, 0]);
    expect(failures).not.toHaveBeenCalled();
  });

  it('of encrypted texts is applied as it is, without a key', async () => {
    const groupId = await startGroup(1);
    const [encrypted, beginning] = [new Uint8Array([0, 200, 255]), new Uint8Array([1, 255])];
    const previewAfter = async (message: MessageItem) => {
      await handler(streamEvent([streamRecord(message)]));
      return (await namedGroupOf(groupId)).preview;
    };
    const short = messageItem({ groupId, seq: 2, message: encrypted });
    expect(await previewAfter(short)).toEqual(encrypted);
    const long = { ...short, seq: 3, sk: messageKey(groupId, 3).sk, preview: beginning };
    expect(await previewAfter(long)).toEqual(beginning);
    // A tombstone shows nothing, whatever other attributes it has.
    expect(await previewAfter({ ...tombstone(long), preview: beginning })).toBeNull();
  });

  it('without records writes nothing', async () => {
    expect(await handler(streamEvent([]))).toEqual({ batchItemFailures: [] });
  });

  it('of many messages writes the summary once, and each author’s row once', async () => {
    const groupId = await startGroup(50);
    const records = Array.from({ length: 50 }, (_, place) => record(groupId, place + 1));
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    // Kay, who wrote them all, is no member: the condition on the row fails.
    expect([flaky.count('GetItem'), flaky.count('UpdateItem'), flaky.count('PutItem')]).toEqual([1, 2, 0]);
    expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
  });

  it('of a pair writes each row once', async () => {
    const { groupId } = await startPair(50);
    const records = Array.from({ length: 50 }, (_, place) => record(groupId, place + 1));
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect([flaky.count('Query'), flaky.count('UpdateItem'), flaky.count('PutItem')]).toEqual([1, 2, 0]);
    expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
  });

  it('that is delivered again writes no summary', async () => {
    const groupId = await startGroup(3);
    const event = streamEvent([record(groupId, 2), record(groupId, 3)]);
    await handler(event);
    flaky.reset();
    await handler(event);
    const touched = touches(groupKey(groupId));
    flaky.before('UpdateItem', () => Promise.reject(new Error('a summary was written')), { where: touched });
    await handler(event);
    expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
  });

  it('with the first message of a direct group writes nothing: the rows were written with it', async () => {
    const [ada] = [await addPerson(there, 'ada'), await addPerson(there, 'grace')];
    const message = await sendToHandle(there, 'grace', { userId: ada, text: 'hello' });
    expect(await handler(streamEvent([streamRecord(message)]))).toEqual({ batchItemFailures: [] });
    expect([flaky.count('Query'), flaky.count('UpdateItem')]).toEqual([1, 0]);
  });

  it('of other items, or of a message’s removal, reads nothing', async () => {
    const groupId = await startGroup(3);
    const records = [
      record(groupId, 3, { eventName: 'REMOVE' }),
      itemRecord(namedMemberItem({ groupId, userId: 'ada' })),
      itemRecord(namedMemberItem({ groupId, userId: 'ada' }), { eventName: 'MODIFY' }),
      itemRecord(groupKey(groupId)),
      itemRecord(profileKey('ada')),
      itemRecord({ pk: 'HANDLE#ms', sk: 'MSG#000000000001' }),
      { eventName: 'INSERT' } as const,
    ];
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect([flaky.count('GetItem'), flaky.count('Query'), flaky.count('UpdateItem')]).toEqual([0, 0, 0]);
    expect(failures).not.toHaveBeenCalled();
  });

  it('of a group that does not exist any more publishes nothing', async () => {
    const records = [record(newGroupId(), 5), record(newDirectId(), 5)];
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect(publish).not.toHaveBeenCalled();
  });

  it('with an image that is older than the summary does not turn it back, and notes the change', async () => {
    const groupId = await startGroup(3);
    const sent = messageItem({ groupId, seq: 3, user_uuid: 'kay' });
    const [once, twice] = [edited(sent, 'once'), edited(edited(sent, 'once'), 'twice')];
    await handler(streamEvent([streamRecord(twice)]));
    await handler(streamEvent([streamRecord(once), streamRecord(sent)]));
    expect(await namedGroupOf(groupId)).toMatchObject({ last_rev: 2, preview: 'twice' });
    expect((await there.changes.after(groupId, 0, 9)).map(({ seqs }) => seqs)).toEqual([[3], [3]]);
  });
});

describe('the users who joined by a message of a batch', () => {
  it('are published, and nothing is read for it', async () => {
    const groupId = await startGroup(2);
    const event = { type: 'members_added' as const, user_uuids: ['barbara', 'alan'], prev: 1 };
    const added = messageItem({
      groupId,
      seq: 2,
      n: 1,
      kind: 'system',
      message: null,
      user_uuid: 'ada',
      event,
    });
    flaky.reset();
    await handler(streamEvent([streamRecord(added)]));
    const joined = publish.mock.calls.flatMap(([change]) => (change.kind === 'membership' ? [change] : []));
    expect(joined).toEqual(
      ['barbara', 'alan'].map((userId) => ({ kind: 'membership', userId, groupId, seq: 2 })),
    );
    expect([flaky.count('BatchGetItem'), flaky.count('Query')]).toEqual([0, 0]);
  });
});

describe('between the read and the write', () => {
  it('a member who is removed is not brought back', async () => {
    const groupId = await startGroup(3);
    const own = messageItem({ groupId, seq: 3, user_uuid: 'grace' });
    const held = flaky.hold('UpdateItem', { where: touches(memberKey(groupId, 'grace')) });
    const done = handler(streamEvent([streamRecord(own)]));
    await held.arrived;
    await deleteItem(db().table, memberKey(groupId, 'grace'));
    held.release();
    expect(await done).toEqual({ batchItemFailures: [] });
    expect(await there.members.find(groupId, 'grace')).toBeUndefined();
    expect(await namedGroupOf(groupId)).toMatchObject({ last_seq: 3 });
  });

  it('a member who comes back with a later mark keeps it', async () => {
    const groupId = await startGroup(3);
    const own = messageItem({ groupId, seq: 3, user_uuid: 'grace' });
    const back = namedMemberItem({ groupId, userId: 'grace', joined_seq: 9, read_seq: 9 });
    const held = flaky.hold('UpdateItem', { where: touches(back) });
    const done = handler(streamEvent([streamRecord(own)]));
    await held.arrived;
    await putItem(db().table, back);
    held.release();
    expect(await done).toEqual({ batchItemFailures: [] });
    expect(await there.members.find(groupId, 'grace')).toEqual(memberOf(back));
  });

  it('a user of a pair who marks it read keeps the mark, and gets the summary', async () => {
    const { groupId, userIds } = await startPair(3);
    const held = flaky.hold('UpdateItem', { where: touches(memberKey(groupId, userIds[1])) });
    const done = handler(streamEvent([record(groupId, 3)]));
    await held.arrived;
    await there.members.raiseMark(groupId, userIds[1], { seq: 2, n: 2 });
    held.release();
    expect(await done).toEqual({ batchItemFailures: [] });
    expect(await there.members.find(groupId, userIds[1])).toMatchObject({ read_seq: 2, last_seq: 3 });
  });

  it('another batch that writes the summary is not undone: the facts of both are in it', async () => {
    const groupId = await startGroup(4);
    const held = flaky.hold('UpdateItem', { where: touches(groupKey(groupId)) });
    const slower = handler(streamEvent([tombstoneRecord(groupId, 2)]));
    await held.arrived;
    await createHandler({ ...there, ...parts })(
      streamEvent([tombstoneRecord(groupId, 3), record(groupId, 4)]),
    );
    held.release();
    await slower;
    expect(await namedGroupOf(groupId)).toMatchObject({ last_seq: 4, last_deleted_seq: 3 });
    expect(await there.changes.deletedIn(groupId, { from: 1, to: 9 })).toEqual([2, 3]);
    expect(await there.changes.newest(groupId)).toBe(2);
  });

  it('many batches of one group that run at once end as the log says, and write little more than one after the other', async () => {
    const groupId = await startGroup(40);
    const batches = Array.from({ length: 10 }, (_, index) =>
      streamEvent(upTo(4).map((place) => record(groupId, 4 * index + place))),
    );
    const outcomes = await Promise.all(batches.map((batch) => handler(batch)));
    expect(outcomes.every(({ batchItemFailures }) => batchItemFailures.length === 0)).toBe(true);
    expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
  });
});

describe('a passing fault', () => {
  it('reports the first record that it hit, and what it did not hit is done', async () => {
    const [one, other] = [await startGroup(3), await startGroup(3)];
    const records = [record(one, 2), record(other, 2), record(one, 3), record(other, 3)];
    flaky.refuse('UpdateItem', 'ProvisionedThroughputExceededException', {
      times: Infinity,
      where: touchesGroup(other),
    });
    expect(await handler(streamEvent(records))).toEqual(failureAt(records, 1));
    expect(await compareSummaries(there, one)).toEqual(RIGHT);
    expect(await namedGroupOf(other)).toMatchObject({ last_seq: 1 });
    expect(failures).not.toHaveBeenCalled();
    flaky.reset();
    expect(await handler(streamEvent(records.slice(1)))).toEqual({ batchItemFailures: [] });
    expect(await compareSummaries(there, other)).toEqual(RIGHT);
  });

  it('that hits several groups reports the earliest record of them all', async () => {
    const groups = [await startGroup(2), await startGroup(2), await startGroup(2)] as const;
    const records = groups.map((groupId) => record(groupId, 2));
    const hit = [touchesGroup(groups[1]), touchesGroup(groups[2])];
    flaky.cut('UpdateItem', { times: Infinity, where: (request) => hit.some((touched) => touched(request)) });
    expect(await handler(streamEvent(records))).toEqual(failureAt(records, 1));
  });

  it.each<[string, () => void]>([
    ['when META cannot be read', () => flaky.cut('GetItem', { times: CLIENT_ATTEMPTS })],
    ['when the engine breaks down', () => flaky.breakDown('UpdateItem', { times: 2 * CLIENT_ATTEMPTS })],
    ['when access is denied', () => flaky.refuse('UpdateItem', 'AccessDeniedException', { times: 2 })],
    ['when the table is not there', () => flaky.refuse('GetItem', 'ResourceNotFoundException')],
  ])('is one that another attempt can overcome: %s', async (_, arm) => {
    const groupId = await startGroup(2);
    const records = [record(groupId, 2)];
    arm();
    expect(await handler(streamEvent(records))).toEqual(failureAt(records, 0));
    expect(failures).not.toHaveBeenCalled();
    flaky.reset();
    await handler(streamEvent(records));
    expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
  });

  it('between the writes of two rows leaves one written, and the next attempt writes the other', async () => {
    const { groupId, userIds } = await startPair(2);
    const records = [record(groupId, 2)];
    const [one, other] = userIds;
    flaky.loseAnswer('UpdateItem', { times: CLIENT_ATTEMPTS, where: touches(memberKey(groupId, one)) });
    flaky.cut('UpdateItem', { times: CLIENT_ATTEMPTS, where: touches(memberKey(groupId, other)) });
    expect(await handler(streamEvent(records))).toEqual(failureAt(records, 0));
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
  });

  it('of the failure queue leaves the batch to come again', async () => {
    failures.mockRejectedValue(new Error('the queue is away'));
    const records = [malformed(await startGroup(2), { seq: { S: 'two' } })];
    await expect(handler(streamEvent(records))).rejects.toThrow('the queue is away');
  });
});

describe('a record that can never succeed', () => {
  it.each(Object.entries(MALFORMED))(
    'because it %s is skipped, its keys go to the failure queue, and the rest is done',
    async (_, wrong) => {
      const groupId = await startGroup(3);
      const bad = malformed(groupId, wrong);
      expect(await handler(streamEvent([bad, record(groupId, 3)]))).toEqual({ batchItemFailures: [] });
      expect(failures.mock.calls).toEqual([[[keyOf(groupId, 2)]]]);
      expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
    },
  );

  it.each(Object.entries(WITHOUT_KEY))(
    'because it %s is skipped and logged, and the rest is done',
    async (_, wrong) => {
      const groupId = await startGroup(3);
      const records = [
        wrong as DynamoDBRecord,
        record(groupId, 2),
        wrong as DynamoDBRecord,
        record(groupId, 3),
      ];
      expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
      expect(failures).not.toHaveBeenCalled();
      expect(JSON.parse(logged.join(''))).toMatchObject({ level: 'error', skipped: 2 });
      expect(await compareSummaries(there, groupId)).toEqual(RIGHT);
    },
  );

  it.each([undefined, null, 'UPSERT', 7])(
    'because of the unknown event %s is skipped, and its keys go to the failure queue',
    async (eventName) => {
      const groupId = await startGroup(3);
      const odd = { ...record(groupId, 2), eventName } as DynamoDBRecord;
      expect(await handler(streamEvent([odd, record(groupId, 3)]))).toEqual({ batchItemFailures: [] });
      expect(failures.mock.calls).toEqual([[[keyOf(groupId, 2)]]]);
    },
  );

  it.each(['MSG#', 'MSG#2', 'MSG#000000000000', 'MSG#00000000000x', 'MSG#0000000000002'])(
    'because its key %s is no message’s is skipped, and its keys go to the failure queue',
    async (sk) => {
      const groupId = await startGroup(3);
      const odd = itemRecord({ ...messageItem({ groupId, seq: 2 }), sk });
      expect(await handler(streamEvent([odd, record(groupId, 3)]))).toEqual({ batchItemFailures: [] });
      expect(failures.mock.calls).toEqual([[[{ pk: groupKey(groupId).pk, sk }]]]);
    },
  );

  it('because the engine will never take it is skipped with its group, and the rest is done', async () => {
    const [bad, good] = [await startGroup(3), await startGroup(3)];
    flaky.refuse('UpdateItem', 'ValidationException', { times: Infinity, where: touchesGroup(bad) });
    const records = [record(bad, 2), record(good, 3), record(bad, 3)];
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect(failures.mock.calls).toEqual([[[keyOf(bad, 2), keyOf(bad, 3)]]]);
    expect(await compareSummaries(there, good)).toEqual(RIGHT);
  });

  it('is logged with its key, and without a word of what was said', async () => {
    const groupId = await startGroup(3);
    const secret = messageItem({ groupId, seq: 2, message: 'a secret' });
    const bad = {
      ...streamRecord(secret),
      dynamodb: { ...streamRecord(secret).dynamodb, NewImage: { ...image(secret), rev: { S: 'x' } } },
    };
    flaky.refuse('UpdateItem', 'ValidationException', { times: Infinity });
    await handler(streamEvent([bad, streamRecord(messageItem({ groupId, seq: 3, message: 'a secret' }))]));
    expect(logged.join('')).toContain(groupId);
    expect(logged.join('')).not.toContain('secret');
  });
});

/** Ada and Grace, a summary that shows the first message, and a log that Kay, who is no member, wrote. */
async function startGroup(length: number): Promise<string> {
  const { groupId } = await addGroup(db().table, { ...SCENE, userIds: ['ada', 'grace'], length });
  return groupId;
}

/** The same of two users. */
async function startPair(length: number) {
  const userIds: [string, string] = [newUserId(), newUserId()];
  const { groupId } = await addDirectGroup(db().table, { ...SCENE, userIds, length });
  return { groupId, userIds };
}

const SCENE = {
  summary: { last_seq: 1, last_rev: 0, last_at: timeOf(1), last_by: 'kay', preview: 'text 1' },
  message: () => ({ user_uuid: 'kay' }),
};

async function namedGroupOf(groupId: string): Promise<NamedGroup> {
  const group = await there.groups.find(groupId);
  if (group?.kind !== 'group') throw new Error(`no named group ${groupId}`);
  return group;
}

/** The stream's record of one of Kay's messages. */
function record(groupId: string, seq: number, values: Partial<DynamoDBRecord> = {}): DynamoDBRecord {
  return streamRecord(messageItem({ groupId, seq, user_uuid: 'kay' }), values);
}

function tombstoneRecord(groupId: string, seq: number): DynamoDBRecord {
  return streamRecord(
    messageItem({ groupId, seq, user_uuid: 'kay', rev: 1, message: null, deleted_at: timeOf(99) }),
  );
}

/** The record of a group's second message, with something wrong in its image. */
function malformed(groupId: string, wrong: Image | 'none'): DynamoDBRecord {
  const whole = record(groupId, 2);
  const { NewImage, ...rest } = whole.dynamodb ?? {};
  if (wrong === 'none') return { ...whole, dynamodb: rest };
  const empty = Object.keys(wrong).length === 0;
  return { ...whole, dynamodb: { ...rest, NewImage: empty ? {} : { ...NewImage, ...wrong } } };
}

function keyOf(groupId: string, seq: number): Key {
  const { pk, sk } = messageItem({ groupId, seq });
  return { pk, sk };
}

function failureAt(records: readonly DynamoDBRecord[], place: number) {
  return { batchItemFailures: [{ itemIdentifier: records[place]?.dynamodb?.SequenceNumber }] };
}

function touches({ pk, sk }: Key) {
  return ({ body }: EngineRequest) => {
    const key = body['Key'] as { pk: { S: string }; sk: { S: string } };
    return key.pk.S === pk && key.sk.S === sk;
  };
}

function touchesGroup(groupId: string) {
  return ({ body }: EngineRequest) => JSON.stringify(body).includes(groupId);
}
