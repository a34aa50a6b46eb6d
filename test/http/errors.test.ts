import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeysUnavailableError, NotAuthenticatedError } from '../../backend/errors.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import type { Answer, ExactRequest } from '../support/http-client.ts';

/* The two forms of a failure: RFC 9457 for who names its media type, a bare array of codes for everybody else. */

const api = useTestApi();
let ada: Caller;

beforeAll(async () => {
  ada = await api().person('ada');
});

const isProblem = (answer: Answer) =>
  answer.headers['content-type']?.startsWith('application/problem+json') === true;

describe('the form', () => {
  const askFor = (accept: string | undefined) =>
    api().request({ path: '/api/nothing', headers: accept === undefined ? {} : { Accept: accept } });

  it.each([
    'application/problem+json',
    'application/json, application/problem+json',
    'application/problem+json;q=0.1, application/json;q=0.9',
    'text/html, */*;q=0.8, application/problem+json;q=0.5',
    'Application/Problem+JSON',
    'application/problem+json; charset=utf-8',
  ])('is a problem document for Accept: %s', async (accept) => {
    const answer = await askFor(accept);
    expect(isProblem(answer)).toBe(true);
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found' });
  });

  it.each([
    undefined,
    '',
    '*/*',
    'application/*',
    'application/json',
    'text/html',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8',
    'application/problem+json;q=0, application/json',
    'application/problem+json;q=0',
    'application/problem+xml',
    'application/problem',
    'nonsense',
    ',,;;==',
  ])('is an array of codes for Accept: %s', async (accept) => {
    const answer = await askFor(accept);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json()).toEqual(['not_found']);
  });
});

describe('a problem document', () => {
  const accept = { Accept: 'application/problem+json' };

  it('has all members of RFC 9457 that there is something to say of, and ours', async () => {
    const answer = await ada.get('/api/messages/nowhere', accept);
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: expect.stringMatching(/\.$/),
      code: 'not_found',
      errors: [{ code: 'not_found' }],
      request_id: answer.headers['x-request-id'],
    });
  });

  it('says of each thing that is wrong where it is', async () => {
    const sent = { message: '', handle: '', after_seq: -1, seq: 1 };
    const answer = await ada.post('/api/messages', sent, accept);
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      title: 'Unprocessable Entity',
      code: 'message_blank',
      errors: [
        { code: 'message_blank', field: 'message' },
        { code: 'user_reciever_handle_blank', field: 'handle' },
        { code: 'after_seq_invalid', field: 'after_seq' },
        { code: 'field_unknown', field: 'seq' },
      ],
    });
  });

  it.each([
    ['/api/message_groups?cursor=x', 'cursor_invalid', 'cursor'],
    ['/api/message_groups?limit=0', 'limit_invalid', 'limit'],
    ['/api/users?prefix=x', 'prefix_invalid', 'prefix'],
    ['/api/messages/nowhere?before=0', 'seq_invalid', 'before'],
  ])('names the parameter: %s', async (path, code, field) => {
    const answer = await ada.get(path, accept);
    expect({ status: answer.status, body: answer.json() }).toMatchObject({
      status: 400,
      body: { title: 'Bad Request', errors: [{ code, field }] },
    });
  });

  it('names the header', async () => {
    const headers = { ...accept, 'Idempotency-Key': '' };
    const answer = await ada.post('/api/messages', { message: 'Hi', handle: 'x' }, headers);
    expect(answer.json()).toMatchObject({
      errors: [{ code: 'idempotency_key_invalid', field: 'Idempotency-Key' }],
    });
  });
});

describe('every failure', () => {
  it('is not kept by any cache, and is of the type it says', async () => {
    for (const path of ['/api/nothing', '/api/users/me', '/api/users/@nobody/short', '/api/messages/%']) {
      const answer = await api().request({ path });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('has the id of its request', async () => {
    const given = await ada.get('/api/nothing', {
      Accept: 'application/problem+json',
      'X-Request-Id': 'proxy-1.a_B',
    });
    expect(given.headers['x-request-id']).toBe('proxy-1.a_B');
    expect(given.json()).toMatchObject({ request_id: 'proxy-1.a_B' });
  });

  it.each(['', 'x'.repeat(65), 'two words', 'a"b', '<id>'])(
    'has an id of its own where the one given is "%s"',
    async (id) => {
      const { headers } = await ada.get('/api/nothing', { 'X-Request-Id': id });
      expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it('is answered to HEAD without a body', async () => {
    const answer = await api().request({ method: 'HEAD', path: '/api/users/me' });
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 401, text: '' });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
  });
});

describe('a 401 says in words, in the header and in the problem document,', () => {
  const told = async (at: TestApi, request: Partial<ExactRequest> = {}) => {
    const { headers, ...rest } = request;
    const answer = await at.request({
      path: '/api/users/me',
      ...rest,
      headers: { Accept: 'application/problem+json', ...headers },
    });
    const { code, detail } = answer.json() as { code: string; detail: string };
    expect(answer.headers['www-authenticate']).toContain(`error_description="${detail}"`);
    return { code, detail };
  };
  const bearer = (Authorization: string) => ({ headers: { Authorization } });

  it('what is missing, and where the token is got on a development server', async () => {
    const hint = 'bin/token <handle> prints one.';
    const local = await startTestApi({ table: api().db.table, issuer: api().issuer, tokenHint: hint });
    try {
      const [deployed, here] = [await told(api()), await told(local)];
      expect(deployed.code).toBe('cognito_user_id_blank');
      expect(deployed.detail).toMatch(/token is missing.*Authorization: Bearer <token>/);
      expect(deployed.detail).not.toContain('bin/token');
      expect(here).toEqual({ code: 'cognito_user_id_blank', detail: `${deployed.detail} ${hint}` });
      expect((await told(local, bearer('Bearer null'))).detail).toMatch(/does not verify.*bin\/token/);
    } finally {
      await local.stop();
    }
  });

  it.each(['Bearer', 'Bearer ', 'Basic YTpi', 'eyJhbGciOiJSUzI1NiJ9', 'Bearer two words'])(
    'that “%s” holds no token',
    async (header) => {
      const { code, detail } = await told(api(), bearer(header));
      expect(code).toBe('token_invalid');
      expect(detail).toMatch(/holds no token: it must be Bearer <token>/);
    },
  );

  it('how to get another ticket', async () => {
    const { code, detail } = await told(api(), { path: '/api/events?ticket=old' });
    expect(code).toBe('ticket_invalid');
    expect(detail).toContain('POST /api/events/ticket');
  });
});

describe('a fault of ours', () => {
  let other: TestApi;
  const SECRET = 'what only the operator may know';

  beforeAll(async () => {
    other = await startTestApi({
      table: api().db.table,
      verifyToken: (token) => {
        if (token === 'keys') throw new KeysUnavailableError();
        if (token === 'invalid') throw new NotAuthenticatedError('token_invalid');
        throw token === 'error' ? new Error(SECRET) : Object.assign(new Error(SECRET), { status: 418 });
      },
    });
  });
  afterAll(() => other.stop());

  const ask = (token: string, accept: string) =>
    other.request({ path: '/api/users/me', headers: { Authorization: `Bearer ${token}`, Accept: accept } });

  it.each(ERROR_FORMS)('is a 500 that tells nothing, and is logged: $form', async (form) => {
    const answer = await ask('error', form.accept);
    expectFailure(answer, form, { status: 500, codes: ['internal_error'] });
    expect(answer.text).not.toContain(SECRET);
    const id = String(answer.headers['x-request-id']);
    const line = other.logLines.find((candidate) => candidate.includes(id));
    expect(JSON.parse(line ?? '')).toMatchObject({
      level: 'error',
      request_id: id,
      status: 500,
      err: { name: 'Error', message: SECRET, stack: expect.stringContaining('errors.test') },
    });
  });

  it.each(ERROR_FORMS)('is one whatever status an error claims to have: $form', async (form) => {
    const answer = await ask('teapot', form.accept);
    expectFailure(answer, form, { status: 500, codes: ['internal_error'] });
  });

  it.each(ERROR_FORMS)('that passes says when to come again: $form', async (form) => {
    const answer = await ask('keys', form.accept);
    expectFailure(answer, form, { status: 503, codes: ['token_keys_unavailable'] });
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('does not keep the next request from being answered', async () => {
    await ask('error', '*/*');
    expect(await other.request({ path: '/api/health-check' })).toMatchObject({ status: 200 });
    expect(await ask('invalid', '*/*')).toMatchObject({ status: 401 });
  });
});
