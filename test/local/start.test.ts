import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { createLogger } from '../../backend/logger.ts';
import { PACKAGE_ROOT, readLocalConfig } from '../../local/config.ts';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { answers } from '../../local/engine/probe.ts';
import { LocalRun } from '../../local/local-run.ts';
import { seedUserId } from '../../local/seed/seed-table.ts';
import { callScript, succeeds } from '../bin/run-script.ts';
import { startEngine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { exchange } from '../support/http-client.ts';
import { enginePid, isAlive, type LocalProcess, startCommand, useLocalProcesses } from './local-process.ts';
import { useTempDirs } from './temp-dir.ts';

// In this order: the processes of a directory have to end before the directory is removed.
const start = useLocalProcesses();
const tempDir = useTempDirs();
const cleanUps: (() => Promise<void>)[] = [];
/** A seeded directory of a run that ended, once there is one. */
const seeded = join(mkdtempSync(join(tmpdir(), 'cruddur-seeded-')), 'data');

/** Copies a seeded directory for a run that does not test seeding, which takes longer than the rest of a start. */
function dirOfEarlierRun(): string {
  const dataDir = tempDir();
  if (existsSync(seeded)) cpSync(seeded, dataDir, { recursive: true });
  return dataDir;
}

afterAll(() => rmSync(dirname(seeded), { recursive: true, force: true }));
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

async function call(
  url: string,
  dataDir: string,
  handle: string,
  path: string,
  message?: object,
): Promise<Answer> {
  const issuer = await openDevelopmentIssuer(dataDir, {});
  const token = await issuer.signToken({ sub: seedUserId(handle) });
  const response = await fetch(url + path, {
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Connection: 'close' },
    ...(message && { method: 'POST', body: JSON.stringify(message) }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
  };
}

/** Sends one message from grace to ada, and waits until the pump has updated ada's inbox. */
async function converse(url: string, dataDir: string, text: string): Promise<void> {
  const sent = await call(url, dataDir, 'grace', '/api/messages', { message: text, handle: 'ada' });
  expect(sent.status).toBe(200);
  await eventually(
    async () => {
      const { body } = await call(url, dataDir, 'ada', '/api/message_groups');
      expect(body).toContainEqual(expect.objectContaining({ handle: 'grace', message: text }));
    },
    { within: 20_000 },
  );
}

async function statusFor(port: string, host: string): Promise<number> {
  return (await exchange(Number(port), { path: '/api/health-check', headers: { Host: host } })).status;
}

/** Neither the API nor the engine is reached at another address of this machine, nor the API under another name. */
async function isOfThisMachineAlone(url: string, dataDir: string): Promise<void> {
  const { port } = new URL(url);
  const { endpoint } = JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')) as {
    endpoint: string;
  };
  expect(await answers(`http://[::1]:${port}`)).toBe(true);
  // On Linux all of 127.0.0.0/8 is this machine: who listens on every interface answers here, too.
  expect(await answers(`http://127.0.0.2:${port}`)).toBe(false);
  expect(await answers(`http://127.0.0.1:${new URL(endpoint).port}`)).toBe(false);
  expect(await statusFor(port, `localhost:${port}`)).toBe(200);
  expect(await statusFor(port, 'evil.example')).toBe(403);
}

async function endsCleanly(run: LocalProcess, signal: NodeJS.Signals): Promise<void> {
  const began = performance.now();
  run.signal(signal);
  expect(await run.exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - began).toBeLessThan(5_000);
}

async function failsWith(run: LocalProcess, line: RegExp): Promise<void> {
  expect(await run.exit).toEqual({ code: 1, signal: null });
  expect(run.stderr()).toMatch(line);
  expect(run.stderr().trimEnd().split('\n')).toHaveLength(1);
  expect(run.stdout()).not.toMatch(/^ready /m);
}

/** Starts a local run in this process that cannot start. Returns the one line that `npm start` prints then. */
async function explanationOf(environment: Readonly<Record<string, string>>): Promise<string> {
  const config = readLocalConfig({ PORT: '0', ...environment });
  const run = new LocalRun({ config, environment, logger: createLogger('silent') });
  try {
    const failure = await run.start().then(
      () => undefined,
      (error: unknown) => run.explain(error),
    );
    expect(failure).toMatch(/^.+$/);
    return failure ?? '';
  } finally {
    await run.stop();
  }
}

/** Starts a server that accepts requests and never responds. Returns its port. */
async function occupyPort(): Promise<number> {
  const server: Server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  cleanUps.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

describe('a run', () => {
  it('seeds, serves a chat, is private to this machine, locks its data, ends within 5 s with no process left, and finds its data again', async () => {
    const dataDir = join(tempDir(), 'made', 'by the run’s $HOME');
    const first = start({ dataDir, command: ['npm', 'start'] });
    const url = await first.ready();
    expect(first.stdout()).toMatch(/people +.*ada.*grace/);
    const unknown = await fetch(`${url}/api/users/me`, { headers: { Connection: 'close' } });
    expect(unknown.headers.get('www-authenticate')).toContain('bin/token <handle> prints one');
    await converse(url, dataDir, 'the first');
    const link = join(tempDir(), 'link');
    symlinkSync(dataDir, link);
    await failsWith(start({ dataDir: link }), /another `npm start` is using .*set DATA_DIR/);
    await converse(url, dataDir, 'the second');
    const engine = enginePid(dataDir) ?? 0;
    expect(isAlive(engine)).toBe(true);
    await endsCleanly(first, 'SIGTERM');
    expect(isAlive(engine)).toBe(false);
    expect(existsSync(join(dataDir, 'engine.json'))).toBe(false);
    cpSync(dataDir, seeded, { recursive: true });

    const second = start({ dataDir });
    const again = await second.ready();
    await isOfThisMachineAlone(again, dataDir);
    const { body } = await call(again, dataDir, 'ada', '/api/message_groups');
    expect(body).toContainEqual(expect.objectContaining({ handle: 'grace', message: 'the second' }));
    await converse(again, dataDir, 'the third');
    await endsCleanly(second, 'SIGINT');
  });

  it('is reached from other machines and under other names if it is configured so', async () => {
    const opened = start({
      dataDir: dirOfEarlierRun(),
      env: { LISTEN_ADDRESS: '0.0.0.0', ALLOWED_HOSTS: 'laptop.example' },
    });
    const url = new URL(await opened.ready());
    expect(opened.stdout()).toMatch(/sign in as any user: unset\s+LISTEN_ADDRESS/);
    expect(await answers(`http://127.0.0.2:${url.port}`)).toBe(true);
    expect(await statusFor(url.port, 'laptop.example')).toBe(200);
    expect(await statusFor(url.port, 'evil.example')).toBe(403);
    await endsCleanly(opened, 'SIGTERM');
  });

  it('recovers when its engine is killed, and ends the engine when it is killed itself', async () => {
    const dataDir = dirOfEarlierRun();
    const first = start({ dataDir });
    const url = await first.ready();
    const engine = enginePid(dataDir) ?? 0;
    process.kill(engine, 'SIGKILL');
    await eventually(() => enginePid(dataDir) !== engine);
    await eventually(async () => expect((await fetch(`${url}/api/health-check?deep=1`)).status).toBe(200));
    await converse(url, dataDir, 'after the fall');
    const last = enginePid(dataDir) ?? 0;
    first.signal('SIGKILL');
    await first.exit;
    await eventually(() => !isAlive(last));

    // If the engine still runs, the next start ends it: two on one file would corrupt it.
    const orphan = await startEngine({ dbPath: join(dataDir, 'dynamodb.sqlite') });
    cleanUps.push(() => orphan.stop());
    const second = start({ dataDir });
    const again = await second.ready();
    expect(isAlive(orphan.pid)).toBe(false);
    await converse(again, dataDir, 'after the second fall');
    await endsCleanly(second, 'SIGTERM');
  });

  it('responds with 503 while the engine is down, and ends cleanly even then', async () => {
    const engine = await startEngine();
    cleanUps.push(() => engine.stop());
    const dataDir = tempDir();
    const run = start({ dataDir, env: { AWS_ENDPOINT_URL: engine.endpoint } });
    const url = await run.ready();
    expect(readdirSync(dataDir)).not.toContain('dynamodb.sqlite');
    await converse(url, dataDir, 'on the given engine');
    await engine.crash();
    expect(await call(url, dataDir, 'ada', '/api/message_groups')).toMatchObject({
      status: 503,
      retryAfter: '1',
    });
    await endsCleanly(run, 'SIGINT');
  });

  it('says in one line that its table was dropped, and continues when the table is loaded again', async () => {
    const dataDir = dirOfEarlierRun();
    const run = start({ dataDir });
    const url = await run.ready();
    const env = { DATA_DIR: dataDir, AWS_ENDPOINT_URL: '' };
    await succeeds(callScript('ddb/drop', ['cruddur-messages', '--yes'], { env }));
    expect(await call(url, dataDir, 'ada', '/api/message_groups')).toMatchObject({ status: 503 });
    const MISSING =
      /"err":"there is no table cruddur-messages at http[^"]+: \.\/bin\/ddb\/schema-load creates it"/;
    await eventually(() => {
      const lines = run
        .stdout()
        .split('\n')
        // A batch that was interrupted is reported without the reason.
        .filter((line) => line.includes('"warn"') && !line.includes('will be handled again'));
      expect(lines.filter((line) => line.includes('"name":"pump"'))).not.toEqual([]);
      expect(lines.filter((line) => line.includes('"name":"api"'))).not.toEqual([]);
      for (const line of lines) expect(line).toMatch(MISSING);
    });
    expect(run.stdout() + run.stderr()).not.toMatch(/\bat .*\.[jt]s:\d+/);
    await succeeds(callScript('ddb/schema-load', [], { env }));
    await succeeds(callScript('ddb/seed', [], { env }));
    await converse(url, dataDir, 'after the table came back');
    await endsCleanly(run, 'SIGTERM');
  });

  it('asks pages that come too early to try again', async () => {
    const port = await getPort();
    const silent = { AWS_ENDPOINT_URL: `http://127.0.0.1:${await occupyPort()}`, PORT: String(port) };
    const run = start({ dataDir: tempDir(), env: silent });
    const early = await eventually(
      () =>
        fetch(`http://127.0.0.1:${port}/api/message_groups`, {
          headers: { Origin: 'http://localhost:3000' },
        }),
      { within: 20_000 },
    );
    expect(early.status).toBe(503);
    expect(early.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    expect(await early.json()).toEqual(['starting']);
    await endsCleanly(run, 'SIGTERM');
  });

  it('ends cleanly at any moment of its start, and also after two signals', async () => {
    const dataDir = tempDir();
    const run = start({ dataDir });
    await eventually(() => existsSync(join(dataDir, 'engine.json')), { within: 20_000 });
    const engine = enginePid(dataDir);
    run.signal('SIGINT');
    run.signal('SIGINT');
    expect(await run.exit).toEqual({ code: 0, signal: null });
    expect(run.stderr()).toBe('');
    if (engine !== undefined) expect(isAlive(engine)).toBe(false);

    // A seed that was interrupted is finished at the next start.
    const second = start({ dataDir });
    const url = await second.ready();
    const { body } = await call(url, dataDir, 'ada', '/api/message_groups');
    expect(body).toHaveLength(9);
    await endsCleanly(second, 'SIGTERM');
  });
});

describe('a start that fails prints one clear line', () => {
  it('if the port is in use, before anything is started', async () => {
    const port = await occupyPort();
    const dataDir = tempDir();
    await failsWith(start({ dataDir, env: { PORT: String(port) } }), /^port \d+ is in use: set PORT/);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('for each setting, file or endpoint that cannot work', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    const noDatabase = tempDir();
    // SQLite cannot open a directory.
    mkdirSync(join(noDatabase, 'dynamodb.sqlite'));
    const aws = { AWS_ENDPOINT_URL: 'https://dynamodb.eu-west-1.amazonaws.com' };
    expect(() => readLocalConfig({ DATA_DIR: tempDir(), ...aws })).toThrow(/AWS_ENDPOINT_URL: .*not AWS/);
    expect(await explanationOf({ DATA_DIR: join(file, 'data') })).toMatch(
      /DATA_DIR .* cannot be written \(ENOTDIR\)/,
    );
    expect(await explanationOf({ DATA_DIR: tempDir(), LISTEN_ADDRESS: '192.0.2.123' })).toMatch(
      /LISTEN_ADDRESS 192\.0\.2\.123 is not an address of this machine/,
    );
    expect(await explanationOf({ DATA_DIR: noDatabase })).toMatch(/the engine does not start: .*engine\.log/);
    expect(await explanationOf({ DATA_DIR: tempDir(), AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })).toMatch(
      /nothing answers at http:\/\/127.0.0.1:9/,
    );
  });

  it('if the packages are not installed, from `npm start` and from a script', () => {
    const cwd = tempDir();
    for (const path of ['package.json', 'local', 'bin', 'cli']) {
      cpSync(join(PACKAGE_ROOT, path), join(cwd, path), { recursive: true });
    }
    const [file, ...args] = startCommand();
    for (const [program, ...words] of [[file, ...args], [join(cwd, 'bin', 'token')]] as const) {
      const { status, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' });
      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: '',
        stderr: 'the packages are not installed: run `npm install` first\n',
      });
    }
  });

  it('with all settings that are wrong', async () => {
    const env = { PORT: 'x', LOG_LEVEL: 'loud', NODE_ENV: 'production', AWS_ENDPOINT_URL: 'nonsense' };
    const run = start({ dataDir: tempDir(), env });
    await failsWith(run, /PORT: /);
    expect(run.stderr()).toMatch(/LOG_LEVEL: /);
    expect(run.stderr()).toMatch(/NODE_ENV: .*production/);
    expect(run.stderr()).toMatch(/AWS_ENDPOINT_URL: /);
  });
});
