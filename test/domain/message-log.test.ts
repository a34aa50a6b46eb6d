import { messageKey } from '../../schema/keys.ts';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import PQueue from 'p-queue';
import { messageItemOf } from '../../backend/table/items.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import type { Draft } from '../../backend/domain/drafts.ts';
import {
  AfterSeqTooFarBehindError,
  BusyError,
  KeyReusedError,
  TableUnavailableError,
  UnprocessableError,
} from '../../backend/errors.ts';
import type { LogEntry, Message } from '../../backend/domain/model.ts';
import { eventually } from '../support/eventually.ts';
import { edited, messageItem, newDirectId, timeOf } from '../support/factories.ts';
import { type EngineRequest, type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { appendAs, putItem, putItems, readLog, upTo } from '../support/scene.ts';
import { createTestTable, useTestTable } from '../support/test-table.ts';

/** The attempts that the client makes of one request before it gives up. */
const CLIENT_ATTEMPTS = 4;

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
afterEach(() => {
  flaky.reset();
  jest.restoreAllMocks();
});
afterAll(async () => {
  await flaky.close();
});

describe('sends at once', () => {
  it.each([
    ['one process', () => [here, here]],
    ['two processes', () => [here, there]],
  ])('to one group by two people through %s are a log without gap or repeat', async (_, contexts) => {
    const groupId = newDirectId();
    const texts = upTo(50).map((n) => `text ${n}`);
    const sent = await Promise.all(
      texts.map((text, place) => {
        const context = contexts()[place % 2] ?? here;
        return append(context, { groupId, userId: place % 2 === 0 ? 'ada' : 'grace', text });
      }),
    );
    const log = await readLog(there, groupId);
    expect(seqs(log)).toEqual(upTo(50));
    expect(log.map((message) => message.message).sort()).toEqual([...texts].sort());
    expect([...sent].sort((one, other) => one.seq - other.seq)).toEqual(log);
  });

  it('of one process stand in the order they came in', async () => {
    const groupId = newDirectId();
    const sent = await Promise.all(upTo(10).map((n) => append(here, { groupId, text: `text ${n}` })));
    expect(seqs(sent)).toEqual(upTo(10));
    expect(flaky.count('PutItem')).toBe(10);
  });

  it.each([
    ['one process, without after_seq', () => [here, here], undefined],
    ['one process, with after_seq', () => [here, here], 2],
    ['two processes, without after_seq', () => [here, there], undefined],
    ['two processes, with after_seq', () => [here, there], 2],
  ])('with one key 20 times through %s store one message', async (_, contexts, afterSeq) => {
    const groupId = await startLog(3);
    const draft = { groupId, clientKey: 'key', ...(afterSeq !== undefined && { afterSeq }) };
    const others = contexts().map((context) =>
      append(context, { groupId, userId: 'grace', text: 'between' }),
    );
    const answers = await Promise.all(upTo(20).map((n) => append(contexts()[n % 2] ?? here, draft)));
    await Promise.all(others);
    const [first] = answers;
    expect(answers).toEqual(answers.map(() => first));
    const log = await readLog(there, groupId);
    expect(seqs(log)).toEqual(upTo(6));
    expect(log.filter((message) => message.client_key === 'key')).toEqual([first]);
  });
});

describe('a table that was dropped and made anew', () => {
  it('gets a log without a hole, though this process remembers a longer one of the same group', async () => {
    const groupId = await startLog(1);
    const draft = { groupId, userId: 'ada', text: 'hello' };
    for (const seq of [2, 3])
      expect(await appendAs(here, draft, { last_seq: 1, joined_at: timeOf(1) })).toMatchObject({ seq });
    for (const seq of [2, 3]) {
      const Key = messageKey(groupId, seq);
      await db().table.send(new DeleteCommand({ TableName: db().tableName, Key }));
    }
    expect(await appendAs(here, draft, { last_seq: 1, log_id: 'another' })).toMatchObject({ seq: 2 });
  });
});

describe('a lost answer', () => {
  it('to a send without a key is overcome by the client, and one message is stored', async () => {
    const groupId = await startLog(1);
    flaky.loseAnswer('PutItem');
    const message = await append(here, { groupId }, 1);
    expect(flaky.count('PutItem')).toBe(2);
    expect(await readLog(there, groupId)).toEqual([expect.anything(), message]);
  });

  it.each([
    ['without after_seq', undefined],
    ['with after_seq', 1],
  ])(
    'to every attempt is an error, and the same request again, %s, finds its message',
    async (_, afterSeq) => {
      const groupId = await startLog(1);
      const draft = { groupId, clientKey: 'key', ...(afterSeq !== undefined && { afterSeq }) };
      flaky.loseAnswer('PutItem', { times: CLIENT_ATTEMPTS });
      await expect(append(here, draft)).rejects.toThrow(TableUnavailableError);
      const [, stored] = await readLog(there, groupId);
      expect(await append(here, draft)).toEqual(stored);
      expect(await append(there, draft)).toEqual(stored);
      expect(await readLog(there, groupId)).toHaveLength(2);
    },
  );

  it('leaves nothing behind when the engine never saw the request', async () => {
    const groupId = await startLog(1);
    flaky.cut('PutItem', { times: CLIENT_ATTEMPTS });
    await expect(append(here, { groupId, clientKey: 'key' })).rejects.toThrow(TableUnavailableError);
    const message = await append(here, { groupId, clientKey: 'key' });
    expect(await readLog(there, groupId)).toEqual([expect.anything(), message]);
  });
});

describe('a key', () => {
  it('that was used for another text is refused, and nothing is stored', async () => {
    const groupId = await startLog(1);
    await append(here, { groupId, clientKey: 'key', text: 'one' });
    for (const position of [{}, { afterSeq: 0 }, { afterSeq: 1 }]) {
      const again = { groupId, clientKey: 'key', text: 'other', ...position };
      await expect(append(here, again)).rejects.toThrow(KeyReusedError);
      await expect(append(there, again)).rejects.toThrow(KeyReusedError);
    }
    expect(await readLog(there, groupId)).toHaveLength(2);
  });

  it('is compared with the text only while the message is unedited', async () => {
    const groupId = await startLog(1);
    const message = edited(await append(here, { groupId, clientKey: 'key', text: 'one' }), 'two');
    await putItem(db().table, messageItemOf(message));
    expect(await append(here, { groupId, clientKey: 'key', text: 'one' })).toEqual(message);
  });

  it.each([
    ['without after_seq', undefined],
    ['with after_seq', 1],
  ])('of another user is another key, %s', async (_, afterSeq) => {
    const groupId = await startLog(1);
    const draft = { groupId, clientKey: 'key', ...(afterSeq !== undefined && { afterSeq }) };
    const [one, other] = [
      await append(here, { ...draft, userId: 'ada' }),
      await append(here, { ...draft, userId: 'grace' }),
    ];
    expect(seqs([one, other])).toEqual([2, 3]);
  });

  it('of another group is another key', async () => {
    const [one, other] = [await startLog(1), await startLog(1)];
    await append(here, { groupId: one, clientKey: 'key' });
    expect(await append(here, { groupId: other, clientKey: 'key' })).toMatchObject({ seq: 2 });
  });

  it('is found behind after_seq, whatever others wrote since', async () => {
    const groupId = await startLog(1);
    const draft = { groupId, clientKey: 'key', afterSeq: 1 };
    const message = await append(here, draft);
    for (const n of upTo(5)) await append(there, { groupId, userId: 'grace', text: `text ${n}` });
    expect(await append(there, draft)).toEqual(message);
    expect(await append(here, draft)).toEqual(message);
    expect(await append(db().newContext(), draft)).toEqual(message);
    expect(await readLog(there, groupId)).toHaveLength(7);
  });

  it('is new when it is not behind after_seq, however much was written since', async () => {
    const groupId = await startLog(30);
    const message = await append(db().newContext(), { groupId, clientKey: 'key', afterSeq: 3 });
    expect(message.seq).toBe(31);
  });
});

describe('after_seq', () => {
  it.each([
    ['without a key', {}],
    ['with a key', { clientKey: 'key' }],
  ])('beyond the end is refused %s, and leaves no hole', async (_, key) => {
    const groupId = await startLog(2);
    for (const afterSeq of [3, 100]) {
      const refused = append(here, { groupId, afterSeq, ...key });
      await expect(refused).rejects.toThrow(UnprocessableError);
      await expect(refused).rejects.toMatchObject({ code: 'after_seq_beyond_end' });
    }
    await append(here, { groupId, ...key });
    expect(seqs(await readLog(there, groupId))).toEqual([1, 2, 3]);
  });

  it('is believed when the log has it, though this process never saw it', async () => {
    const groupId = await startLog(5);
    expect(await append(here, { groupId, afterSeq: 5 })).toMatchObject({ seq: 6 });
    expect(flaky.count('Query')).toBe(0);
    expect(flaky.count('PutItem')).toBe(1);
  });

  it('of 0 is the place before the first message', async () => {
    expect(await append(here, { groupId: newDirectId(), afterSeq: 0, clientKey: 'key' })).toMatchObject({
      seq: 1,
    });
  });

  describe('a long way behind', () => {
    const LENGTH = 1_105;
    let groupId: string;
    beforeAll(async () => {
      groupId = await startLog(LENGTH);
      await putItem(
        db().table,
        messageItem({ groupId, seq: 900, user_uuid: 'ada', client_key: 'early', message: 'hello' }),
      );
    });

    it('is told where the end is, when the key is not in the next 1,000 messages', async () => {
      const refused = append(here, { groupId, clientKey: 'new', afterSeq: LENGTH - 1_002 });
      await expect(refused).rejects.toThrow(AfterSeqTooFarBehindError);
      await expect(refused).rejects.toMatchObject({ lastSeq: LENGTH });
    });

    it('still finds the key in the next 1,000 messages', async () => {
      expect(await append(here, { groupId, clientKey: 'early', afterSeq: 1 })).toMatchObject({ seq: 900 });
    });

    it('is not told so at just 1,000 messages', async () => {
      const message = await append(here, { groupId, clientKey: 'new', afterSeq: LENGTH - 1_000 });
      expect(message.seq).toBe(LENGTH + 1);
    });
  });
});

describe('the table’s own trouble', () => {
  it.each(['TransactionConflictException', 'ProvisionedThroughputExceededException', 'ThrottlingException'])(
    '%s is overcome',
    async (errorName) => {
      const groupId = await startLog(1);
      waitAsShortAsPossible();
      flaky.refuse('PutItem', errorName, { times: 2 });
      expect(await append(here, { groupId }, 1)).toMatchObject({ seq: 2 });
      expect(flaky.count('PutItem')).toBe(3);
    },
  );

  it('that goes on is an error of the table’s, and nothing is stored', async () => {
    const groupId = await startLog(1);
    waitAsShortAsPossible();
    flaky.refuse('PutItem', 'ProvisionedThroughputExceededException', { times: CLIENT_ATTEMPTS });
    await expect(append(here, { groupId })).rejects.toThrow(TableUnavailableError);
    expect(await readLog(there, groupId)).toHaveLength(1);
  });

  it('of having no engine at all is the same error', async () => {
    const lone = await createTestTable({ engine: 'own' });
    try {
      const context = lone.newContext();
      const groupId = newDirectId();
      await append(context, { groupId });
      await lone.engine.crash();
      await expect(append(context, { groupId })).rejects.toThrow(TableUnavailableError);
    } finally {
      await lone.close();
    }
  });
});

describe('a race with another process', () => {
  it('for one seq is lost and mended: the next seq is taken', async () => {
    const groupId = await startLog(1);
    const held = flaky.hold('PutItem');
    const sent = append(here, { groupId, text: 'slower', afterSeq: 1 });
    await held.arrived;
    const other = await append(there, { groupId, text: 'faster', afterSeq: 1 });
    held.release();
    expect(seqs([other, await sent])).toEqual([2, 3]);
    expect(seqs(await readLog(there, groupId))).toEqual([1, 2, 3]);
  });

  it.each([
    ['without after_seq', undefined, []],
    ['with after_seq', 1, []],
    ['without after_seq, behind another message', undefined, ['between']],
    ['with after_seq, behind another message', 1, ['between', 'as well']],
  ])('that sends the same key, %s, ends with one message', async (_, afterSeq, between) => {
    const groupId = await startLog(1);
    const draft = { groupId, clientKey: 'key', ...(afterSeq !== undefined && { afterSeq }) };
    const held = flaky.hold('PutItem');
    const slower = append(here, draft);
    await held.arrived;
    for (const text of between) await append(there, { groupId, userId: 'grace', text });
    const faster = await append(there, draft);
    held.release();
    expect(await slower).toEqual(faster);
    expect(await readLog(there, groupId)).toHaveLength(2 + between.length);
  });

  it('in which somebody else sends the same key ends with two messages', async () => {
    const groupId = await startLog(1);
    const draft = { groupId, clientKey: 'key', afterSeq: 1 };
    const held = flaky.hold('PutItem');
    const slower = append(here, { ...draft, userId: 'ada' });
    await held.arrived;
    const faster = await append(there, { ...draft, userId: 'grace' });
    held.release();
    expect([faster, await slower]).toMatchObject([
      { seq: 2, user_uuid: 'grace' },
      { seq: 3, user_uuid: 'ada' },
    ]);
  });

  it('that is always faster ends in an answer, and stores nothing', async () => {
    const groupId = await startLog(1);
    waitAsShortAsPossible();
    flaky.before('PutItem', (request) => putItem(db().table, messageItem({ groupId, seq: seqOf(request) })), {
      times: Infinity,
    });
    await expect(append(here, { groupId, userId: 'slow' })).rejects.toThrow(BusyError);
    expect(flaky.count('PutItem')).toBeLessThan(50);
    flaky.reset();
    const log = await readLog(there, groupId);
    expect(log.filter((message) => message.user_uuid === 'slow')).toEqual([]);
    expect(await append(here, { groupId, userId: 'slow' })).toMatchObject({ seq: log.length + 1 });
  });
});

describe('the queue of a group', () => {
  it('does not hold up another group', async () => {
    const [slow, quick] = [await startLog(1), await startLog(1)];
    const held = flaky.hold('PutItem');
    const waiting = append(here, { groupId: slow });
    await held.arrived;
    expect(await append(here, { groupId: quick })).toMatchObject({ seq: 2 });
    held.release();
    expect(await waiting).toMatchObject({ seq: 2 });
  });

  it('goes on after a send that failed', async () => {
    const groupId = await startLog(1);
    flaky.cut('PutItem', { times: CLIENT_ATTEMPTS });
    const [failed, next] = [append(here, { groupId }), append(here, { groupId, text: 'next' })];
    await expect(failed).rejects.toThrow(TableUnavailableError);
    expect(await next).toMatchObject({ seq: 2, message: 'next' });
  });

  it('is bounded, and who waited too long is told so instead of stored', async () => {
    const groupId = await startLog(1);
    const held = flaky.hold('PutItem');
    const first = append(here, { groupId });
    await held.arrived;
    const outcomes = upTo(1_005).map((n) =>
      append(here, { groupId, text: `text ${n}` }).then(
        () => 'stored',
        (error: unknown) => error,
      ),
    );
    expect(await Promise.all(outcomes.slice(1_000))).toEqual(Array(5).fill(expect.any(BusyError)));
    const now = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(now + 10_000);
    held.release();
    expect(await first).toMatchObject({ seq: 2 });
    expect(await Promise.all(outcomes)).toEqual(Array(1_005).fill(expect.any(BusyError)));
    expect(await readLog(there, groupId)).toHaveLength(2);
  });

  it('is gone when nobody waits in it', async () => {
    const queues = findQueues();
    await Promise.all(upTo(5).map(async () => append(here, { groupId: newDirectId() })));
    flaky.cut('PutItem', { times: CLIENT_ATTEMPTS });
    await expect(append(here, { groupId: newDirectId() })).rejects.toThrow(TableUnavailableError);
    expect(queues.seen).toBe(6);
    await eventually(() => queues.kept() === 0);
  });
});

/** Appends to a log, of which the caller knows nothing unless it is said. */
function append(
  context: Wiring,
  values: Partial<Draft> & Pick<Draft, 'groupId'>,
  knownSeq = 0,
): Promise<Message> {
  return appendAs(context, { userId: 'ada', text: 'hello', ...values }, { last_seq: knownSeq });
}

/** Waits between attempts are a random part of a longest time: this is the shortest. */
function waitAsShortAsPossible(): void {
  jest.spyOn(Math, 'random').mockReturnValue(0);
}

/** A log with some messages of Grace in it; the id of its group. */
async function startLog(length: number): Promise<string> {
  const groupId = newDirectId();
  await putItems(
    db().table,
    upTo(length).map((seq) => messageItem({ groupId, seq, user_uuid: 'grace' })),
  );
  return groupId;
}

function seqs(messages: readonly LogEntry[]): number[] {
  return messages.map((message) => message.seq);
}

/** The seq that a put wants to take. */
function seqOf({ body }: EngineRequest): number {
  const { Item } = body as { Item: { seq: { N: string } } };
  return Number(Item.seq.N);
}

/** Watches the maps that queues are put into from now on. */
function findQueues() {
  const maps = new Set<Map<unknown, unknown>>();
  const found = { seen: 0, kept: () => [...maps].reduce((total, map) => total + map.size, 0) };
  const set = Reflect.get(Map.prototype, 'set') as Map<unknown, unknown>['set'];
  jest.spyOn(Map.prototype, 'set').mockImplementation(function (this: Map<unknown, unknown>, key, value) {
    if (value instanceof PQueue) {
      maps.add(this);
      found.seen += 1;
    }
    return set.call(this, key, value);
  });
  return found;
}
