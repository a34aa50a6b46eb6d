import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DynamoDBRecord, DynamoDBStreamEvent, StreamRecord } from 'aws-lambda';
import { memberOf } from '../../backend/table/items.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { createLogger } from '../../backend/logger.ts';
import { createHandler, type FailureQueue } from '../../lambdas/update-summaries/handler.ts';
import type { MemberItem, MessageItem } from '../../schema/items.ts';
import { groupKey, type Key, memberKey, messageKey, profileKey } from '../../schema/keys.ts';
import {
  image,
  itemRecord,
  memberItem,
  messageItem,
  newGroupId,
  streamEvent,
  streamRecord,
  timeOf,
  tombstone,
} from '../support/factories.ts';
import { type EngineRequest, type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, addPerson, deleteItem, putItem, putItems } from '../support/scene.ts';
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
const handler = (event: DynamoDBStreamEvent) => createHandler({ ...context, failures, logger })(event);

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  context = wire({ table: db().through(flaky.endpoint) });
  there = db().newContext();
});
beforeEach(() => {
  failures.mockReset();
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

describe('a batch', () => {
  it('as Lambda hands it over is brought into the members’ rows', async () => {
    const event = JSON.parse(
      readFileSync(new URL('../fixtures/stream-event.json', import.meta.url), 'utf8'),
    ) as DynamoDBStreamEvent;
    const groupId = '01HK1ZC0ZZ0000000000000001';
    await putItems(
      db().table,
      ['ada', 'grace'].map((userId) => memberItem({ groupId, userId, read_seq: 1 })),
    );
    expect(await handler(event)).toEqual({ batchItemFailures: [] });
    const [ada, grace] = await there.members.list(groupId);
    expect(ada).toMatchObject({ last_seq: 3, last_rev: 1, last_by: 'grace', preview: null, read_seq: 1 });
    expect(ada?.deleted_seqs).toEqual(new Set([3]));
    expect([ada, grace].map((row) => row && unreadCount(row))).toEqual([1, 0]);
    expect(failures).not.toHaveBeenCalled();
  });

  it('of sealed texts is brought there as it is, without a key', async () => {
    const [groupId, sealed, beginning] = [
      newGroupId(),
      new Uint8Array([0, 200, 255]),
      new Uint8Array([1, 255]),
    ];
    await putItems(db().table, [memberItem({ groupId, userId: 'ada' })]);
    const previewAfter = async (message: MessageItem) => {
      await handler(streamEvent([streamRecord(message)]));
      return (await there.members.find(groupId, 'ada'))?.preview;
    };
    const short = messageItem({ groupId, seq: 2, message: sealed });
    expect(await previewAfter(short)).toEqual(sealed);
    const long = { ...short, seq: 3, sk: messageKey(groupId, 3).sk, preview: beginning };
    expect(await previewAfter(long)).toEqual(beginning);
    // A tombstone shows nothing, whatever it was left with.
    expect(await previewAfter({ ...tombstone(long), preview: beginning })).toBeNull();
  });

  it('of nothing is done', async () => {
    expect(await handler(streamEvent([]))).toEqual({ batchItemFailures: [] });
  });

  it('of many messages of a group writes each member’s row once', async () => {
    const groupId = await startGroup(50);
    const records = Array.from({ length: 50 }, (_, place) => record(groupId, place + 1));
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect([flaky.count('Query'), flaky.count('UpdateItem')]).toEqual([1, 2]);
    expect(await compareSummaries(there, groupId)).toEqual([]);
  });

  it('that comes again writes nothing', async () => {
    const groupId = await startGroup(3);
    const event = streamEvent([record(groupId, 2), record(groupId, 3)]);
    await handler(event);
    flaky.reset();
    await handler(event);
    expect(flaky.count('UpdateItem')).toBe(0);
  });

  it('with the first message of a direct conversation writes nothing: the rows were written with it', async () => {
    const [ada] = [await addPerson(there, 'ada'), await addPerson(there, 'grace')];
    const message = await sendToHandle(there, 'grace', { userId: ada, text: 'hello' });
    expect(await handler(streamEvent([streamRecord(message)]))).toEqual({ batchItemFailures: [] });
    expect([flaky.count('Query'), flaky.count('UpdateItem')]).toEqual([1, 0]);
  });

  it('of what is no message, or a message’s removal, is not even looked up', async () => {
    const groupId = await startGroup(3);
    const records = [
      record(groupId, 3, { eventName: 'REMOVE' }),
      itemRecord(memberItem({ groupId, userId: 'ada' })),
      itemRecord(memberItem({ groupId, userId: 'ada' }), { eventName: 'MODIFY' }),
      itemRecord(groupKey(groupId)),
      itemRecord(profileKey('ada')),
      itemRecord({ pk: 'HANDLE#ms', sk: 'MSG#000000000001' }),
      { eventName: 'INSERT' } as const,
    ];
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect([flaky.count('Query'), flaky.count('UpdateItem')]).toEqual([0, 0]);
    expect(failures).not.toHaveBeenCalled();
  });

  it('of a group that is gone does no harm', async () => {
    expect(await handler(streamEvent([record(newGroupId(), 5)]))).toEqual({ batchItemFailures: [] });
  });
});

describe('a member', () => {
  it('who was removed while the summary was made is not brought back', async () => {
    const groupId = await startGroup(3);
    const held = flaky.hold('UpdateItem', { where: touches(memberKey(groupId, 'grace')) });
    const done = handler(streamEvent([record(groupId, 3)]));
    await held.arrived;
    await deleteItem(db().table, memberKey(groupId, 'grace'));
    held.release();
    expect(await done).toEqual({ batchItemFailures: [] });
    expect(await there.members.find(groupId, 'grace')).toBeUndefined();
    expect(await there.members.find(groupId, 'ada')).toMatchObject({ last_seq: 3 });
  });

  it('who was removed and came back meanwhile is not given what was before', async () => {
    const groupId = await startGroup(3);
    const back = memberItem({
      groupId,
      userId: 'grace',
      joined_seq: 9,
      last_seq: 9,
      read_seq: 9,
      preview: 'back',
    });
    const held = flaky.hold('UpdateItem', { where: touches(back) });
    const done = handler(streamEvent([record(groupId, 3)]));
    await held.arrived;
    await deleteItem(db().table, back);
    await putItem(db().table, back);
    held.release();
    expect(await done).toEqual({ batchItemFailures: [] });
    expect(await there.members.find(groupId, 'grace')).toEqual(memberOf(back));
  });

  it('who marks the group read meanwhile keeps the mark, and gets the summary', async () => {
    const groupId = await startGroup(3);
    const held = flaky.hold('UpdateItem', { where: touches(memberKey(groupId, 'grace')) });
    const done = handler(streamEvent([record(groupId, 3)]));
    await held.arrived;
    await there.members.raiseReadSeqAheadOfRow(groupId, 'grace', 2);
    held.release();
    expect(await done).toEqual({ batchItemFailures: [] });
    expect(await there.members.find(groupId, 'grace')).toMatchObject({ read_seq: 2, last_seq: 3 });
  });

  it('whose row another batch writes at the same moment gets the facts of both', async () => {
    const groupId = await startGroup(4);
    const held = flaky.hold('UpdateItem', { where: touches(memberKey(groupId, 'grace')) });
    const slower = handler(streamEvent([tombstoneRecord(groupId, 2)]));
    await held.arrived;
    await createHandler({ ...there, failures, logger })(
      streamEvent([tombstoneRecord(groupId, 3), record(groupId, 4)]),
    );
    held.release();
    await slower;
    const row = await there.members.find(groupId, 'grace');
    expect(row).toMatchObject({ last_seq: 4 });
    expect(row?.deleted_seqs).toEqual(new Set([2, 3]));
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
    expect(await compareSummaries(there, one)).toEqual([]);
    expect(await there.members.find(other, 'grace')).toMatchObject({ last_seq: 1 });
    expect(failures).not.toHaveBeenCalled();
    flaky.reset();
    expect(await handler(streamEvent(records.slice(1)))).toEqual({ batchItemFailures: [] });
    expect(await compareSummaries(there, other)).toEqual([]);
  });

  it('that hits several groups reports the earliest record of them all', async () => {
    const groups = [await startGroup(2), await startGroup(2), await startGroup(2)] as const;
    const records = groups.map((groupId) => record(groupId, 2));
    const hit = [touchesGroup(groups[1]), touchesGroup(groups[2])];
    flaky.cut('UpdateItem', { times: Infinity, where: (request) => hit.some((touched) => touched(request)) });
    expect(await handler(streamEvent(records))).toEqual(failureAt(records, 1));
  });

  it.each<[string, () => void]>([
    ['when the members cannot be read', () => flaky.cut('Query', { times: CLIENT_ATTEMPTS })],
    ['when the engine breaks down', () => flaky.breakDown('UpdateItem', { times: 2 * CLIENT_ATTEMPTS })],
    ['when access is denied', () => flaky.refuse('UpdateItem', 'AccessDeniedException', { times: 2 })],
    ['when the table is not there', () => flaky.refuse('Query', 'ResourceNotFoundException')],
  ])('is one that another try can mend: %s', async (_, arm) => {
    const groupId = await startGroup(2);
    const records = [record(groupId, 2)];
    arm();
    expect(await handler(streamEvent(records))).toEqual(failureAt(records, 0));
    expect(failures).not.toHaveBeenCalled();
    flaky.reset();
    await handler(streamEvent(records));
    expect(await compareSummaries(there, groupId)).toEqual([]);
  });

  it('between the writes of two members leaves one done, and the next try does the other', async () => {
    const groupId = await startGroup(2);
    const records = [record(groupId, 2)];
    flaky.loseAnswer('UpdateItem', { times: CLIENT_ATTEMPTS, where: touches(memberKey(groupId, 'grace')) });
    flaky.cut('UpdateItem', { times: CLIENT_ATTEMPTS, where: touches(memberKey(groupId, 'ada')) });
    expect(await handler(streamEvent(records))).toEqual(failureAt(records, 0));
    expect(await handler(streamEvent(records))).toEqual({ batchItemFailures: [] });
    expect(await compareSummaries(there, groupId)).toEqual([]);
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
      expect(await compareSummaries(there, groupId)).toEqual([]);
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
      expect(await compareSummaries(there, groupId)).toEqual([]);
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
    expect(await compareSummaries(there, good)).toEqual([]);
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

/** Ada and Grace, whose rows know the first message, and a log that Kay went on with. */
async function startGroup(length: number): Promise<string> {
  const rows: Partial<MemberItem> = {
    last_seq: 1,
    last_rev: 0,
    last_at: timeOf(1),
    last_by: 'kay',
    preview: 'text 1',
  };
  const scene = { userIds: ['ada', 'grace'], length, member: rows, message: () => ({ user_uuid: 'kay' }) };
  return (await addGroup(db().table, scene)).groupId;
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
