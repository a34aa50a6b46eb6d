import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FRONT_END, startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { openPage } from '../support/browser.ts';
import type { Caller } from '../support/caller.ts';

const api = useTestApi();

const names = (header: string | string[] | undefined) =>
  String(header ?? '')
    .split(',')
    .map((name) => name.trim());

const preflight = (origin: string, path: string, method: string, headers?: string) =>
  api().request({
    method: 'OPTIONS',
    path,
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': method,
      ...(headers !== undefined && { 'Access-Control-Request-Headers': headers }),
    },
  });

describe('a preflight', () => {
  it.each(['/api/messages', '/api/message_groups', '/api/users/me', '/api/nothing'])(
    'of %s is answered without a token',
    async (path) => {
      const answer = await preflight(FRONT_END, path, 'POST', 'authorization,content-type,idempotency-key');
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': FRONT_END,
        vary: expect.stringMatching(/\bOrigin\b/),
        'access-control-max-age': expect.stringMatching(/^[1-9]\d*$/),
      });
      expect(names(answer.headers['access-control-allow-headers'])).toEqual(
        expect.arrayContaining(['Authorization', 'Content-Type', 'Idempotency-Key']),
      );
      expect(names(answer.headers['access-control-allow-methods'])).toEqual(
        expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      );
      // Tokens are sent by hand: no page may have a browser's cookies sent.
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    },
  );

  it.each([
    'http://localhost:3001',
    'https://localhost:3000',
    'http://localhost',
    'null',
    'http://evil.test',
  ])('from %s allows nothing', async (origin) => {
    const answer = await preflight(origin, '/api/messages', 'POST', 'authorization');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('every answer', () => {
  let ada: Caller;
  beforeAll(async () => {
    ada = await api().person();
  });

  const tooLarge = JSON.stringify({ message: 'x'.repeat(70_000) });
  it.each([
    ['a 200', 200, '/api/health-check', {}],
    ['a 400', 400, '/api/message_groups?limit=0', {}],
    ['a 400 of the path', 400, '/api/messages/%', {}],
    ['a 401', 401, '/api/message_groups', { Authorization: 'Bearer null' }],
    ['a 404', 404, '/api/nothing', {}],
    ['a 404 outside the API', 404, '/nothing', {}],
    ['a 413', 413, '/api/messages', { method: 'POST', 'Content-Type': 'application/json', body: tooLarge }],
    ['a 415', 415, '/api/messages', { method: 'POST', 'Content-Type': 'text/plain', body: 'Hi' }],
    ['a 422', 422, '/api/messages', { method: 'POST', 'Content-Type': 'application/json', body: '{}' }],
  ] as const)('%s can be read by the page', async (_name, status, path, request) => {
    const { method, body, ...headers } = { method: 'GET', body: undefined, ...request };
    const answer = await api().request({
      method,
      path,
      headers: { Authorization: `Bearer ${ada.token}`, ...headers, Origin: FRONT_END },
      ...(body !== undefined && { body }),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe(FRONT_END);
    expect(names(answer.headers['access-control-expose-headers'])).toEqual(
      expect.arrayContaining(['Link', 'Retry-After', 'X-Request-Id', 'RateLimit', 'RateLimit-Policy']),
    );
  });

  it('to another origin names none, and says that it depends on the origin', async () => {
    const { headers } = await api().request({
      path: '/api/health-check',
      headers: { Origin: 'http://x.test' },
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers.vary).toMatch(/\bOrigin\b/);
  });

  it('has the headers that keep a browser from doing something foolish with it', async () => {
    const { headers } = await api().request({ path: '/api/health-check' });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.any(String),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  });
});

describe('other settings', () => {
  let started: TestApi[];
  beforeAll(async () => {
    const { table } = api().db;
    started = [
      await startTestApi({ table, corsOrigins: ['*'] }),
      await startTestApi({ table, corsOrigins: [] }),
      await startTestApi({ table, corsOrigins: ['https://one.test', 'https://two.test'] }),
    ];
  });
  afterAll(async () => {
    for (const other of started) await other.stop();
  });

  const request = {
    method: 'GET',
    path: '/api/users/@x/short',
    headers: { 'Content-Type': 'application/json' },
  };
  const reaches = async (place: number, origin: string) => {
    const page = openPage(origin, started[place]?.port ?? 0);
    return (await page.fetch(request)).status;
  };

  it('* lets every page in', async () => {
    expect(await reaches(0, 'https://anything.test')).toBe(404);
  });

  it('none lets no page in', async () => {
    await expect(reaches(1, FRONT_END)).rejects.toThrow(TypeError);
  });

  it('several let each of them in, and nobody else', async () => {
    expect(await reaches(2, 'https://one.test')).toBe(404);
    expect(await reaches(2, 'https://two.test')).toBe(404);
    await expect(reaches(2, 'https://three.test')).rejects.toThrow(TypeError);
  });
});
