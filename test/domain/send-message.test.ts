import { describe, expect, it } from '@jest/globals';
import { TransactWriteItemsCommand, type TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { type Wiring } from '../../backend/wiring.ts';
import { type Send, sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { applyToRow, factsOf } from '../../backend/domain/summaries.ts';
import type { DirectMember } from '../../backend/domain/model.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import {
  KeyReusedError,
  NotFoundError,
  TableUnavailableError,
  UnprocessableError,
} from '../../backend/errors.ts';
import { directGroupId } from '../../schema/ids.ts';
import { newGroupId } from '../support/factories.ts';
import { type FlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, addPerson, deleteItem, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const CLIENT_ATTEMPTS = 4;

const db = useTestTable();
let flaky: FlakyEngine;
/** Two processes on one table: the first reaches it through the flaky engine. */
let here: Wiring;
let there: Wiring;
let pairs = 0;

useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

describe('a first message to a user', () => {
  it('opens one conversation for each pair, though both sides do so at once', async () => {
    const people = await Promise.all(upTo(20).map(newPair));
    await Promise.all(
      people.flatMap(({ ada, grace }) => [
        sendToHandle(here, grace.handle, say(ada.userId, 'hello Grace')),
        sendToHandle(there, ada.handle, say(grace.userId, 'hello Ada')),
      ]),
    );
    for (const { ada, grace, groupId } of people) {
      const log = await readLog(there, groupId);
      expect(log.map((message) => message.seq)).toEqual([1, 2]);
      expect(log.map((message) => message.message).sort()).toEqual(['hello Ada', 'hello Grace']);
      expect(await there.groups.find(groupId)).toMatchObject({ kind: 'direct', member_count: 2 });
      const members = await there.members.pair(groupId);
      expect(members.map((row) => row.userId).sort()).toEqual([ada.userId, grace.userId].sort());
      for (const { userId } of [ada, grace]) {
        expect((await there.members.inbox(userId, 10)).items).toHaveLength(1);
      }
    }
  });

  it('follows the other’s when theirs was stored first', async () => {
    const { ada, grace, groupId } = await newPair();
    const held = flaky.hold('TransactWriteItems');
    const slower = sendToHandle(here, grace.handle, say(ada.userId, 'slower'));
    await held.arrived;
    await sendToHandle(there, ada.handle, say(grace.userId, 'faster'));
    held.release();
    expect(await slower).toMatchObject({ seq: 2, message: 'slower' });
    expect((await readLog(there, groupId)).map((message) => message.message)).toEqual(['faster', 'slower']);
  });

  it('is in both users’ rows at once, so that the stream has nothing to write', async () => {
    const { ada, grace, groupId } = await newPair();
    const message = await sendToHandle(here, grace.handle, say(ada.userId, 'hello'));
    const rows = await there.members.pair(groupId);
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ last_seq: 1, last_rev: 0, last_by: ada.userId, preview: 'hello' });
      expect(row.last_at).toBe(message.created_at);
      expect(
        applyToRow(row, factsOf([there.codec.entryOf((await there.messages.find(groupId, 1)) ?? message)])),
      ).toBeUndefined();
    }
    const row = (userId: string) => rows.find((candidate) => candidate.userId === userId);
    expect(row(ada.userId)).toMatchObject({ read_seq: 1, peer: grace.userId });
    expect(row(grace.userId)).toMatchObject({ read_seq: 0, peer: ada.userId });
    expect(await Promise.all([ada, grace].map(({ userId }) => unreadOf(row(userId))))).toEqual([0, 1]);
  });

  it('is followed by the next ones, from both sides and through any process', async () => {
    const { ada, grace, groupId } = await newPair();
    await sendToHandle(here, grace.handle, say(ada.userId, 'one'));
    await sendToHandle(there, ada.handle, say(grace.userId, 'two'));
    await sendToGroup(here, groupId, say(ada.userId, 'three'));
    expect((await readLog(there, groupId)).map((message) => message.message)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('is stored once when its answer is lost', async () => {
    const { ada, grace, groupId } = await newPair();
    flaky.loseAnswer('TransactWriteItems');
    const message = await sendToHandle(here, grace.handle, say(ada.userId, 'hello'));
    expect(flaky.count('TransactWriteItems')).toBe(2);
    expect(await readLog(there, groupId)).toEqual([message]);
  });

  it('is stored once, though the engine does not remember the attempt whose answer was lost', async () => {
    const { ada, grace, groupId } = await newPair();
    flaky.before('TransactWriteItems', ({ body }) => {
      // Under another token: DynamoDB knows a repeated transaction by its token for ten minutes only.
      const TransactItems = body['TransactItems'] as TransactWriteItemsCommandInput['TransactItems'];
      return db().client.send(new TransactWriteItemsCommand({ TransactItems }));
    });
    const message = await sendToHandle(here, grace.handle, say(ada.userId, 'hello'));
    expect(await readLog(there, groupId)).toEqual([message]);
  });

  it('is found by its key when every answer was lost', async () => {
    const { ada, grace, groupId } = await newPair();
    const send = { ...say(ada.userId, 'hello'), clientKey: 'key' };
    flaky.loseAnswer('TransactWriteItems', { times: CLIENT_ATTEMPTS });
    await expect(sendToHandle(here, grace.handle, send)).rejects.toThrow(TableUnavailableError);
    const again = await Promise.all([
      sendToHandle(here, grace.handle, send),
      sendToHandle(there, grace.handle, send),
    ]);
    expect(await readLog(there, groupId)).toEqual([again[0]]);
    expect(again[1]).toEqual(again[0]);
  });

  it.each([1, 20])('with a key %d times at once, through two processes, is one message', async (times) => {
    const { ada, grace, groupId } = await newPair();
    const send = { ...say(ada.userId, 'hello'), clientKey: 'key' };
    const answers = await Promise.all(
      upTo(times).flatMap(() => [here, there].map((context) => sendToHandle(context, grace.handle, send))),
    );
    expect(await readLog(there, groupId)).toEqual([answers[0]]);
    expect(answers).toEqual(answers.map(() => answers[0]));
  });

  it('with a key that opened the conversation with another text is refused', async () => {
    const { ada, grace, groupId } = await newPair();
    const held = flaky.hold('TransactWriteItems');
    const slower = sendToHandle(here, grace.handle, { ...say(ada.userId, 'slower'), clientKey: 'key' });
    const refused = expect(slower).rejects.toThrow(KeyReusedError);
    await held.arrived;
    await sendToHandle(there, grace.handle, { ...say(ada.userId, 'faster'), clientKey: 'key' });
    held.release();
    await refused;
    expect(await readLog(there, groupId)).toHaveLength(1);
  });

  it('overcomes a conflict with another transaction', async () => {
    const { ada, grace, groupId } = await newPair();
    flaky.refuse('TransactWriteItems', 'TransactionInProgressException');
    const message = await sendToHandle(here, grace.handle, say(ada.userId, 'hello'));
    expect(await readLog(there, groupId)).toEqual([message]);
  });

  it.each([
    ['an unknown handle', 'user_reciever_handle_unknown', () => 'nobody.has.this'],
    ['the sender’s own', 'user_reciever_handle_self', (own: string) => own],
  ])('to %s is refused', async (_, code, handleFor) => {
    const { ada } = await newPair();
    const refused = sendToHandle(here, handleFor(ada.handle), say(ada.userId, 'hello'));
    await expect(refused).rejects.toThrow(UnprocessableError);
    await expect(refused).rejects.toMatchObject({ code });
    expect((await there.members.inbox(ada.userId, 1)).items).toEqual([]);
  });

  it('cannot come after a seq that the conversation does not have', async () => {
    const { ada, grace, groupId } = await newPair();
    const refused = sendToHandle(here, grace.handle, { ...say(ada.userId, 'hello'), afterSeq: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'after_seq_beyond_end' });
    expect(await readLog(there, groupId)).toEqual([]);
  });
});

describe('a message to a group', () => {
  it('is refused to other users, exactly as if there were no such group', async () => {
    const { groupId } = await addGroup(db().table, { userIds: ['ada', 'grace'] });
    const refusals = [groupId, newGroupId()].map((id) => sendToGroup(here, id, say('kay', 'hello')));
    const [one, other] = await Promise.allSettled(refusals);
    expect(one).toEqual({ status: 'rejected', reason: expect.any(NotFoundError) });
    expect(one).toEqual(other);
    expect(await readLog(there, groupId)).toHaveLength(1);
  });

  it('is refused to a user who was a member a moment ago', async () => {
    const { groupId, members } = await addGroup(db().table, { userIds: ['ada', 'grace'] });
    await sendToGroup(here, groupId, say('grace', 'hello'));
    const [, grace] = members;
    if (grace) await deleteItem(db().table, grace);
    await expect(sendToGroup(here, groupId, say('grace', 'hello again'))).rejects.toThrow(NotFoundError);
  });

  it('needs one put, and one check of the seq that only the summary shows', async () => {
    const { groupId } = await addGroup(db().table, { userIds: ['ada', 'grace'], length: 5 });
    expect(await sendToGroup(here, groupId, say('ada', 'hello'))).toMatchObject({ seq: 6 });
    const counts = () => ['Query', 'BatchGetItem', 'GetItem', 'PutItem'].map((name) => flaky.count(name));
    expect(counts()).toEqual([0, 2, 1, 1]);
    flaky.reset();
    expect(await sendToGroup(here, groupId, say('grace', 'hello'))).toMatchObject({ seq: 7 });
    expect(counts()).toEqual([0, 1, 0, 1]);
  });

  it('finds the end of the log when the summary is behind it', async () => {
    const { groupId } = await addGroup(db().table, {
      userIds: ['ada', 'grace'],
      length: 9,
      summary: { last_seq: 2 },
    });
    expect(await sendToGroup(db().newContext(), groupId, say('ada', 'hello'))).toMatchObject({ seq: 10 });
  });

  it('has its text, its author and its time', async () => {
    const { groupId } = await addGroup(db().table, { userIds: ['ada', 'grace'] });
    const now = new Date('2031-02-03T04:05:06.007Z');
    const context = db().newContext({ clock: () => now });
    const message = await sendToGroup(context, groupId, { ...say('ada', 'hello 😀'), clientKey: 'key' });
    expect(message).toMatchObject({
      seq: 2,
      rev: 0,
      kind: 'text',
      user_uuid: 'ada',
      message: 'hello 😀',
      client_key: 'key',
      created_at: '2031-02-03T04:05:06.007Z',
    });
    expect((await readLog(there, groupId)).at(-1)).toEqual(message);
  });
});

async function unreadOf(row: DirectMember | undefined): Promise<number | undefined> {
  return row && unreadCount(there, { ...row, summary: row });
}

function say(userId: string, text: string): Send {
  return { userId, text };
}

async function newPair() {
  pairs += 1;
  const [ada, grace] = [`ada.${pairs}`, `grace.${pairs}`];
  const ids = await Promise.all([addPerson(there, ada), addPerson(there, grace)]);
  return {
    ada: { handle: ada, userId: ids[0] },
    grace: { handle: grace, userId: ids[1] },
    groupId: directGroupId(...ids),
  };
}
