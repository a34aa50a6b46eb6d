import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import express, { type Request, type Response } from 'express';
import { isInnerList, parseList } from 'structured-headers';
import { KeysUnavailableError } from '../../backend/errors.ts';
import { OwnCounts } from '../../backend/http/hit-counts.ts';
import { createRateLimits, NO_LIMITS } from '../../backend/http/rate-limit.ts';
import type { Access } from '../../backend/http/route.ts';
import { API_ROUTES } from '../../backend/http/routes.ts';
import type { Logger } from '../../backend/logger.ts';
import { openRedis, type Redis } from '../../backend/redis.ts';
import { keepLines } from '../local/log-lines.ts';
import { codesOf, ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { type ApiOptions, FRONT_END, startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import type { Answer } from '../support/http-client.ts';
import { epochSeconds } from '../support/test-issuer.ts';

/* How many requests are let in. People and conversations are made through an API without limits, over the same table. */

const base = useTestApi();
const stops: (() => Promise<void>)[] = [];
const { logger } = keepLines();
const common = () => ({ tableName: base().db.table.name, logger });
/** What is read without a token. */
const OPEN: readonly Access[] = ['free', 'open'];
let ada: Caller;
let grace: Caller;
let groupId: string;

beforeAll(async () => {
  ada = await base().person('ada');
  grace = await base().person('grace');
  ({ message_group_uuid: groupId } = await ada.send({ handle: 'grace', message: 'Hello' }));
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Limits {
  readonly writes?: number;
  readonly reads?: number;
  readonly anonymous?: number;
  readonly windowMs?: number;
  readonly redis?: Redis;
  readonly logger?: Logger;
}

/** Another API over the same table, with limits; absent ones are none. */
async function limited(limits: Limits, options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const { writes = 0, reads = 0, anonymous = 0, ...parts } = limits;
  const api = await startTestApi({
    table: base().db.table,
    issuer: base().issuer,
    limits: createRateLimits({
      limits: { writesPerMinute: writes, readsPerMinute: reads, anonymousPerMinute: anonymous },
      ...common(),
      ...parts,
    }),
    ...options,
  });
  stops.push(() => api.stop());
  return api;
}

const short = (api: TestApi, headers: Record<string, string> = {}) =>
  api.request({ path: '/api/users/@ada/short', headers });
const from = (address: string) => ({ 'X-Forwarded-For': address });
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

async function inTurn(times: number, call: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await call());
  return answers;
}

/** The one item of a list of structured fields (RFC 9651), as it names itself and with its numbers. */
function field(answer: Answer, name: string): Record<string, unknown> {
  const [item, ...rest] = parseList(String(answer.headers[name]));
  if (item === undefined || isInnerList(item) || rest.length > 0) throw new Error('not one item');
  return { name: item[0], ...Object.fromEntries(item[1]) };
}

/** A request and its answer as routes get them, without a connection. */
function bareExchange(): { request: Request; response: Response } {
  const incoming = new IncomingMessage(new Socket());
  const outgoing = new ServerResponse(incoming);
  Object.setPrototypeOf(Object.assign(incoming, { app: express() }), express.request);
  Object.setPrototypeOf(outgoing, express.response);
  return { request: incoming as Request, response: outgoing as Response };
}

describe('writes', () => {
  const say = (caller: Caller, message = 'Hi') =>
    caller.post('/api/messages', { message, message_group_uuid: groupId });

  it('are let in up to the limit, and not once more; what is refused is not stored', async () => {
    const ada3 = ada.at(await limited({ writes: 3 }));
    const before = (await ada.history(groupId)).at(-1)?.seq ?? 0;
    expect(statuses(await inTurn(5, () => say(ada3)))).toEqual([200, 200, 200, 429, 429]);
    expect((await ada.history(groupId)).at(-1)?.seq).toBe(before + 3);
  });

  it('are let in exactly as often when all come at once', async () => {
    const ada3 = ada.at(await limited({ writes: 7 }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => say(ada3)));
    expect(statuses(answers).filter((status) => status === 200)).toHaveLength(7);
    expect(statuses(answers).filter((status) => status === 429)).toHaveLength(13);
  });

  it('of every kind count together, and before the body is read', async () => {
    const ada4 = ada.at(await limited({ writes: 4 }));
    const answers = [
      await ada4.put(`/api/message_groups/${groupId}/read`, { seq: 1 }),
      await ada4.post('/api/attachments', { name: 'plan.pdf', type: 'application/pdf', size: 1 }),
      await ada4.put('/api/users/me', { handle: 'ada', display_name: 'Ada' }),
      await ada4.post('/api/messages', {}),
      await ada4.post('/api/attachments', {}),
      await ada4.put('/api/users/me', 'x'.repeat(70_000)),
    ];
    // This API has no store of files.
    expect(statuses(answers)).toEqual([200, 403, 200, 422, 429, 429]);
  });

  it('count for their user, and for nobody else at the same address', async () => {
    const api = await limited({ writes: 1, anonymous: 1 });
    expect(statuses(await inTurn(2, () => say(ada.at(api))))).toEqual([200, 429]);
    expect((await say(grace.at(api))).status).toBe(200);
    expect((await short(api)).status).toBe(200);
  });

  it('count for their user wherever they come from', async () => {
    const api = await limited({ writes: 1 }, { trustProxy: 1 });
    const post = (address: string) =>
      ada.at(api).post('/api/messages', { message: 'Hi', message_group_uuid: groupId }, from(address));
    expect(statuses([await post('192.0.2.1'), await post('192.0.2.2')])).toEqual([200, 429]);
  });

  it('keep nobody from reading, and reading does not count among them', async () => {
    const ada1 = ada.at(await limited({ writes: 1 }));
    await ada1.inbox();
    await say(ada1);
    expect((await say(ada1)).status).toBe(429);
    const read = await ada1.get(`/api/messages/${groupId}`);
    expect(read.status).toBe(200);
    expect(read.headers).not.toHaveProperty('ratelimit');
  });

  it('are let in again when the window has passed', async () => {
    const ada1 = ada.at(await limited({ writes: 1 }));
    expect(statuses(await inTurn(2, () => say(ada1)))).toEqual([200, 429]);
    const aMinuteLater = Date.now() + 60_000;
    const now = jest.spyOn(Date, 'now').mockReturnValue(aMinuteLater);
    try {
      expect((await say(ada1)).status).toBe(200);
    } finally {
      now.mockRestore();
    }
  });

  it('say in their answer what is left, and of a refusal when to come again', async () => {
    const ada2 = ada.at(await limited({ writes: 2 }));
    const answers = await inTurn(3, () => say(ada2));
    expect(answers.map((answer) => field(answer, 'ratelimit'))).toEqual(
      [1, 0, 0].map((r) => ({ name: '2-in-1min', r, t: expect.any(Number) })),
    );
    expect(answers.map((answer) => field(answer, 'ratelimit-policy'))).toEqual(
      [1, 2, 3].map(() => expect.objectContaining({ name: '2-in-1min', q: 2, w: 60 })),
    );
    const wait = Number(answers[2]?.headers['retry-after']);
    expect(Number.isInteger(wait) && wait >= 1 && wait <= 60).toBe(true);
    expect(answers[1]?.headers).not.toHaveProperty('retry-after');
  });

  it('are told to wait a second at least, in a window’s last moment too', async () => {
    const limits = createRateLimits({
      limits: { writesPerMinute: 1, readsPerMinute: 0, anonymousPerMinute: 0 },
      ...common(),
    });
    const count = () => limits.write(ada.userId, request, response);
    const { request, response } = bareExchange();
    const begun = Date.now();
    const now = jest.spyOn(Date, 'now').mockReturnValue(begun);
    try {
      await count();
      // The window ends between the count and the answer.
      now.mockReturnValueOnce(begun + 59_999).mockReturnValue(begun + 60_000);
      await expect(count()).rejects.toMatchObject({ retryAfterS: 1 });
    } finally {
      now.mockRestore();
    }
  });

  it.each(ERROR_FORMS)('are refused in either form, for a page to read: $form', async (form) => {
    const ada1 = ada.at(await limited({ writes: 1 }));
    const headers = { Accept: form.accept, Origin: FRONT_END };
    const [, refused] = await inTurn(2, () => ada1.put('/api/users/me', {}, headers));
    if (!refused) throw new Error('there are two');
    expectFailure(refused, form, { status: 429, codes: ['rate_limited'] });
    expect(refused.headers['access-control-allow-origin']).toBe(FRONT_END);
    expect(String(refused.headers['access-control-expose-headers']).split(',')).toEqual(
      expect.arrayContaining(['Retry-After', 'RateLimit', 'RateLimit-Policy']),
    );
  });
});

describe('reads', () => {
  const me = (caller: Caller) => caller.get('/api/users/me');

  it('are let in up to the limit, and not once more; they keep nobody from writing', async () => {
    const ada3 = ada.at(await limited({ reads: 3 }));
    expect(statuses(await inTurn(5, () => me(ada3)))).toEqual([200, 200, 200, 429, 429]);
    expect((await ada3.put(`/api/message_groups/${groupId}/read`, { seq: 1 })).status).toBe(200);
  });

  it('count for their user, and for nobody else at the same address', async () => {
    const api = await limited({ reads: 1, anonymous: 1 });
    expect(statuses(await inTurn(2, () => me(ada.at(api))))).toEqual([200, 429]);
    expect((await me(grace.at(api))).status).toBe(200);
    expect((await short(api)).status).toBe(200);
  });

  /** How many reads each route counts for: with so many left, one more would be too many. */
  const ROUTES: readonly (readonly [path: () => string, cost: number])[] = [
    [() => '/api/users/me', 1],
    [() => '/api/users/me/blocks', 10],
    [() => '/api/users?prefix=ad', 1],
    [() => '/api/users?prefix=ad&limit=100', 10],
    [() => '/api/message_groups', 2],
    [() => '/api/message_groups?limit=1', 1],
    [() => '/api/message_groups?limit=11', 2],
    [() => '/api/message_groups?limit=100', 10],
    [() => `/api/message_groups/${groupId}`, 10],
    [() => `/api/messages/${groupId}`, 2],
    [() => `/api/messages/${groupId}?limit=10&after=0`, 1],
    [() => `/api/messages/${groupId}?limit=100&before=9`, 10],
    [() => `/api/messages/${groupId}?limit=50&around=1`, 5],
    [() => `/api/messages/nowhere?limit=100`, 10],
    [() => `/api/messages/${groupId}/changes`, 5],
    [() => `/api/messages/${groupId}/changes?limit=100&after=7`, 10],
    [() => `/api/messages/${groupId}/changes?limit=1`, 1],
    [() => `/api/messages/${groupId}/search?q=a`, 50],
    [() => '/api/search', 70],
    [() => `/api/message_groups/${groupId}/members`, 10],
    [() => `/api/message_groups/${groupId}/members?limit=1`, 1],
    [() => `/api/message_groups/nowhere/members?limit=50`, 5],
    [() => `/api/messages/${groupId}/1/reactions`, 10],
    [() => `/api/messages/${groupId}/1/reactions?limit=1`, 1],
    [() => `/api/messages/${groupId}/1/attachments/01JX3K9Q4M5N6P7R8S9TAVBWCY`, 1],
    [() => `/api/message_groups/${groupId}/pins`, 15],
    [() => '/api/unread', 10],
    [() => '/api/message_groups?list=archived', 2],
    [() => '/api/message_groups/public', 2],
    [() => '/api/message_groups/public?prefix=a&limit=100', 10],
    [() => `/api/message_groups/${groupId}/invites`, 5],
    [() => '/api/invites/nothing', 1],
    [() => '/api/message_groups?limit=101', 2],
    [() => '/api/message_groups?limit=10&limit=100', 2],
    [() => '/api/message_groups?limit=-5', 2],
  ];

  it.each(ROUTES.map(([path, cost], place) => [place, path, cost] as const))(
    'of one route and another count by what they cost: %#',
    async (_place, path, cost) => {
      const caller = ada.at(await limited({ reads: 200 }));
      for (const [round, answer] of (await inTurn(2, () => caller.get(path()))).entries()) {
        expect({ path: path(), left: field(answer, 'ratelimit')['r'] }).toEqual({
          path: path(),
          left: 200 - (round + 1) * cost,
        });
      }
    },
  );

  it.each([
    ['/api/message_groups?limit=30', 3 + 10],
    ['/api/unread', 10 + 10],
    ['/api/users/me', 1],
  ])('of %s past the cache count for %d', async (path, cost) => {
    const caller = ada.at(await limited({ reads: 100 }));
    const answer = await caller.get(path, { 'Cache-Control': 'no-cache' });
    expect(field(answer, 'ratelimit')['r']).toBe(100 - cost);
  });

  it('are every route that a user reads by', () => {
    const declared = API_ROUTES.filter(({ method, access }) => method === 'get' && !OPEN.includes(access));
    const missing = declared.filter(({ path }) => {
      const pattern = new RegExp(`^/api${path.replaceAll(/:\w+/g, '[^/?]+')}(\\?|$)`);
      return path !== '/events' && !ROUTES.some(([read]) => pattern.test(read()));
    });
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it('are event streams that are opened too, with a token, a ticket or by HEAD', async () => {
    const api = await limited({ reads: 3 });
    const caller = ada.at(api);
    const { ticket } = ok(await caller.post('/api/events/ticket', undefined)) as { ticket: string };
    const readers = [
      await readEvents(api.port, { token: ada.token }),
      await readEvents(api.port, { path: `/api/events?ticket=${ticket}` }),
    ];
    const headers = { Authorization: `Bearer ${ada.token}` };
    const head = () => api.request({ method: 'HEAD', path: '/api/events', headers });
    expect(statuses(await inTurn(2, head))).toEqual([200, 429]);
    const late = await readEvents(api.port, { path: `/api/events?ticket=${ticket}` });
    expect([...readers, late].map(({ status }) => status)).toEqual([200, 200, 429]);
    for (const reader of [...readers, late]) reader.close();
  });

  it('that cost more than a small limit are let in once', async () => {
    const ada3 = ada.at(await limited({ reads: 3 }));
    const page = () => ada3.get(`/api/messages/${groupId}?limit=100`);
    expect(statuses(await inTurn(2, page))).toEqual([200, 429]);
  });

  it.each(ERROR_FORMS)('are refused in either form, and told when to come again: $form', async (form) => {
    const ada1 = ada.at(await limited({ reads: 1 }));
    const headers = { Accept: form.accept, Origin: FRONT_END };
    const [, refused] = await inTurn(2, () => ada1.get('/api/users/me', headers));
    if (!refused) throw new Error('there are two');
    expectFailure(refused, form, { status: 429, codes: ['rate_limited'] });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(field(refused, 'ratelimit')).toMatchObject({ name: '1-in-1min', r: 0 });
  });
});

describe('requests without a token that verifies', () => {
  const bad = { Authorization: 'Bearer null' };

  it('are let in up to the limit: whoever guesses is told so for a while only', async () => {
    const api = await limited({ anonymous: 3 });
    const answers = [
      await api.request({ path: '/api/message_groups' }),
      await api.request({ path: '/api/message_groups', headers: bad }),
      await api.request({ method: 'POST', path: '/api/messages', headers: bad }),
      await api.request({ path: '/api/message_groups', headers: bad }),
    ];
    expect(statuses(answers)).toEqual([401, 401, 401, 429]);
    expect(answers.map((answer) => field(answer, 'ratelimit')['r'])).toEqual([2, 1, 0, 0]);
  });

  it('keep nobody who has a token from anything', async () => {
    const api = await limited({ anonymous: 1, writes: 10 });
    await inTurn(2, () => short(api));
    expect((await ada.at(api).get('/api/message_groups')).status).toBe(200);
    expect((await ada.at(api).put(`/api/message_groups/${groupId}/read`, { seq: 1 })).status).toBe(200);
  });

  it('are those of people looked up too, whatever token comes with them', async () => {
    const api = await limited({ anonymous: 3 });
    const expired = await base().issuer.sign({ sub: ada.userId, exp: epochSeconds() - 60 });
    const answers = [
      await short(api),
      await short(api, { Authorization: `Bearer ${expired}` }),
      await short(api, { Authorization: `Bearer ${ada.token}` }),
      await short(api, { Authorization: `Bearer ${ada.token}` }),
    ];
    expect(statuses(answers)).toEqual([200, 200, 200, 429]);
  });

  it('are those that have the table read for the health check, but not the plain ones', async () => {
    const api = await limited({ anonymous: 1 });
    const health = (query: string) => api.request({ path: `/api/health-check${query}` });
    expect(statuses(await inTurn(3, () => health('?deep=1')))).toEqual([200, 429, 429]);
    expect(statuses(await inTurn(3, () => health('')))).toEqual([200, 200, 200]);
  });

  it('are those of the docs', async () => {
    const api = await limited({ anonymous: 2 });
    const paths = ['/api/docs', '/api/openapi.json', '/api/docs', '/api/openapi.json'];
    const answers = await Promise.all(paths.map((path) => api.request({ path })));
    expect(statuses(answers)).toEqual([200, 200, 429, 429]);
  });

  it('are not preflights', async () => {
    const api = await limited({ anonymous: 1 });
    const preflight = () =>
      api.request({
        method: 'OPTIONS',
        path: '/api/messages',
        headers: { Origin: FRONT_END, 'Access-Control-Request-Method': 'POST' },
      });
    expect(statuses(await inTurn(3, preflight))).toEqual([204, 204, 204]);
  });

  it('count for the address that a trusted proxy tells', async () => {
    const api = await limited({ anonymous: 1 }, { trustProxy: 1 });
    const answers = [
      await short(api, from('192.0.2.1')),
      await short(api, from('192.0.2.2')),
      await short(api, from('192.0.2.1')),
      // What stands before it was written by the client itself.
      await short(api, from('203.0.113.9, 192.0.2.1')),
    ];
    expect(statuses(answers)).toEqual([200, 200, 429, 429]);
  });

  it('count for the connection where no proxy is trusted, or tells no address', async () => {
    const open = await limited({ anonymous: 1 });
    expect(statuses([await short(open, from('192.0.2.1')), await short(open, from('192.0.2.2'))])).toEqual([
      200, 429,
    ]);
    const behind = await limited({ anonymous: 1 }, { trustProxy: 1 });
    const answers = [
      await short(behind, from('unknown')),
      await short(behind, from(`x${'y'.repeat(4_000)}`)),
    ];
    expect(statuses(answers)).toEqual([200, 429]);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 429],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', 200],
    ['::ffff:192.0.2.7', '192.0.2.7', 429],
    ['fe80::1%eth0', 'fe80::2%eth0', 429],
  ])(
    'count by the networks of IPv6: after one from %s, one from %s is a %p',
    async (first, second, status) => {
      const api = await limited({ anonymous: 1 }, { trustProxy: 1 });
      expect(statuses([await short(api, from(first)), await short(api, from(second))])).toEqual([
        200,
        status,
      ]);
    },
  );

  it('count for nobody while the issuer’s keys cannot be had', async () => {
    const api = await limited(
      { anonymous: 1 },
      { verifyToken: () => Promise.reject(new KeysUnavailableError()) },
    );
    const answers = await inTurn(3, () => ada.at(api).get('/api/message_groups'));
    expect(answers.map(codesOf)).toEqual([1, 2, 3].map(() => ['token_keys_unavailable']));
  });
});

describe('a limit of 0', () => {
  it('is none, and does nothing', async () => {
    const api = await limited({});
    const answers = await inTurn(30, () => short(api));
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect(answers[0]?.headers).not.toHaveProperty('ratelimit');
    const limits = { writesPerMinute: 0, readsPerMinute: 0, anonymousPerMinute: 0 };
    expect(createRateLimits({ limits, ...common() })).toEqual(NO_LIMITS);
  });
});

describe('without the Redis that is configured', () => {
  it('requests are served, and counted by the process alone', async () => {
    const lines = keepLines();
    // Port 1 is open nowhere.
    const redis = openRedis('redis://somebody:very-secret@127.0.0.1:1', lines.logger);
    let attempts = 0;
    redis.client.on('reconnecting', () => (attempts += 1));
    stops.push(() => redis.close());
    const api = await limited({ anonymous: 2, redis, logger: lines.logger });
    expect(statuses(await inTurn(3, () => short(api)))).toEqual([200, 200, 429]);
    await eventually(() => attempts >= 3);
    await expect(redis.client.publish('channel', 'message')).rejects.toThrow();
    await redis.close();
    expect(lines.lines).toMatchObject([{ level: 'warn', msg: 'redis is away', server: '127.0.0.1:1' }]);
    expect(JSON.stringify(lines.lines)).not.toMatch(/secret|somebody/);
  });
});

describe('what one process counts', () => {
  const counts = () => {
    const own = new OwnCounts({ windowMs: 60_000, maxKeys: 3 });
    return (...keys: string[]) => keys.map((key) => own.add(key, 1).totalHits);
  };

  it('has a bound: the key that was longest silent is forgotten', () => {
    const hits = counts();
    expect(hits('a', 'b', 'c', 'a', 'd')).toEqual([1, 1, 1, 2, 1]);
    expect(hits('a', 'b')).toEqual([3, 1]);
  });
});
