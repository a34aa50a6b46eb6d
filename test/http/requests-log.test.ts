import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { type Caller, linkOf } from '../support/caller.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import type { Answer } from '../support/http-client.ts';

/* The log of a run in which everything happened that can: each request stands in it, and nothing private does. */

const api = useTestApi();
let flaky: FlakyEngine;
let other: TestApi;
const callers: Caller[] = [];
const answers: Answer[] = [];
const SECRETS = {
  text: 'the secret of the message',
  name: 'The Name Behind The Handle',
  key: 'the-key-of-the-request',
  unparsed: 'the secret in what is no JSON',
  tooLong: 'the secret that is too long '.repeat(50),
  agent: 'the-browser-somebody-has',
};

beforeAll(async () => {
  flaky = await startFlakyEngine(api().db.endpoint);
  other = await startTestApi({ table: api().db.through(flaky.endpoint) });
  const [ada, grace] = [await other.person('ada', SECRETS.name), await other.person('grace', SECRETS.name)];
  callers.push(ada, grace);
  const note = (...noted: Answer[]) => void answers.push(...noted);
  const headers = { 'Idempotency-Key': SECRETS.key, 'User-Agent': SECRETS.agent };
  const send = (body: object) => ada.post('/api/messages', body, headers);

  const sent = await send({ handle: 'grace', message: SECRETS.text });
  note(sent);
  const { message_group_uuid } = sent.json() as { message_group_uuid: string };
  await ada.send({ handle: (await other.person('barbara')).handle, message: SECRETS.text });
  const firstPage = await ada.get('/api/message_groups?limit=1');
  note(firstPage, await ada.get(linkOf(firstPage, 'next') ?? ''));
  note(await send({ message_group_uuid, message: SECRETS.text, after_seq: 1 }));
  note(await send({ message_group_uuid, message: `${SECRETS.text}, another` }));
  note(await send({ message_group_uuid, message: SECRETS.tooLong }));
  note(await send({ message_group_uuid, message: [SECRETS.text] }));
  note(
    await other.request({
      method: 'POST',
      path: '/api/messages',
      headers: { Authorization: `Bearer ${ada.token}`, 'Content-Type': 'application/json' },
      body: SECRETS.unparsed,
    }),
  );
  note(await grace.get(`/api/messages/${message_group_uuid}`), await grace.get('/api/messages/nowhere'));
  note(await other.request({ path: `/api/users/me?token=${ada.token}` }));
  note(await other.request({ path: '/api/users/me', headers: { Authorization: `Bearer ${ada.token}x` } }));
  flaky.cut('PutItem', { times: 4 });
  note(await ada.post('/api/messages', { message_group_uuid, message: SECRETS.text }));
  flaky.refuse('PutItem', 'ValidationException');
  note(await ada.post('/api/messages', { message_group_uuid, message: SECRETS.text }));
});
afterAll(async () => {
  await other.stop();
  await flaky.close();
});

const lines = () => other.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the log of a run', () => {
  it('is of a run that had all of this in it', () => {
    expect(answers.map((answer) => answer.status)).toEqual([
      200, 200, 200, 200, 409, 422, 422, 400, 200, 404, 401, 401, 503, 500,
    ]);
  });

  it('has one line for each request, with its id, method, path, status and time', () => {
    for (const { headers, status } of answers) {
      const found = lines().filter((line) => line['request_id'] === headers['x-request-id']);
      expect(found).toEqual([
        expect.objectContaining({
          level: status === 503 ? 'warn' : status === 500 ? 'error' : 'info',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          method: expect.stringMatching(/^(GET|POST|PUT)$/),
          path: expect.stringMatching(/^\/api\/[^?]*$/),
          status,
          ms: expect.any(Number),
        }),
      ]);
    }
  });

  it('has a fault’s error with it, and its cause', () => {
    const faults = lines().filter((line) => Number(line['status']) >= 500);
    expect(faults).toMatchObject([
      {
        status: 503,
        err: {
          name: 'TableUnavailableError',
          stack: expect.any(String),
          cause: { name: expect.any(String) },
        },
      },
      { status: 500, err: { name: 'ValidationException', stack: expect.any(String) } },
    ]);
  });

  it('has no error with what was a client’s mistake', () => {
    const others = lines().filter((line) => Number(line['status']) < 500);
    expect(others.every((line) => !('err' in line))).toBe(true);
  });

  it('has no token, text, name, key or query in it', () => {
    const log = other.logLines.join('');
    for (const { token } of callers) {
      for (const part of token.split('.')) expect(log).not.toContain(part);
    }
    for (const secret of Object.values(SECRETS)) expect(log).not.toContain(secret.slice(0, 20));
    expect(log).not.toContain('cursor');
    expect(log).not.toMatch(/bearer/i);
  });
});

describe('a health check', () => {
  it('is logged only where somebody looks closely, or where it fails', async () => {
    const asked = { path: '/api/health-check', headers: { 'X-Request-Id': 'all-is-well' } };
    expect(await other.request(asked)).toMatchObject({ status: 200 });
    flaky.cut('GetItem', { times: 4 });
    const failed = {
      path: '/api/health-check?deep=1',
      headers: { 'X-Request-Id': 'all-is-not' },
    };
    expect(await other.request(failed)).toMatchObject({ status: 503 });
    expect(lines().filter((line) => line['path'] === '/api/health-check')).toEqual([
      expect.objectContaining({ request_id: 'all-is-not', level: 'warn' }),
    ]);
  });
});

describe('a request that its client gives up', () => {
  it('is logged, and harms nobody', async () => {
    const held = flaky.hold('Query');
    const [ada] = callers;
    if (!ada) throw new Error('Ada is there');
    const aborter = new AbortController();
    const given = fetch(`http://127.0.0.1:${other.port}/api/message_groups`, {
      headers: { Authorization: `Bearer ${ada.token}`, 'X-Request-Id': 'given-up' },
      signal: aborter.signal,
    });
    await held.arrived;
    aborter.abort();
    await expect(given).rejects.toThrow();
    held.release();
    expect(await ada.get('/api/message_groups')).toMatchObject({ status: 200 });
    const [line, ...more] = other.logLines.filter((candidate) => candidate.includes('given-up'));
    expect(more).toEqual([]);
    expect(JSON.parse(line ?? '')).toMatchObject({ aborted: true });
  });
});
