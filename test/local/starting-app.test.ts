import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '../../backend/http/server.ts';
import { createStartingApp } from '../../local/starting-app.ts';
import { keepLines } from './log-lines.ts';

const ORIGIN = 'http://localhost:3000';

let server: RunningServer;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  const kept = keepLines();
  lines = kept.lines;
  server = await startServer(createStartingApp({ logger: kept.logger, corsOrigins: [ORIGIN] }), 0);
});
afterEach(() => server.stop());

const call = (init: { method?: string; body?: string; headers?: Record<string, string> }) =>
  fetch(`http://127.0.0.1:${server.port}/api/messages?secret=1`, {
    ...init,
    headers: { Origin: ORIGIN, Connection: 'close', ...init.headers },
  });

it('responds with a 503 like the API’s, which a page can read', async () => {
  const answer = await call({ method: 'POST', body: '{', headers: { 'X-Request-Id': 'mine' } });
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual(['starting']);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': ORIGIN,
    'access-control-expose-headers': expect.stringContaining('Retry-After,X-Request-Id'),
    'cache-control': 'no-store',
    'retry-after': '1',
    'x-request-id': 'mine',
  });
  expect(lines).toMatchObject([{ level: 'warn', request_id: 'mine', status: 503, path: '/api/messages' }]);
});

it('responds with a problem document if the client asks for one', async () => {
  const answer = await call({ headers: { Accept: 'application/problem+json' } });
  expect(answer.headers.get('content-type')).toMatch('application/problem+json');
  expect(await answer.json()).toMatchObject({ status: 503, code: 'starting' });
});

it('responds to preflights of the allowed origins, and of no other', async () => {
  const preflight = (origin: string) =>
    call({
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });
  const allowed = await preflight(ORIGIN);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(allowed.headers.get('access-control-allow-headers')).toBe(
    'Authorization,Content-Type,Idempotency-Key',
  );
  expect((await preflight('http://elsewhere')).headers.get('access-control-allow-origin')).toBeNull();
});
