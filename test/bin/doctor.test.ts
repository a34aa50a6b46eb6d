import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type Check, fails, holds, runChecks } from '../../cli/checks/check.ts';
import { Subject } from '../../cli/checks/subject.ts';
import { writeEngineRecord } from '../../local/engine/engine-record.ts';
import { tableDefinition } from '../../schema/table.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import { useTestTable } from '../support/test-table.ts';
import { callScript, type Outcome, succeeds } from './run-script.ts';
import { itOnTerminal, runLine, runOnTerminal, runScript } from './script-processes.ts';
import { withCaller } from './with-caller.ts';

const CLOSED_ENDPOINT = 'http://127.0.0.1:9';
const NAMES = [
  'endpoint',
  'region',
  'credentials',
  'caller',
  'connection',
  'clock',
  'table',
  'key',
  'index',
  'stream',
  'TTL',
  'recovery',
  'protection',
  'strong read',
  'items',
];
const db = useTestTable({ stream: true });
const tempDir = useTempDirs();

const environment = () => ({
  AWS_ENDPOINT_URL: db().endpoint,
  DDB_MESSAGE_TABLE: db().tableName,
  DATA_DIR: '/nonexistent',
});
const doctor = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  callScript('ddb/doctor', args, { env: { ...environment(), ...env } });

const reports = z.array(z.object({ check: z.string(), result: z.string(), text: z.string() }));

/** The outcome of each check by its name, the status and stderr. */
async function examine(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  run: typeof callScript = callScript,
) {
  const { status, stdout, stderr } = await run('ddb/doctor', [...args, '--json'], {
    env: { ...environment(), ...env },
  });
  const found = reports.parse(JSON.parse(stdout));
  expect(found.map(({ check }) => check)).toEqual(NAMES);
  const named = (result: string) =>
    found.filter((report) => report.result === result).map(({ check }) => check);
  return { status, stderr, named, text: (name: string) => found.find(({ check }) => check === name)?.text };
}

/** The engine, with another Date in its responses. */
async function withOtherDate(date: Date, task: (endpoint: string) => Promise<void>): Promise<void> {
  const server = createServer((incoming, response) => {
    const { method, headers } = incoming;
    const forwarded = request(db().endpoint, { method, headers }, (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, date: date.toUTCString() });
      answer.pipe(response);
    });
    incoming.pipe(forwarded);
  });
  server.listen(0);
  await once(server, 'listening');
  try {
    await task(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('doctor', () => {
  it('finds nothing wrong with an engine and a table as they should be', async () => {
    const lines = (await succeeds(doctor())).trimEnd().split('\n');
    expect(lines).toHaveLength(NAMES.length);
    expect(lines[0]).toMatch(/^✓ endpoint +http:\/\/127\.0\.0\.1:\d+, from AWS_ENDPOINT_URL$/);
    expect(lines.filter((line) => line.startsWith('–'))).toEqual([
      '– caller       a local engine does not authenticate callers',
      '– recovery     a local engine does not have it',
      '– protection   off, as a local table needs none',
    ]);
    expect(lines.filter((line) => line.startsWith('✓'))).toHaveLength(NAMES.length - 3);
  });

  it('names the setting that led to the engine', async () => {
    const dataDir = tempDir();
    writeEngineRecord(dataDir, { endpoint: db().endpoint, kind: 'embedded' });
    const keys = {
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE1234',
      AWS_SECRET_ACCESS_KEY: 'hush',
      AWS_SESSION_TOKEN: 'hush',
    };
    const [own, given] = await Promise.all([
      examine([], { AWS_ENDPOINT_URL: '', DATA_DIR: dataDir, AWS_REGION: 'eu-west-1', ...keys }),
      examine(['prod', '--endpoint', db().endpoint, '--region', 'eu-west-1'], keys),
    ]);
    expect(own.text('endpoint')).toMatch(`from the engine that runs from ${dataDir}`);
    expect(own.text('credentials')).toMatch(/fixed pair/);
    expect(own.status).toBe(0);
    expect(given.text('endpoint')).toMatch(/from --endpoint$/);
    expect(given.text('region')).toBe('eu-west-1, from --region');
    expect(given.text('credentials')).toBe('access key …1234, temporary, from the environment');
  });

  it('marks what cannot be checked when there is no engine or nothing answers', async () => {
    const [none, silent] = await Promise.all([
      doctor([], { AWS_ENDPOINT_URL: '', DATA_DIR: tempDir() }),
      examine(['--endpoint', CLOSED_ENDPOINT], {}, runScript),
    ]);
    expect(none.status).toBe(1);
    expect(none.stdout).toMatch(
      /^✗ endpoint +no engine is running from .*`npm start`.*--endpoint\n– region +not checked/,
    );
    expect(none.stderr).toMatch(/^doctor: endpoint failed, and 14 more cannot be checked: [^\n]*\n$/);
    expect(silent.status).toBe(1);
    expect(silent.named('holds')).toEqual(['endpoint', 'region', 'credentials']);
    expect(silent.named('fails')).toEqual(['connection']);
    expect(silent.text('connection')).toMatch(/nothing answers at .*: start it/);
    expect(silent.text('clock')).toBe('not checked: nothing answered');
    expect(silent.text('strong read')).toBe('not checked: needs key');
  });

  it('checks everything that it can without an answer of AWS', async () => {
    const { status, named, text } = await examine(['prod'], { AWS_ENDPOINT_URL: '' });
    expect(status).toBe(1);
    expect(text('endpoint')).toBe('AWS, from the last word prod');
    expect(named('fails')).toEqual(['region', 'credentials']);
    expect(text('region')).toMatch(/give --region/);
    expect(text('credentials')).toMatch(/credentials do not work .*AWS_PROFILE/);
  });

  it('warns of keys that never expire, only on AWS', async () => {
    const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE1234', AWS_SECRET_ACCESS_KEY: 'hush' };
    const [aws, local, session] = await Promise.all([
      examine(['prod'], { ...keys, AWS_ENDPOINT_URL: '' }),
      examine(['prod'], keys),
      examine(['prod'], { ...keys, AWS_SESSION_TOKEN: 'hush', AWS_ENDPOINT_URL: '' }),
    ]);
    expect(aws.named('warns')).toEqual(['credentials']);
    expect(aws.text('credentials')).toMatch(/^access key …1234, from the environment, never expires: use a/);
    expect(local.named('warns')).toEqual([]);
    expect(local.status).toBe(0);
    expect(session.named('warns')).toEqual([]);
  });

  it('stops at the caller when that is the root user', async () => {
    await withCaller('arn:aws:iam::123456789012:root', async (env) => {
      const { status, named, text } = await examine(['prod'], env);
      expect(status).toBe(1);
      expect(named('fails')).toEqual(['caller']);
      expect(text('caller')).toMatch(/:root is the root user: sign in as another user/);
      expect(text('connection')).toBe('not checked: needs caller');
    });
  });

  it('names the caller', async () => {
    const role = 'arn:aws:sts::123456789012:assumed-role/operators/ada';
    await withCaller(role, async (env) => {
      expect((await examine(['prod'], env)).text('caller')).toBe(role);
    });
  });

  it('recognises a missing table, and a server that is not DynamoDB', async () => {
    const server = createServer((_request, response) => response.writeHead(200).end('{}')).listen(0);
    await once(server, 'listening');
    const other = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [missing, stranger] = await Promise.all([
      examine(['--table', 'nowhere']),
      examine(['--endpoint', other]),
    ]).finally(() => server.close());
    expect(missing.named('fails')).toEqual(['table']);
    expect(missing.text('table')).toMatch(/no table nowhere: \.\/bin\/ddb\/schema-load creates it/);
    expect(missing.named('not_checked')).toHaveLength(8);
    expect(stranger.text('connection')).toMatch(/is not DynamoDB: check the port/);
  });

  it('names each part of a table that differs, and runs the other checks', async () => {
    const { TableName, BillingMode, KeySchema, AttributeDefinitions } = tableDefinition('different');
    await db().client.send(
      new CreateTableCommand({
        TableName,
        BillingMode,
        KeySchema,
        AttributeDefinitions: AttributeDefinitions.slice(0, 2),
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );
    const { status, stderr, named, text } = await examine(['--table', 'different']);
    expect(status).toBe(1);
    expect(named('fails')).toEqual(['index', 'stream', 'TTL']);
    expect(text('stream')).toMatch(/^KEYS_ONLY \(schema: NEW_AND_OLD_IMAGES\): give another table's name/);
    expect(text('TTL')).toBe('none: ./bin/ddb/schema-load sets it');
    expect(named('not_checked')).toEqual([]);
    expect(stderr).toMatch(/^doctor: index, stream, TTL failed: [^\n]*\n$/);
  });

  it('detects a wrong clock', async () => {
    await withOtherDate(new Date(Date.now() - 600_000), async (endpoint) => {
      const { status, named, text } = await examine(['--endpoint', endpoint]);
      expect(status).toBe(1);
      expect(named('fails')).toEqual(['clock']);
      expect(text('clock')).toMatch(/^this machine's clock is 6\d\d s ahead: synchronise it/);
    });
  });

  itOnTerminal('has colours on a terminal only, and ends quietly when its reader stops', async () => {
    const env = environment();
    const { stdout } = await runOnTerminal('$bin/ddb/doctor', 80, { env });
    expect(stdout).toContain('\u001b[32m✓\u001b[39m endpoint');
    expect(await succeeds(runLine('$bin/ddb/doctor | head -1', { env }))).toMatch(/^✓ endpoint .*\n$/);
  });
});

it('runs every check that does not need a failed one, and counts a thrown error as a failure', async () => {
  const check = (name: string, needs: readonly string[], run: Check['run']): Check => ({ name, needs, run });
  const made = [
    check('one', [], () => Promise.resolve(holds('fine'))),
    check('two', ['one'], () => Promise.reject(new Error('broken'))),
    check('three', ['two'], () => Promise.resolve(holds('never asked'))),
    check('four', ['three'], () => Promise.resolve(holds('never asked'))),
    check('five', ['one'], () => Promise.resolve(fails('wrong: fix it'))),
  ];
  const found = [];
  for await (const report of runChecks(made, new Subject({}, undefined))) found.push(report);
  expect(found.map(({ check: name, result, text }) => [name, result, text])).toEqual([
    ['one', 'holds', 'fine'],
    ['two', 'fails', 'unexpected Error: broken'],
    ['three', 'not_checked', 'not checked: needs two'],
    ['four', 'not_checked', 'not checked: needs three'],
    ['five', 'fails', 'wrong: fix it'],
  ]);
});
