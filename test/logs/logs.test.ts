import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { runScript } from '../bin/script-processes.ts';
import { cleanEnvironment, useLocalProcesses } from '../local/local-process.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { messageItem, newGroupId, newUserId, streamEvent, streamRecord } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { exchange } from '../support/http-client.ts';
import { bundledPrograms } from '../support/programs.ts';
import { createTestIssuer } from '../support/test-issuer.ts';
import { Secrets } from './secrets.ts';
import { takeTour } from './tour.ts';

/*
 * Everything that our processes write while people use them, with the most verbose log level: it contains no user's text,
 * name, token, ticket, key, cookie or password.
 */

const start = useLocalProcesses();
const tempDir = useTempDirs();

let engine: Engine;
let flaky: FlakyEngine;
let redis: Server;

beforeAll(async () => {
  engine = await startEngine();
  flaky = await startFlakyEngine(engine.endpoint);
  // A Redis that accepts no client.
  redis = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () =>
      socket.write('-WRONGPASS invalid username-password pair or user is disabled.\r\n'),
    );
  }).listen(0, '127.0.0.1');
  await once(redis, 'listening');
});
afterAll(async () => {
  redis.close();
  await flaky.close();
  await engine.stop();
});

const redisUrl = (secrets: Secrets) =>
  `redis://${secrets.make('user of redis')}:${secrets.make('password of redis')}@127.0.0.1:${(redis.address() as AddressInfo).port}`;

/** Credentials for AWS, which must not be logged. The key's id is no secret: logs of AWS name it. */
const credentials = (secrets: Secrets) => ({
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: secrets.make('secret access key'),
  AWS_SESSION_TOKEN: secrets.make('session token'),
});

describe('what is written', () => {
  it('by npm start and by scripts, while people do everything that is possible, contains no secret', async () => {
    const secrets = new Secrets();
    const dataDir = tempDir();
    const env = { ...credentials(secrets), LOG_LEVEL: 'trace', AWS_ENDPOINT_URL: flaky.endpoint };
    const run = start({ dataDir, env });
    const port = Number(new URL(await run.ready()).port);
    const issuer = await openDevelopmentIssuer(dataDir, {});

    const statuses = await takeTour({ port, secrets, engine: flaky, issuer });

    expect(statuses).toEqual({
      talk: [
        ...[200, 200, 200, 409, 200, 403, 200, 200, 200, 200, 400, 200, 400, 200, 200, 422, 200, 200],
        ...[200, 204, 403, 400, 200, 204, 200],
      ],
      groups: [200, 200, 200, 422, 200, 422, 422, 200, 204],
      listen: [200, 200, 204, 200, 401],
      mistakes: [
        400, 400, 422, 413, 422, 422, 422, 422, 422, 400, 422, 422, 400, 415, 400, 400, 200, 404, 404, 204,
      ],
      strangers: [401, 401, 401, 401, 401, 401, 401, 401, 401],
      faults: [503, 500, 503, 503, 200],
    });
    await eventually(() => run.stdout().includes('summaries cannot be written'), { within: 20_000 });
    const scripts = await runScripts({ ...env, DATA_DIR: dataDir, AWS_ENDPOINT_URL: engine.endpoint });
    run.signal('SIGTERM');
    expect(await run.exit).toEqual({ code: 0, signal: null });
    const written = run.stdout() + run.stderr();
    expect(written.split('"msg":"request"').length).toBeGreaterThan(50);
    expect(secrets.size).toBeGreaterThan(50);
    expect(secrets.foundIn(written + scripts)).toEqual([]);
  });

  it('by the API alone, which can reach neither keys nor Redis, contains no secret', async () => {
    const secrets = new Secrets();
    const run = start({
      dataDir: tempDir(),
      command: [join(await bundledPrograms(), 'backend/main')],
      env: {
        ...credentials(secrets),
        LOG_LEVEL: 'trace',
        AWS_ENDPOINT_URL: flaky.endpoint,
        JWT_ISSUER: 'https://issuer.test',
        JWT_AUDIENCE: 'cruddur-test',
        JWT_JWKS_URI: 'https://127.0.0.1:1/keys',
        REDIS_URL: redisUrl(secrets),
      },
    });
    const port = await eventually(
      () => {
        const found = /"port":(\d+).*"msg":"ready"/.exec(run.stdout())?.[1];
        if (found === undefined) throw new Error(`not ready: ${run.stdout()}${run.stderr()}`);
        return Number(found);
      },
      { within: 20_000 },
    );
    const foreign = await createTestIssuer(secrets.make('key id'));
    const token = secrets.keep(await foreign.sign({ sub: secrets.make('user id') }));
    const headers = { Authorization: `Bearer ${token}` };
    const asked = await exchange(port, { path: `/api/users/me?q=${secrets.make('query')}`, headers });
    expect(asked).toMatchObject({ status: 503, text: '["token_keys_unavailable"]' });
    const ticket = await exchange(port, { path: `/api/events?ticket=${secrets.make('ticket')}` });
    expect(ticket.status).toBe(503);
    await eventually(() => run.stdout().includes('redis is away'));
    run.signal('SIGTERM');
    await run.exit;
    expect(secrets.foundIn(run.stdout() + run.stderr())).toEqual([]);
  });

  it('by the functions, with every kind of failure, contains no secret', async () => {
    const secrets = new Secrets();
    const groupId = newGroupId();
    const message = (seq: number) =>
      messageItem({
        groupId,
        seq,
        message: secrets.make(`text ${seq}`),
        client_key: secrets.make(`key ${seq}`),
      });
    const broken = { ...message(2), seq: 'two' } as unknown as ReturnType<typeof message>;
    const batch = streamEvent([streamRecord(message(1)), streamRecord(broken)]);
    const signUp = {
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      request: {
        userAttributes: {
          sub: newUserId(),
          name: secrets.make('name'),
          email: `${secrets.make('mailbox')}@example.org`,
          'custom:code': secrets.make('code'),
        },
      },
    };
    const env = { ...credentials(secrets), REDIS_URL: redisUrl(secrets), LOG_LEVEL: 'trace' };
    const directory = tempDir();
    const updateSummaries = await bundleInto(directory, 'update-summaries');
    const createProfile = await bundleInto(directory, 'create-profile');
    const places = [flaky.endpoint, 'http://127.0.0.1:1'];
    const written: string[] = [];
    for (const AWS_ENDPOINT_URL of places) {
      written.push(await invoke(updateSummaries, batch, { ...env, AWS_ENDPOINT_URL }));
      written.push(await invoke(createProfile, signUp, { ...env, AWS_ENDPOINT_URL }));
    }
    flaky.refuse('UpdateItem', 'ValidationException');
    written.push(await invoke(updateSummaries, batch, { ...env, AWS_ENDPOINT_URL: flaky.endpoint }));
    for (const line of [
      'cannot be read',
      'will be tried again',
      'summaries cannot be written',
      'was not written',
    ]) {
      expect(written.join('')).toContain(line);
    }
    expect(secrets.foundIn(written.join(''))).toEqual([]);
  });
});

/** Runs scripts that must not show the table's contents, and one that fails. */
async function runScripts(env: Readonly<Record<string, string>>): Promise<string> {
  const outcomes = [
    await runScript('ddb/schema-load', [], { env }),
    await runScript('ddb/list-tables', [], { env }),
    await runScript('ddb/doctor', [], { env }),
    await runScript('ddb/rebuild-summaries', [], { env }),
    await runScript('ddb/rebuild-summaries', ['--check'], { env }),
    await runScript('ddb/scan', [], { env: { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }),
  ];
  expect(outcomes.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 1]);
  return outcomes.map(({ stdout, stderr }) => stdout + stderr).join('');
}

/** Bundles a function as it is deployed. A bundle starts sooner than its source. */
async function bundleInto(directory: string, name: string): Promise<string> {
  const file = join(directory, `${name}.mjs`);
  await bundle(`lambdas/${name}/index.ts`, file);
  return file;
}

/** Runs a function's first event in its own process. Returns its output without the response, which is the last line. */
async function invoke(file: string, event: unknown, env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['test/support/invoke-function.mjs', file, JSON.stringify(event)],
    { cwd: PACKAGE_ROOT, env: { ...cleanEnvironment(), ...env } },
  );
  return stdout.trimEnd().split('\n').slice(0, -1).join('\n') + stderr;
}
