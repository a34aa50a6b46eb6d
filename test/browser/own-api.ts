import { afterAll, beforeAll } from '@jest/globals';
import type { RequestHandler } from 'express';
import type { FetchKeys } from '../../backend/http/token-keys.ts';
import { createTokenVerifier, type TokenSources } from '../../backend/http/verify-token.ts';
import { WEB_DIRECTORY, webFiles, type WebSettings } from '../../backend/http/web-files.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { newUserId } from '../support/factories.ts';
import { createTestIssuer } from '../support/test-issuer.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';
import type { Person } from './people.ts';

/** How users sign in at an API, and which issuer's tokens it accepts. */
export interface SignIn {
  readonly settings: WebSettings;
  readonly sources: TokenSources;
  /** Default: over HTTP. */
  readonly fetchKeys?: FetchKeys;
}

/** An API that serves the screens, in the test's own process. */
export interface OwnApi extends TestApi {
  /** Creates a user with a profile; at an issuer they sign in with their user id. */
  newPerson(name: string): Promise<Person>;
}

/** Starts an API with the screens for the tests of one file. */
export function useOwnApi(signIn: () => Promise<SignIn>): () => OwnApi {
  let db: TestTable | undefined;
  let started: OwnApi | undefined;
  beforeAll(async () => {
    db = await createTestTable();
    const [{ settings, sources, ...options }, issuer] = await Promise.all([signIn(), createTestIssuer()]);
    const screens: RequestHandler[] = [webFiles({ directory: WEB_DIRECTORY, settings })];
    const verifyToken = createTokenVerifier({ development: issuer, ...sources }, options);
    const api = await startTestApi({ table: db.table, issuer, verifyToken, screens });
    started = { ...api, newPerson: (name) => newPerson(api, name) };
  });
  afterAll(async () => {
    await started?.stop();
    await db?.close();
  });
  return () => {
    if (!started) throw new Error('the API is there from beforeAll to afterAll');
    return started;
  };
}

async function newPerson(api: TestApi, name: string): Promise<Person> {
  const uuid = newUserId();
  const handle = `${name.toLowerCase()}-${uuid.slice(-10).toLowerCase()}`;
  const caller = await api.user(uuid);
  await caller.saveProfile({ handle, display_name: name });
  return { uuid, handle, name, token: caller.token };
}
