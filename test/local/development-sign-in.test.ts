import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../backend/app.ts';
import { wire } from '../../backend/wiring.ts';
import { type RunningServer, startServer } from '../../backend/http/server.ts';
import { createTokenVerifier } from '../../backend/http/verify-token.ts';
import { createLogger } from '../../backend/logger.ts';
import { type DevelopmentIssuer, openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { developmentSignIn } from '../../local/development-sign-in.ts';
import { exchange } from '../support/http-client.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';
import { useTempDirs } from './temp-dir.ts';

const tempDir = useTempDirs();
let db: TestTable;
let server: RunningServer;
let issuer: DevelopmentIssuer;

beforeAll(async () => {
  db = await createTestTable();
  issuer = await openDevelopmentIssuer(tempDir(), {});
  const context = wire({ table: db.table });
  const app = createApp({
    context,
    verifyToken: createTokenVerifier({ development: issuer }),
    logger: createLogger('silent'),
    corsOrigins: ['http://localhost:3000'],
    screens: [
      developmentSignIn({
        context,
        issuer,
        access: { allowedHosts: [] },
        corsOrigins: ['http://localhost:3000'],
      }),
    ],
  });
  server = await startServer(app, 0);
});
afterAll(async () => {
  await server.stop();
  await db.close();
});

const signIn = (body: object, headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
  exchange(server.port, {
    method: 'POST',
    path: '/development/sign-in',
    headers,
    body: JSON.stringify(body),
  });

/** Returns the user of a token. */
async function me(answer: { json(): unknown }): Promise<unknown> {
  const { access_token: token } = answer.json() as { access_token: string };
  const profile = await exchange(server.port, {
    path: '/api/users/me',
    headers: { Authorization: `Bearer ${token}` },
  });
  return profile.json();
}

describe('signing in on one machine', () => {
  it('offers no users at first, and creates none without being asked', async () => {
    const unknown = await signIn({ handle: 'ada' });
    expect({ status: unknown.status, body: unknown.json() }).toEqual({
      status: 422,
      body: ['handle_unknown'],
    });
    expect((await exchange(server.port, { path: '/development/people' })).json()).toEqual([]);
  });

  it('creates a user on request, and issues tokens that the API accepts', async () => {
    const created = await signIn({ handle: 'Ada', create: true, display_name: 'Ada Lovelace' });
    expect(created.status).toBe(200);
    expect(created.headers['cache-control']).toBe('no-store');
    const ada = await me(created);
    expect(ada).toMatchObject({ handle: 'ada', display_name: 'Ada Lovelace' });
    expect(await me(await signIn({ handle: 'ada' }))).toEqual(ada);
    // A repeated request changes nothing.
    expect(await me(await signIn({ handle: 'ada', create: true, display_name: 'Another name' }))).toEqual(
      ada,
    );
    expect((await exchange(server.port, { path: '/development/people' })).json()).toEqual([ada]);
  });

  it('creates one user if two tabs ask at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => signIn({ handle: 'grace', create: true })),
    );
    const people = await Promise.all(answers.map((answer) => me(answer)));
    expect(new Set(people.map((person) => JSON.stringify(person))).size).toBe(1);
  });

  it.each([
    [{}, ['handle_blank']],
    [{ handle: 'x' }, ['handle_invalid']],
    [{ handle: 'ada', create: 'yes' }, ['create_invalid']],
    [{ handle: 'ada', admin: true }, ['field_unknown']],
  ])('refuses %j', async (body, codes) => {
    const answer = await signIn(body);
    expect({ status: answer.status, body: answer.json() }).toEqual({ status: 422, body: codes });
  });

  it('refuses a body that a page of another origin can send without a preflight', async () => {
    expect((await signIn({ handle: 'ada' }, { 'Content-Type': 'text/plain' })).status).toBe(415);
  });

  it('issues no token for a request for another host, or from a page of another origin', async () => {
    const json = { 'Content-Type': 'application/json' };
    const refused = async (headers: Record<string, string>, path = '/development/sign-in') => {
      const method = path.endsWith('people') ? 'GET' : 'POST';
      const answer = await exchange(server.port, { method, path, headers, body: '{"handle": "ada"}' });
      return { status: answer.status, body: answer.json() };
    };
    const host = { status: 403, body: ['host_not_allowed'] };
    const origin = { status: 403, body: ['origin_not_allowed'] };
    expect(await refused({ ...json, Host: 'evil.example' })).toEqual(host);
    expect(await refused({ Host: `evil.example:${server.port}` }, '/development/people')).toEqual(host);
    expect(await refused({ ...json, Origin: 'http://evil.example' })).toEqual(origin);
    expect(await refused({ Origin: 'null' }, '/development/people')).toEqual(origin);
    expect((await signIn({ handle: 'ada' }, { ...json, Origin: 'http://localhost:3000' })).status).toBe(200);
    const own = `http://127.0.0.1:${server.port}`;
    expect((await signIn({ handle: 'ada' }, { ...json, Origin: own })).status).toBe(200);
  });
});
