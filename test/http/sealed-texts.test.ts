import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DisabledException } from '@aws-sdk/client-kms';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand as ScanItemsCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isolateName } from '../../schema/isolate-name.ts';
import { compareSummaries, rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { inProcessLiveEvents, type LiveEvents } from '../../backend/events/in-process-live-events.ts';
import { encodeChange } from '../../backend/events/payload.ts';
import { UNREADABLE_TEXT } from '../../backend/table/encryption/text-encryption.ts';
import type { LogEntry } from '../../backend/domain/model.ts';
import { type Key, memberKey, messageKey } from '../../schema/keys.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { createFakeKms, type FakeKms } from '../support/fake-kms.ts';
import { eventually } from '../support/eventually.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { startSummaries, type Summaries } from '../support/pump.ts';
import { putItems, readLog, upTo } from '../support/scene.ts';
import { kmsKey, sealedTexts } from '../support/sealed.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';

/* The API with texts that are sealed, over a table that anybody may look at, and a stream Lambda without any key. */

/** No text of these tests is without it. */
const SECRET = 'quartz';
const LONG = `${SECRET} `.repeat(40).trim();

let db: TestTable;
let flaky: FlakyEngine;
let kms: FakeKms;
let api: TestApi;
let summaries: Summaries;
/** What was published, as it travels between processes. */
const published: string[] = [];

beforeAll(async () => {
  db = await createTestTable({ stream: true });
  flaky = await startFlakyEngine(db.endpoint);
  kms = createFakeKms();
  api = await startTestApi({
    table: db.through(flaky.endpoint),
    encryption: sealedTexts({ keys: [kmsKey], kms }),
    live: overheard(),
  });
  summaries = await startSummaries(db, { events: overheard().events });
});
afterAll(async () => {
  await summaries.stop();
  await api.stop();
  await flaky.close();
  await db.close();
});

function overheard(): LiveEvents {
  const live = inProcessLiveEvents();
  const publish: typeof live.events.publish = (change) => {
    published.push(encodeChange(change));
    return live.events.publish(change);
  };
  const { events } = live;
  return {
    ...live,
    events: { publish, subscribe: (...parts) => events.subscribe(...parts), close: () => events.close() },
  };
}

/** Another API on the same table, with what its texts are made of. */
async function another(options: Parameters<typeof sealedTexts>[0]): Promise<TestApi> {
  return startTestApi({
    table: db.table,
    issuer: api.issuer,
    encryption: sealedTexts({ keys: [kmsKey], kms, ...options }),
  });
}

async function withAnother<Result>(
  options: Parameters<typeof sealedTexts>[0],
  work: (other: TestApi) => Promise<Result>,
): Promise<Result> {
  const other = await another(options);
  try {
    return await work(other);
  } finally {
    await other.stop();
  }
}

async function conversation(message = `${SECRET} one`) {
  const [ada, grace] = [await api.person(), await api.person()];
  const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message });
  return { ada, grace, groupId };
}

/** Waits until somebody's list shows a conversation like this. */
async function sees(caller: Caller, groupId: string, expected: object): Promise<void> {
  await eventually(async () => {
    const group = (await caller.inbox()).find(({ uuid }) => uuid === groupId);
    expect(group).toMatchObject(expected);
  });
}

/** Everything in the table, as texts: bytes with one letter each. */
async function wholeTable(): Promise<string> {
  const { Items = [] } = await db.client.send(
    new ScanCommand({ TableName: db.tableName, ConsistentRead: true }),
  );
  return JSON.stringify(Items, (_name, part: unknown) =>
    part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part,
  );
}

async function stored(groupId: string, seq: number): Promise<LogEntry> {
  const item = (await readLog(db.newContext(), groupId)).find((entry) => entry.seq === seq);
  if (!item) throw new Error('it is not there');
  return item;
}

describe('the table', () => {
  it('shows no text, after sends, edits, deletions, groups and their changes, and the summaries of all that', async () => {
    const { ada, grace, groupId } = await conversation();
    const group = await ada.createGroup('Stones', [grace.handle]);
    const messages = [groupId, group.uuid];
    for (const message_group_uuid of messages) {
      await ada.send({ message_group_uuid, message: `${SECRET} two` }, 'key');
      await grace.send({ message_group_uuid, message: LONG });
      await ada.send({ message_group_uuid, message: `${SECRET} ${'😀'.repeat(1_000)}` });
      await grace.send({ message_group_uuid, message: `${SECRET} to be deleted ${LONG}` });
    }
    await ada.patch(`/api/messages/${groupId}/1`, { message: `${SECRET} one, edited, ${LONG}` });
    await grace.delete(`/api/messages/${groupId}/5`);
    await ada.patch(`/api/message_groups/${group.uuid}`, { name: 'Minerals' });
    await sees(grace, groupId, { message: null, last_seq: 5 });
    const words = `${isolateName(ada.handle)} named the group “${isolateName('Minerals')}”`;
    await sees(grace, group.uuid, { message: words, last_seq: 6 });
    await grace.send({ message_group_uuid: groupId, message: LONG });
    await sees(ada, groupId, { message: LONG.slice(0, 100) });

    const table = await wholeTable();
    expect(table).toContain(groupId);
    // Names are no texts, and are where they were.
    expect(table).toContain('Minerals');
    expect(table).not.toContain(SECRET);
    expect(table).not.toContain('named the group');
    expect(table).not.toContain('created “');
    expect(await stored(groupId, 5)).toMatchObject({ message: null });
    expect(await stored(groupId, 5)).not.toHaveProperty('preview');
    // What is told between processes, by the API and by the Lambda, is what is stored.
    expect(published.length).toBeGreaterThan(20);
    expect(published.join('')).not.toContain(SECRET);
    expect(published.join('')).toContain('"$bytes"');
    expect(api.logLines.join('')).not.toContain(SECRET);
  });

  it('has the rows that the log says, by who has no key', async () => {
    const { ada, grace, groupId } = await conversation();
    await ada.send({ message_group_uuid: groupId, message: LONG });
    await sees(grace, groupId, { message: LONG.slice(0, 100) });
    const context = db.newContext();
    expect(await compareSummaries(context, groupId)).toEqual({ differences: [], faults: [] });
    await db.table.send(
      new UpdateCommand({
        TableName: db.tableName,
        Key: memberKey(groupId, grace.userId),
        UpdateExpression: 'SET preview = :old',
        ExpressionAttributeValues: { ':old': (await stored(groupId, 1)).message },
      }),
    );
    expect((await grace.inbox())[0]).toMatchObject({ message: UNREADABLE_TEXT, unreadable: true });
    const mended = await rebuildSummaries(context, groupId);
    const attributes = mended.differences.flatMap(({ differences }) =>
      differences.map(({ attribute }) => attribute),
    );
    expect(attributes).toEqual(['preview']);
    await sees(grace, groupId, { message: LONG.slice(0, 100) });
  });
});

describe('turned off and on again', () => {
  it('old messages are read, and each is stored as it was sent', async () => {
    const { ada, groupId } = await conversation(`${SECRET} sealed`);
    const texts = [`${SECRET} sealed`, `${SECRET} plain`, `${SECRET} sealed again`];
    await withAnother({ seals: false }, async (off) => {
      const here = ada.at(off);
      await here.send({ message_group_uuid: groupId, message: `${SECRET} plain` });
      expect((await here.history(groupId)).map(({ message }) => message)).toEqual(texts.slice(0, 2));
    });
    await ada.send({ message_group_uuid: groupId, message: `${SECRET} sealed again` });
    expect((await ada.history(groupId)).map(({ message }) => message)).toEqual(texts);
    const kinds = (await readLog(db.newContext(), groupId)).map(({ message }) => typeof message);
    expect(kinds).toEqual(['object', 'string', 'object']);
    // An edit stores the text as new ones are stored.
    await ada.patch(`/api/messages/${groupId}/2`, { message: `${SECRET} plain, edited` });
    expect((await stored(groupId, 2)).message).toBeInstanceOf(Uint8Array);
    await withAnother({ seals: false }, async (off) => {
      await ada.at(off).patch(`/api/messages/${groupId}/2`, { message: `${SECRET} plain` });
    });
    expect(await stored(groupId, 2)).toMatchObject({ message: `${SECRET} plain` });
    expect((await ada.history(groupId)).map(({ message }) => message)).toEqual(texts);
  });

  it('a table that was copied to another name is read there', async () => {
    const { ada, groupId } = await conversation();
    const copy = await createTestTable();
    const { Items = [] } = await db.table.send(new ScanItemsCommand({ TableName: db.tableName }));
    try {
      await putItems(copy.table, Items as Key[]);
      const restored = await startTestApi({
        table: copy.table,
        issuer: api.issuer,
        encryption: sealedTexts({ keys: [kmsKey], kms }),
      });
      try {
        expect(await ada.at(restored).history(groupId)).toEqual(await ada.history(groupId));
      } finally {
        await restored.stop();
      }
    } finally {
      await copy.close();
    }
  });
});

describe('an edit', () => {
  it('to the same text changes nothing, and no rev', async () => {
    const { ada, groupId } = await conversation();
    const before = await stored(groupId, 1);
    const answer = await ada.patch(`/api/messages/${groupId}/1`, { message: `${SECRET} one` });
    expect(answer.json()).toMatchObject({ message: `${SECRET} one`, rev: 0 });
    expect(await stored(groupId, 1)).toEqual(before);
  });

  it('to a short text leaves nothing of a long one', async () => {
    const { ada, grace, groupId } = await conversation(LONG);
    expect(await stored(groupId, 1)).toHaveProperty('preview');
    await ada.patch(`/api/messages/${groupId}/1`, { message: `${SECRET} short` });
    expect(await stored(groupId, 1)).not.toHaveProperty('preview');
    await sees(grace, groupId, { message: `${SECRET} short` });
  });

  it('that meets another one is looked at again: the same text is no change then either', async () => {
    const { ada, groupId } = await conversation();
    const edit = () => ada.patch(`/api/messages/${groupId}/1`, { message: `${SECRET} edited` });
    // Between what the one reads and what it writes, the other writes.
    flaky.before('UpdateItem', () =>
      withAnother({}, async (other) => {
        await ada.at(other).patch(`/api/messages/${groupId}/1`, { message: `${SECRET} edited` });
      }),
    );
    expect((await edit()).json()).toMatchObject({ rev: 1 });
    expect(await stored(groupId, 1)).toMatchObject({ rev: 1 });
  });

  it('that meets a deletion is told of it', async () => {
    const { ada, groupId } = await conversation();
    flaky.before('UpdateItem', () =>
      withAnother({}, (other) => ada.at(other).delete(`/api/messages/${groupId}/1`)),
    );
    const answer = await ada.patch(`/api/messages/${groupId}/1`, { message: `${SECRET} edited` });
    expect(answer.status).toBe(422);
    expect((await stored(groupId, 1)).message).toBeNull();
  });
});

describe('a send with a key', () => {
  it('sent again by another process is the same message, and another text is none', async () => {
    const { ada, groupId } = await conversation();
    const body = { message_group_uuid: groupId, message: LONG, after_seq: 1 };
    const sent = await ada.send(body, 'k1');
    await withAnother({}, async (other) => {
      expect(await ada.at(other).send(body, 'k1')).toEqual(sent);
      const headers = { 'Idempotency-Key': 'k1' };
      const answer = await ada.at(other).post('/api/messages', { ...body, message: `${LONG}!` }, headers);
      expect(answer.status).toBe(409);
    });
    expect(await readLog(db.newContext(), groupId)).toHaveLength(2);
  });

  it('recognises what its lost answer stored', async () => {
    const { ada, groupId } = await conversation();
    flaky.loseAnswer('PutItem');
    const sent = await ada.send({ message_group_uuid: groupId, message: LONG });
    expect(sent).toMatchObject({ seq: 2, message: LONG });
    expect(await readLog(db.newContext(), groupId)).toHaveLength(2);
  });
});

describe('texts that were moved in the table', () => {
  it('are not opened, and the rest of the page is', async () => {
    const { ada, grace, groupId } = await conversation();
    await ada.send({ message_group_uuid: groupId, message: `${SECRET} two` });
    await grace.send({ message_group_uuid: groupId, message: `${SECRET} three` });
    const other = await conversation(`${SECRET} of others`);
    const put = async (seq: number, message: LogEntry['message']) =>
      db.table.send(
        new UpdateCommand({
          TableName: db.tableName,
          Key: messageKey(groupId, seq),
          UpdateExpression: 'SET message = :message',
          ExpressionAttributeValues: { ':message': message },
        }),
      );
    const [first, foreign] = [await stored(groupId, 1), await stored(other.groupId, 1)];
    await put(1, foreign.message);
    await put(2, first.message);
    const page = await grace.history(groupId);
    expect(page).toMatchObject([
      { seq: 1, message: UNREADABLE_TEXT, unreadable: true },
      { seq: 2, message: UNREADABLE_TEXT, unreadable: true },
      { seq: 3, message: `${SECRET} three` },
    ]);
    expect(page[2]).not.toHaveProperty('unreadable');
    // Its author writes it anew, and all is well.
    await ada.patch(`/api/messages/${groupId}/1`, { message: `${SECRET} anew` });
    expect((await grace.history(groupId))[0]).toMatchObject({ message: `${SECRET} anew` });
  });
});

describe('while KMS', () => {
  it('is away, nothing is stored, a page is a 503 to come again after, and what follows is whole', async () => {
    const { ada, groupId } = await conversation();
    await withAnother({}, async (cold) => {
      const here = ada.at(cold);
      kms.failure = new Error('connect ETIMEDOUT');
      try {
        for (const answer of [
          await here.post('/api/messages', { message_group_uuid: groupId, message: SECRET }),
          await here.get(`/api/messages/${groupId}`),
          await here.get('/api/message_groups'),
          await here.get(`/api/message_groups/${groupId}`),
          await here.patch(`/api/messages/${groupId}/1`, { message: `${SECRET} edited` }),
        ]) {
          expect([answer.status, answer.json()]).toEqual([503, ['text_keys_unavailable']]);
          expect(answer.headers['retry-after']).toBe('1');
        }
        expect((await here.delete(`/api/messages/${groupId}/1`)).status).toBe(200);
        expect((await here.put(`/api/message_groups/${groupId}/read`, { seq: 1 })).status).toBe(200);
      } finally {
        kms.failure = undefined;
      }
      expect(cold.logLines.join('')).not.toContain(SECRET);
      expect(await readLog(db.newContext(), groupId)).toHaveLength(1);
      expect(await here.send({ message_group_uuid: groupId, message: SECRET })).toMatchObject({ seq: 2 });
      expect(await here.history(groupId)).toHaveLength(2);
    });
  });

  it('has no such key any more, the inbox and the history are there, without its texts', async () => {
    const { ada, groupId } = await conversation();
    await withAnother({}, async (cold) => {
      kms.failure = new DisabledException({ message: 'it is disabled', $metadata: {} });
      try {
        const here = ada.at(cold);
        expect(await here.history(groupId)).toMatchObject([{ seq: 1, unreadable: true }]);
        expect((await here.inbox())[0]).toMatchObject({ uuid: groupId, unreadable: true });
      } finally {
        kms.failure = undefined;
      }
    });
  });

  it('is asked once by a process that reads a page of 50', async () => {
    const { ada, groupId } = await conversation();
    for (const n of upTo(49)) await ada.send({ message_group_uuid: groupId, message: `${SECRET} ${n}` });
    await withAnother({}, async (cold) => {
      const before = kms.calls.decrypt;
      expect(await ada.at(cold).history(groupId, '?limit=50')).toHaveLength(50);
      await ada.at(cold).inbox();
      expect(kms.calls.decrypt - before).toBe(1);
    });
  });
});
