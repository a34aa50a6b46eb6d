import { afterAll, beforeAll, expect } from '@jest/globals';
import type { RequestHandler } from 'express';
import { createApp } from '../../backend/app.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import type { LiveEvents } from '../../backend/events/in-process-live-events.ts';
import type { RateLimits } from '../../backend/http/rate-limit.ts';
import { type RunningServer, startServer } from '../../backend/http/server.ts';
import { createTokenVerifier, type TokenVerifier } from '../../backend/http/verify-token.ts';
import { createLogger } from '../../backend/logger.ts';
import type { Observer } from '../../backend/observer.ts';
import type { Timer } from '../../backend/sources.ts';
import type { Table } from '../../backend/table/table.ts';
import { openEncryption } from '../../backend/table/encryption/open-encryption.ts';
import type { TextEncryption } from '../../backend/table/encryption/text-encryption.ts';
import { readTextConfig } from '../../backend/config.ts';
import type { FileStore } from '../../backend/files/file-store.ts';
import { localFiles } from '../../local/files/local-files.ts';
import { Caller } from './caller.ts';
import { openTestFiles, type TestFiles } from './files.ts';
import { newUserId } from './factories.ts';
import { type Answer, closeIdleConnections, type ExactRequest } from './http-client.ts';
import { exchangeAsDescribed } from './openapi.ts';
import { asTableUser } from './recorded-calls.ts';
import { issuerOfTheRun, type TestIssuer } from './test-issuer.ts';
import { createTestTable, type TestTable, type TestTableOptions } from './test-table.ts';

/** The origin that the tests' API allows. */
export const FRONT_END = 'http://localhost:3000';

/** The API as a server, with an issuer of tokens. */
export interface TestApi {
  readonly port: number;
  readonly server: RunningServer;
  readonly app: ReturnType<typeof createApp>;
  readonly context: Wiring;
  readonly issuer: TestIssuer;
  /** Log lines, as JSON texts. */
  readonly logLines: readonly string[];
  /** A caller without a token, or with the given authorization. */
  request(request: ExactRequest): Promise<Answer>;
  /** A caller with a valid token and no profile. */
  user(userId?: string): Promise<Caller>;
  /** A caller with a profile; by default with a new handle. */
  person(handle?: string, displayName?: string): Promise<Caller>;
  stop(): Promise<void>;
}

export interface ApiOptions {
  readonly table: Table;
  /** Default: the issuer of the run, whose key all test APIs know. */
  readonly issuer?: TestIssuer;
  /** Default: a verifier of the issuer's tokens. */
  readonly verifyToken?: TokenVerifier;
  readonly corsOrigins?: readonly string[];
  /** Default: from the environment, like an API's: TEXT_ENCRYPTION and TEXT_KEYS. */
  readonly encryption?: TextEncryption;
  /** Default: live events of this API only. */
  readonly live?: LiveEvents;
  /** Default: Cruddur's. */
  readonly messageMaxChars?: number;
  /** Default: this process's own. */
  readonly timer?: Timer;
  /** Default: none. */
  readonly limits?: RateLimits;
  /** Default: none. */
  readonly tokenHint?: string;
  /** Default: forwarded addresses are ignored. */
  readonly trustProxy?: number | readonly string[];
  /** Default: nothing is observed. */
  readonly observer?: Observer;
  /** Default: messages cannot have files. */
  readonly fileStore?: FileStore;
  /** Default: only the API. */
  readonly screens?: readonly RequestHandler[];
}

let handles = 0;

/** Makes a handle that no other person of this test file has. */
export function newHandle(): string {
  handles += 1;
  return `person-${handles}`;
}

export async function startTestApi(options: ApiOptions): Promise<TestApi> {
  const { table, issuer = await issuerOfTheRun(), corsOrigins = [FRONT_END] } = options;
  const logLines: string[] = [];
  const logger = createLogger('info', { write: (line) => void logLines.push(line) });
  const encryption = options.encryption ?? (await openEncryption(readTextConfig(process.env), { logger }));
  const { live, messageMaxChars, observer, timer, fileStore } = options;
  const context = wire({
    table,
    encryption,
    logger,
    ...(live && { live }),
    fileStore,
    ...(messageMaxChars !== undefined && { messageMaxChars }),
    ...(observer && { observer }),
    ...(timer && { timer }),
  });
  const app = createApp({
    context,
    verifyToken: options.verifyToken ?? createTokenVerifier({ development: issuer }),
    logger,
    corsOrigins,
    ...(options.screens && { screens: options.screens }),
    ...(options.limits && { limits: options.limits }),
    ...(options.tokenHint !== undefined && { tokenHint: options.tokenHint }),
    ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy }),
  });
  const server = await startServer(
    (request, response) => asTableUser('api', () => void app(request, response)),
    0,
  );
  const { port } = server;
  const user = async (userId = newUserId(), handle = '') =>
    new Caller({ userId, handle, port, token: await issuer.sign({ sub: userId }) });
  return {
    port,
    server,
    app,
    context,
    issuer,
    logLines,
    request: (request) => exchangeAsDescribed(port, request),
    user: (userId) => user(userId),
    person: async (handle = newHandle(), displayName = handle) => {
      const person = await user(newUserId(), handle);
      await person.saveProfile({ handle, display_name: displayName });
      return person;
    },
    stop: () => {
      closeIdleConnections(port);
      return server.stop();
    },
  };
}

/**
 * Starts an API for the tests of a file, over a new table, from `beforeAll` to `afterAll`.
 *
 *     const api = useTestApi();
 *     it('…', async () => { const ada = await api().person(); … });
 *
 * Messages can have files; `servesFiles`: clients can also upload and download them.
 */
export function useTestApi(
  options: TestTableOptions & { readonly servesFiles?: boolean } = {},
): () => TestApi & { readonly db: TestTable; readonly files: TestFiles } {
  let started: (TestApi & { readonly db: TestTable; readonly files: TestFiles }) | undefined;
  beforeAll(async () => {
    const db = await createTestTable(options);
    const files = await openTestFiles();
    const { store } = files;
    const screens = options.servesFiles ? [localFiles(store)] : [];
    started = { ...(await startTestApi({ table: db.table, fileStore: store, screens })), db, files };
  });
  afterAll(async () => {
    await started?.stop();
    await started?.db.close();
    await started?.files.close();
    // No request of a client may cause an error of ours.
    expect(started?.logLines.filter((line) => line.includes('"status":500'))).toEqual([]);
  });
  return () => {
    if (!started) throw new Error('the API runs only from beforeAll to afterAll');
    return started;
  };
}
