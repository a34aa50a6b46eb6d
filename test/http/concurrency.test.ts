import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import type { Caller, SendBody } from '../support/caller.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { upTo } from '../support/scene.ts';
import { type ApiProcess, startApiProcess } from '../support/start-api-process.ts';

/* Many requests at once, over HTTP, to one process and to two on one table. */

const api = useTestApi();
let processes: readonly ApiProcess[] = [];

beforeAll(async () => {
  const { db, issuer } = api();
  processes = await Promise.all([startApiProcess(db, issuer), startApiProcess(db, issuer)]);
});
afterAll(async () => {
  for (const process of processes) await process.kill();
});

/** Somebody at each place by turns. */
const at = (places: readonly { port: number }[], caller: Caller, turn: number) =>
  caller.at(places[turn % places.length] ?? api());

async function conversation() {
  const [ada, grace] = [await api().person(), await api().person()];
  const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'first' });
  return { ada, grace, groupId };
}

const seqs = (messages: readonly MessageAnswer[]) => messages.map((message) => message.seq);
const texts = (messages: readonly MessageAnswer[]) => messages.map((message) => message.message);

describe.each([
  { where: 'one process', places: () => [api()] },
  { where: 'two processes', places: () => processes },
])('through $where', ({ places }) => {
  it('50 sends of two people to one group are a log without gap or repeat, the same for both', async () => {
    const { ada, grace, groupId } = await conversation();
    const wanted = upTo(50).map((number) => `text ${number}`);
    const sent = await Promise.all(
      wanted.map((message, turn) =>
        // By fours, so that both people are at both places.
        at(places(), turn % 4 < 2 ? ada : grace, turn).send({ message_group_uuid: groupId, message }),
      ),
    );
    expect(seqs(sent).toSorted((a, b) => a - b)).toEqual(upTo(51).slice(1));
    const readings = await Promise.all(
      [ada, grace, ada, grace].map((reader, turn) =>
        at(places(), reader, turn).history(groupId, '?limit=100'),
      ),
    );
    const [log = []] = readings;
    expect(seqs(log)).toEqual(upTo(51));
    expect(texts(log).toSorted()).toEqual(['first', ...wanted].toSorted());
    // Each answer told where its message stands.
    expect(sent.every(({ seq, uuid }) => log[seq - 1]?.uuid === uuid)).toBe(true);
    for (const reading of readings)
      expect(reading.map(({ uuid }) => uuid)).toEqual(log.map(({ uuid }) => uuid));
  });

  it.each([
    ['and a place', { after_seq: 1 }],
    ['and no place', {}],
  ])('20 sends with one key %s are one message, and 20 equal answers', async (_how, place) => {
    const { ada, groupId } = await conversation();
    const body: SendBody = { message_group_uuid: groupId, message: 'once', ...place };
    const sent = await Promise.all(upTo(20).map((turn) => at(places(), ada, turn).send(body, 'key')));
    expect(sent).toEqual(upTo(20).map(() => sent[0]));
    expect(texts(await ada.history(groupId))).toEqual(['first', 'once']);
  });

  it('one key among other people’s sends is one message all the same', async () => {
    const { ada, grace, groupId } = await conversation();
    const once: SendBody = { message_group_uuid: groupId, message: 'once', after_seq: 1 };
    const sends = upTo(20).map((turn) => [
      at(places(), ada, turn).send(once, 'key'),
      at(places(), grace, turn + 1).send({ message_group_uuid: groupId, message: `other ${turn}` }),
    ]);
    const answers = await Promise.all(sends.flat());
    expect(answers.filter(({ message }) => message === 'once').map(({ uuid }) => uuid)).toEqual(
      upTo(20).map(() => answers[0]?.uuid),
    );
    const log = await grace.history(groupId, '?limit=100');
    expect(seqs(log)).toEqual(upTo(22));
    expect(texts(log).filter((text) => text === 'once')).toHaveLength(1);
  });

  it('20 sends with one key that open a conversation open one, with one message', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const body = { handle: grace.handle, message: 'once' };
    const sent = await Promise.all(upTo(20).map((turn) => at(places(), ada, turn).send(body, 'key')));
    expect(sent).toEqual(upTo(20).map(() => sent[0]));
    expect(await grace.history(sent[0]?.message_group_uuid ?? '')).toHaveLength(1);
  });

  it('20 pairs who write to each other at once have one conversation each, with both messages', async () => {
    const pairs = await Promise.all(
      upTo(20).map(async () => [await api().person(), await api().person()] as const),
    );
    const opened = await Promise.all(
      pairs.map(([one, other], turn) =>
        Promise.all([
          at(places(), one, turn).send({ handle: other.handle, message: `from ${one.handle}` }),
          at(places(), other, turn + 1).send({ handle: one.handle, message: `from ${other.handle}` }),
        ]),
      ),
    );
    for (const [place, [one, other]] of pairs.entries()) {
      const [first, second] = opened[place] ?? [];
      expect(first?.message_group_uuid).toBe(second?.message_group_uuid);
      const groupId = first?.message_group_uuid ?? '';
      for (const person of [one, other]) {
        expect(await person.inbox()).toMatchObject([{ uuid: groupId }]);
        const log = await person.history(groupId);
        expect(seqs(log)).toEqual([1, 2]);
        expect(texts(log).toSorted()).toEqual([`from ${one.handle}`, `from ${other.handle}`].toSorted());
      }
    }
  });
});

describe('an answer that is lost', () => {
  let flaky: FlakyEngine;
  let other: TestApi;
  /** As often as the client tries by itself. */
  const EVERY_TRY = { times: 4 };

  beforeAll(async () => {
    flaky = await startFlakyEngine(api().db.endpoint);
    other = await startTestApi({ table: api().db.through(flaky.endpoint), issuer: api().issuer });
  });
  afterEach(() => flaky.reset());
  afterAll(async () => {
    await other.stop();
    await flaky.close();
  });

  it.each([
    ['and a place', { after_seq: 1 }],
    ['and no place', {}],
  ])('on every try: with a key %s, sending again gives the message that was stored', async (_how, place) => {
    const { ada, grace, groupId } = await conversation();
    const body = { message_group_uuid: groupId, message: 'once', ...place };
    flaky.loseAnswer('PutItem', EVERY_TRY);
    const lost = await ada.at(other).post('/api/messages', body, { 'Idempotency-Key': 'key' });
    expect(lost).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    await grace.send({ message_group_uuid: groupId, message: 'between' });
    const again = await ada.at(other).send(body, 'key');
    expect(again).toMatchObject({ seq: 2, message: 'once' });
    expect(await ada.send(body, 'key')).toEqual(again);
    expect(texts(await grace.history(groupId))).toEqual(['first', 'once', 'between']);
  });

  it('once: without any key, the message is stored once, and answered', async () => {
    const { ada, groupId } = await conversation();
    flaky.loseAnswer('PutItem');
    const sent = await ada.at(other).send({ message_group_uuid: groupId, message: 'once' });
    expect(flaky.count('PutItem')).toBe(2);
    expect(await ada.history(groupId)).toEqual([expect.objectContaining({ message: 'first' }), sent]);
  });

  it('on every try that opens a conversation: sending again gives its first message', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const body = { handle: grace.handle, message: 'once' };
    flaky.loseAnswer('TransactWriteItems', EVERY_TRY);
    const lost = await ada.at(other).post('/api/messages', body, { 'Idempotency-Key': 'key' });
    expect(lost.status).toBe(503);
    const again = await ada.at(other).send(body, 'key');
    expect(again).toMatchObject({ seq: 1 });
    expect(await grace.history(again.message_group_uuid)).toHaveLength(1);
  });

  it('once, when a conversation is opened without any key: it is opened once', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    flaky.loseAnswer('TransactWriteItems');
    const sent = await ada.at(other).send({ handle: grace.handle, message: 'once' });
    expect(await grace.history(sent.message_group_uuid)).toHaveLength(1);
  });

  it('to another text with the same key is a 409, lost or not', async () => {
    const { ada, groupId } = await conversation();
    const body = { message_group_uuid: groupId, message: 'this', after_seq: 1 };
    flaky.loseAnswer('PutItem', EVERY_TRY);
    const key = { 'Idempotency-Key': 'key' };
    expect((await ada.at(other).post('/api/messages', body, key)).status).toBe(503);
    const reused = await ada.at(other).post('/api/messages', { ...body, message: 'that' }, key);
    expect({ status: reused.status, codes: reused.json() }).toEqual({
      status: 409,
      codes: ['idempotency_key_reused'],
    });
    expect(texts(await ada.history(groupId))).toEqual(['first', 'this']);
  });

  it('to a read mark leaves the mark where it was put', async () => {
    const { ada, grace, groupId } = await conversation();
    flaky.loseAnswer('UpdateItem');
    expect(await grace.at(other).markRead(groupId, 1)).toMatchObject({ read_seq: 1, unread_count: 0 });
    expect(await ada.history(groupId)).toHaveLength(1);
  });

  it('to a new profile leaves one profile, and its answer', async () => {
    const user = await api().user();
    flaky.loseAnswer('TransactWriteItems');
    const saved = await user.at(other).saveProfile({ handle: 'lost-and-found', display_name: 'Found' });
    expect(await user.get('/api/users/me')).toMatchObject({ status: 200, text: JSON.stringify(saved) });
  });
});

describe('a place beyond the end', () => {
  it('is refused in every process, and leaves no hole in the log', async () => {
    const { ada, groupId } = await conversation();
    for (const place of [api(), ...processes]) {
      for (const after_seq of [2, 1_000, 999_999_999_999]) {
        const body = { message_group_uuid: groupId, message: 'Hi', after_seq };
        for (const headers of [{}, { 'Idempotency-Key': `key-${after_seq}` }]) {
          const answer = await ada.at(place).post('/api/messages', body, headers);
          expect({ status: answer.status, codes: answer.json() }).toEqual({
            status: 422,
            codes: ['after_seq_beyond_end'],
          });
        }
      }
    }
    expect(await ada.send({ message_group_uuid: groupId, message: 'second', after_seq: 1 })).toMatchObject({
      seq: 2,
    });
    expect(seqs(await ada.history(groupId))).toEqual([1, 2]);
  });

  it('is what another process knows of as soon as it is stored', async () => {
    const { ada, grace, groupId } = await conversation();
    for (const turn of upTo(10)) {
      const { seq } = await at(processes, ada, turn).send({
        message_group_uuid: groupId,
        message: `question ${turn}`,
      });
      const reply = { message_group_uuid: groupId, message: `answer ${turn}`, after_seq: seq };
      expect(await at(processes, grace, turn + 1).send(reply, `key-${turn}`)).toMatchObject({ seq: seq + 1 });
    }
  });
});
