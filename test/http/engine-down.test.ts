import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { readDynamoConfig } from '../../backend/config.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { openTable } from '../../backend/table/table.ts';
import { DEFAULT_TABLE_NAME, tableDefinition } from '../../schema/table.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import type { Answer } from '../support/http-client.ts';

interface Scene {
  /** Whose name is remembered by the API. */
  readonly known: Caller;
  /** Of whom the API has yet to learn that they have a profile. */
  readonly unknown: Caller;
  readonly peer: Caller;
  readonly groupId: string;
}

/** Every route that reads the table, by somebody for whom it does. */
const ROUTES: Readonly<Record<string, (scene: Scene, headers: Record<string, string>) => Promise<Answer>>> = {
  'GET /users/me': ({ unknown }, headers) => unknown.get('/api/users/me', headers),
  'PUT /users/me': ({ known }, headers) =>
    known.put('/api/users/me', { handle: 'renamed', display_name: 'Renamed' }, headers),
  'GET /users': ({ known }, headers) => known.get('/api/users?prefix=an', headers),
  'GET /users/@:handle/short': ({ known, peer }, headers) =>
    known.get(`/api/users/@${peer.handle}/short`, headers),
  'GET /message_groups': ({ known }, headers) => known.get('/api/message_groups', headers),
  'GET /message_groups of an unknown caller': ({ unknown }, headers) =>
    unknown.get('/api/message_groups', headers),
  'GET /message_groups/:uuid': ({ known, groupId }, headers) =>
    known.get(`/api/message_groups/${groupId}`, headers),
  'PUT /message_groups/:uuid/read': ({ known, groupId }, headers) =>
    known.put(`/api/message_groups/${groupId}/read`, { seq: 1 }, headers),
  'GET /messages/:message_group_uuid': ({ known, groupId }, headers) =>
    known.get(`/api/messages/${groupId}`, headers),
  'POST /messages to a group': ({ known, groupId }, headers) =>
    known.post('/api/messages', { message: 'Hi', message_group_uuid: groupId }, headers),
  'POST /messages to a handle': ({ known, peer }, headers) =>
    known.post('/api/messages', { message: 'Hi', handle: peer.handle }, headers),
  'POST /messages with a key': ({ known, groupId }, headers) =>
    known.post(
      '/api/messages',
      { message: 'Hi', message_group_uuid: groupId, after_seq: 1 },
      { ...headers, 'Idempotency-Key': 'key' },
    ),
  'GET /health-check?deep=1': ({ known }, headers) => known.get('/api/health-check?deep=1', headers),
};

async function setScene(api: TestApi): Promise<Scene> {
  const [known, peer] = [await api.person(), await api.person()];
  const { message_group_uuid: groupId } = await known.send({ handle: peer.handle, message: 'before' });
  return { known, peer, groupId, unknown: await api.user() };
}

describe('an engine that is killed, and comes back', () => {
  let directory: string;
  let engine: Engine;
  let api: TestApi;
  let scene: Scene;
  let close: () => void;
  const startAgain = (port?: number) =>
    startEngine({ dbPath: join(directory, 'data.db'), ...(port !== undefined && { port }) });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cruddur-test-'));
    engine = await startAgain();
    const config = readDynamoConfig({ AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
    const client = createDynamoClient(config);
    close = () => client.destroy();
    await client.send(new CreateTableCommand(tableDefinition(DEFAULT_TABLE_NAME)));
    api = await startTestApi({ table: openTable(client, DEFAULT_TABLE_NAME) });
    scene = await setScene(api);
    await engine.crash();
  });
  afterAll(async () => {
    await api.stop();
    close();
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });

  describe.each(ERROR_FORMS)('meanwhile: $form', (form) => {
    const answers = new Map<string, Answer>();

    beforeAll(async () => {
      await Promise.all(
        Object.entries(ROUTES).map(async ([route, ask]) =>
          answers.set(route, await ask(scene, { Accept: form.accept })),
        ),
      );
    });

    it.each(Object.keys(ROUTES))('%s is a 503 that says when to come again', (route) => {
      const answer = answers.get(route);
      if (!answer) throw new Error('every route was asked');
      expectFailure(answer, form, { status: 503, codes: ['table_unavailable'] });
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    });

    it('what needs no table is answered as ever', async () => {
      const headers = { Accept: form.accept };
      expect(await api.request({ path: '/api/health-check', headers })).toMatchObject({ status: 200 });
      expect(await api.request({ path: '/api/users/me', headers })).toMatchObject({ status: 401 });
      expect(await api.request({ path: '/api/nothing', headers })).toMatchObject({ status: 404 });
      const blank = await scene.known.post('/api/messages', { message: '', handle: 'grace' }, headers);
      expectFailure(blank, form, { status: 422, codes: ['message_blank'] });
    });
  });

  it('then everything works again, with all that was stored', async () => {
    engine = await startAgain(engine.port);
    const { known, peer, groupId } = scene;
    expect(await api.request({ path: '/api/health-check?deep=1' })).toMatchObject({ status: 200 });
    const body = { message_group_uuid: groupId, message: 'after', after_seq: 1 };
    expect(await known.send(body, 'key')).toMatchObject({ seq: 2 });
    expect((await peer.history(groupId)).map(({ message }) => message)).toEqual(['before', 'after']);
    expect(await peer.markRead(groupId, 2)).toMatchObject({ unread_count: 0 });
    expect(await known.inbox()).toMatchObject([{ uuid: groupId }]);
    expect(await scene.unknown.get('/api/users/me')).toMatchObject({ status: 403 });
  });
});

describe('an engine with faults', () => {
  const plain = useTestApi();

  /** An API of its own behind an engine of its own faults: its client has spent none of its retries. */
  async function behindFaults<Result>(run: (engine: FlakyEngine, api: TestApi) => Promise<Result>) {
    const engine = await startFlakyEngine(plain().db.endpoint);
    const table = plain().db.through(engine.endpoint);
    const api = await startTestApi({ table, issuer: plain().issuer });
    try {
      return await run(engine, api);
    } finally {
      await api.stop();
      await engine.close();
    }
  }

  type Fault = (engine: FlakyEngine, operation: string, times: number) => void;
  const refused =
    (errorName: string): Fault =>
    (engine, operation, times) =>
      engine.refuse(operation, errorName, { times });
  /** Those that another try can overcome, which the client makes by itself. */
  const PASSING: Readonly<Record<string, Fault>> = {
    'a 500': (engine, operation, times) => engine.breakDown(operation, { times }),
    'a cut connection': (engine, operation, times) => engine.cut(operation, { times }),
    throttling: refused('ThrottlingException'),
    'exceeded throughput': refused('ProvisionedThroughputExceededException'),
    'an exceeded request rate': refused('RequestLimitExceeded'),
    'a transaction in the way': refused('TransactionConflictException'),
  };
  const LASTING: Readonly<Record<string, Fault>> = {
    'a missing table': refused('ResourceNotFoundException'),
    'expired credentials': refused('ExpiredTokenException'),
    'no permission': refused('AccessDeniedException'),
  };
  const FAULTS = { ...PASSING, ...LASTING };
  const OPERATIONS = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'TransactWriteItems'];

  /** Every route asked while every operation fails; what was stored is told by an engine without faults. */
  const runFailing = (fault: Fault) =>
    behindFaults(async (engine, api) => {
      const { known, peer, groupId } = await setScene(plain());
      // Makes the API remember their name.
      await known.at(api).get('/api/users/me');
      for (const operation of OPERATIONS) fault(engine, operation, 1_000);
      const scene = { known: known.at(api), unknown: peer.at(api), peer, groupId };
      const answers = await Promise.all(
        Object.entries(ROUTES).map(async ([route, ask]) => ({ route, answer: await ask(scene, {}) })),
      );
      return { answers, stored: await peer.history(groupId) };
    });

  /** A profile, a conversation, a message, a mark and a page, while each operation fails once. */
  const runFailingOnce = (fault: Fault) =>
    behindFaults(async (engine, api) => {
      for (const operation of OPERATIONS) fault(engine, operation, 1);
      const [sender, reader] = [await api.person(), await plain().person()];
      const { message_group_uuid: groupId } = await sender.send({ handle: reader.handle, message: 'opened' });
      await sender.send({ message_group_uuid: groupId, message: 'sent' });
      const { unread_count: unread } = await reader.at(api).markRead(groupId, 1);
      const log = await reader.at(api).history(groupId);
      const tries = Object.fromEntries(OPERATIONS.map((operation) => [operation, engine.count(operation)]));
      return { seqs: log.map(({ seq }) => seq), unread, tries };
    });

  const failing = new Map<string, Awaited<ReturnType<typeof runFailing>>>();
  const failingOnce = new Map<string, Awaited<ReturnType<typeof runFailingOnce>>>();

  // All runs at once: after each throttle, the client takes its time.
  beforeAll(async () => {
    const runs = [
      ...Object.entries(FAULTS).map(async ([name, fault]) => failing.set(name, await runFailing(fault))),
      ...Object.entries(PASSING).map(async ([name, fault]) =>
        failingOnce.set(name, await runFailingOnce(fault)),
      ),
    ];
    // One that breaks off is missed by its test; the others are waited for.
    await Promise.allSettled(runs);
  });

  it.each(Object.keys(FAULTS))('%s on everything is a 503 on every route, and stores nothing', (name) => {
    const { answers = [], stored } = failing.get(name) ?? {};
    const found = answers.map(({ route, answer }) => {
      const retryAfter = answer.headers['retry-after'];
      return { route, status: answer.status, body: answer.json(), retryAfter };
    });
    const expected = { status: 503, body: ['table_unavailable'], retryAfter: expect.stringMatching(/^\d+$/) };
    expect(found).toEqual(Object.keys(ROUTES).map((route) => ({ route, ...expected })));
    expect(stored).toMatchObject([{ message: 'before' }]);
  });

  it.each(Object.keys(PASSING))('%s once is overcome, and nothing is done twice', (name) => {
    expect(failingOnce.get(name)).toMatchObject({
      seqs: [1, 2],
      unread: 0,
      // Profile and conversation are a transaction each, and the first one was tried again.
      tries: { TransactWriteItems: 3, PutItem: 2, UpdateItem: 2 },
    });
  });

  /** A reader of three conversations, whose own name is remembered, and not those of the others. */
  const withReader = (run: (engine: FlakyEngine, reader: Caller) => Promise<void>) =>
    behindFaults(async (engine, api) => {
      const reader = await plain().person();
      for (const peer of [await plain().person(), await plain().person(), await plain().person()]) {
        await reader.send({ handle: peer.handle, message: 'Hi' });
      }
      await reader.at(api).get('/api/users/me');
      await run(engine, reader.at(api));
    });

  it('names that come in part come together', () =>
    withReader(async (engine, reader) => {
      engine.leaveUnprocessed({ times: 2 });
      const list = await reader.inbox();
      expect(list).toHaveLength(3);
      expect(list.every(({ handle }) => handle !== '_deleted')).toBe(true);
      expect(engine.count('BatchGetItem')).toBe(4);
    }));

  it('names that do not come are a 503, and nobody is shown as deleted', () =>
    withReader(async (engine, reader) => {
      engine.breakDown('BatchGetItem', { times: 100 });
      expect(await reader.get('/api/message_groups')).toMatchObject({ status: 503 });
    }));
});
