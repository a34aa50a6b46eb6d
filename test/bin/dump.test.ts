import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeTable } from '../../cli/describe-table.ts';
import { checkDump } from '../../cli/dumps/load-dump.ts';
import { openDump } from '../../cli/dumps/read-dump.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { messageKey } from '../../schema/keys.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import { eventually } from '../support/eventually.ts';
import { messageItem, newGroupId } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, addPerson, putItem } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { callScript, failsWith, type Outcome, succeeds } from './run-script.ts';
import { itOnTerminal, observe, runLine, runOnTerminal, startScript } from './script-processes.ts';
import { namesIn, readAll } from './tables.ts';

const db = useTestTable();
const tempDir = useTempDirs();
const groupId = newGroupId();
let flaky: FlakyEngine;
let fresh = 0;

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  const ada = await addPerson(db().newContext(), 'ada');
  await addGroup(db().table, { groupId, userIds: [ada, 'user-2', 'user-3'], length: 60 });
});
afterEach(() => {
  flaky.reset();
});
afterAll(async () => {
  await flaky.close();
});

const environment = (table = db().tableName) => ({
  AWS_ENDPOINT_URL: flaky.endpoint,
  DDB_MESSAGE_TABLE: table,
  DATA_DIR: '/nonexistent',
});
const run = (script: string, args: readonly string[], table?: string): Promise<Outcome> =>
  callScript(`ddb/${script}`, args, { env: environment(table) });

/** The name of a table that does not exist. */
function newTable(): string {
  fresh += 1;
  return `restored-${fresh}`;
}

/** A dump of the table of these tests. */
async function takeDump(args: readonly string[] = []): Promise<string> {
  const directory = join(tempDir(), 'dump');
  await succeeds(run('dump', [directory, ...args]));
  return directory;
}

describe('dump and load', () => {
  it('say what they did, and create a table with the same items', async () => {
    const directory = join(tempDir(), 'not', 'there', 'yet');
    const items = await readAll(db().client, db().tableName);
    expect(await succeeds(run('dump', [directory]))).toMatch(
      new RegExp(
        `^table .* at http.* is in ${directory}: ${items.size} items, .*KiB compressed; used .*Scan.*\n$`,
      ),
    );
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const table = newTable();
    expect(await succeeds(run('load', [directory], table))).toMatch(
      new RegExp(
        `^table ${table} at http.*: ${items.size} items were loaded; used .* write units: BatchWriteItem`,
      ),
    );
    expect(await readAll(db().client, table)).toEqual(items);
    expect(await succeeds(run('compare', [db().tableName, table]))).toMatch(/are alike\n$/);
    expect(await succeeds(run('compare', [`${directory}/`, table]))).toMatch(/are alike\n$/);
  });

  it('print the same as JSON for programs', async () => {
    const directory = join(tempDir(), 'dump');
    const taken: unknown = JSON.parse(await succeeds(run('dump', [directory, '--parts', '3', '--json'])));
    const { size } = await readAll(db().client, db().tableName);
    expect(taken).toEqual({ directory, items: size, files: 3, bytes: expect.any(Number) });
    const loaded: unknown = JSON.parse(await succeeds(run('load', [directory, '--json'], newTable())));
    expect(loaded).toEqual({ stored: size, found: 0, different: 0 });
  });

  it('keep every type of attribute', async () => {
    const key = messageKey(groupId, 61);
    const item = {
      pk: { S: key.pk },
      sk: { S: key.sk },
      seq: { N: '61' },
      rev: { N: '0' },
      message_uuid: { S: 'one' },
      user_uuid: { S: '' },
      kind: { S: 'text' },
      message: { B: new Uint8Array([0, 255, 10, 13]) },
      created_at: { S: '2024-01-01T00:00:00.000Z' },
      precise: { N: '0.12345678901234567890123456789012345678' },
      text: { S: 'line\nbreak \u2028 "quoted" \\ 漢字 🫠 \u0000' },
      strings: { SS: ['b', 'a'] },
      numbers: { NS: ['10', '9', '-1'] },
      blobs: { BS: [new Uint8Array([1]), new Uint8Array([2, 3])] },
      nothing: { NULL: true },
      flag: { BOOL: false },
      nested: { M: { list: { L: [{ N: '1' }, { M: { x: { S: '' } } }, { L: [] }] }, empty: { M: {} } } },
    };
    await db().client.send(new PutItemCommand({ TableName: db().tableName, Item: item }));
    const stored = await get(db().tableName);
    const table = newTable();
    await succeeds(run('load', [await takeDump()], table));
    expect(withSets(await get(table))).toEqual(withSets(stored));
    expect(stored).toMatchObject({ message: item.message, precise: item.precise, nested: item.nested });

    async function get(TableName: string) {
      const Key = { pk: { S: key.pk }, sk: { S: key.sk } };
      return (await db().client.send(new GetItemCommand({ TableName, Key }))).Item;
    }

    /** Sorts sets: the engine returns them in any order. */
    function withSets({ strings, numbers, blobs, ...rest }: Record<string, AttributeValue> = {}) {
      const sets = [strings?.SS, numbers?.NS, blobs?.BS?.map((blob) => Buffer.from(blob).toString('hex'))];
      return { ...rest, sets: sets.map((set) => [...(set ?? [])].sort()) };
    }
  });

  itOnTerminal('show their progress, and remove it from the terminal at the end', async () => {
    const directory = join(tempDir(), 'dump');
    const line = `$bin/ddb/dump ${directory} && $bin/ddb/load ${directory} --table ${newTable()}`;
    const { status, stdout } = await runOnTerminal(line, 100, { env: environment() });
    expect(status).toBe(0);
    expect(stdout).toContain('0 items · ');
    expect(stdout).toMatch(/\d+% · \d+ of \d+ items/);
  });
});

describe('dump', () => {
  it('has the form of an export of DynamoDB', async () => {
    const directory = await takeDump(['--parts', '2']);
    const text = (name: string) => readFileSync(join(directory, name), 'utf8');
    expect(namesIn(directory)).toEqual([
      'data',
      ...readdirSync(join(directory, 'data'))
        .map((name) => `data/${name}`)
        .sort(),
      'manifest-files.json',
      'manifest-files.md5',
      'manifest-summary.json',
      'manifest-summary.md5',
    ]);
    for (const name of ['manifest-files', 'manifest-summary']) {
      expect(text(`${name}.md5`)).toBe(md5(text(`${name}.json`)));
    }
    const { size } = await readAll(db().client, db().tableName);
    expect(JSON.parse(text('manifest-summary.json'))).toMatchObject({
      version: '2020-06-30',
      itemCount: size,
      outputFormat: 'DYNAMODB_JSON',
      manifestFilesS3Key: 'manifest-files.json',
    });
    const files = text('manifest-files.json').trimEnd().split('\n').map(readEntry);
    expect(files).toHaveLength(2);
    for (const { dataFileS3Key, md5Checksum, etag, itemCount } of files) {
      const content = readFileSync(join(directory, dataFileS3Key));
      expect(md5(content)).toBe(md5Checksum);
      expect(etag).toBe(`${createHash('md5').update(Buffer.from(md5Checksum, 'base64')).digest('hex')}-1`);
      const lines = gunzipSync(content).toString().split('\n').slice(0, -1);
      expect(lines).toHaveLength(itemCount);
      for (const line of lines)
        expect(JSON.parse(line)).toMatchObject({ Item: { pk: { S: expect.any(String) } } });
    }
  });

  it('says why a dump cannot be written', async () => {
    const directory = await takeDump();
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    await Promise.all([
      failsWith(run('dump', [directory]), /dump exists already: give the name of a new directory/),
      failsWith(run('dump', [file]), /file exists already/),
      failsWith(run('dump', [join(file, 'below')]), /a part of the path is not a directory \(ENOTDIR\)/),
      failsWith(run('dump', [join(tempDir(), 'dump')], 'nowhere'), /there is no table nowhere .*list-tables/),
      failsWith(run('dump', ['x', '--parts', '0']), /whole number from 1 to 256/),
      failsWith(run('dump', []), /<directory> is missing: give <directory> /),
    ]);
  });

  it('waits for a table that throttles, and leaves no files if it has to give up', async () => {
    flaky.refuse('Scan', 'ProvisionedThroughputExceededException', { times: 3 });
    await takeDump();
    flaky.refuse('Scan', 'ProvisionedThroughputExceededException', {
      where: ({ body }) => body['Segment'] === 1,
    });
    const parent = tempDir();
    await failsWith(
      run('dump', [join(parent, 'dump'), '--max-attempts', '1']),
      /ProvisionedThroughputExceeded/,
    );
    expect(readdirSync(parent)).toEqual([]);
  });

  it('leaves no files when the disk is full', async () => {
    const parent = tempDir();
    const line = `ulimit -f 0; $bin/ddb/dump ${parent}/dump`;
    await failsWith(runLine(line, { env: environment() }), /dump: a file may not become that large/);
    expect(readdirSync(parent)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'that is ended by %s leaves nothing that looks complete',
    async (signal) => {
      const parent = tempDir();
      const held = flaky.hold('Scan', { where: ({ body }) => body['Segment'] === 0 });
      const child = await startScript('ddb/dump', [join(parent, 'dump')], { env: environment() });
      const outcome = observe(child);
      await held.arrived;
      await eventually(() => readdirSync(parent).length === 1);
      child.kill(signal);
      expect((await outcome).status).toBe(signal === 'SIGINT' ? 130 : null);
      const left = readdirSync(parent);
      expect(left.filter((name) => !name.startsWith('dump.partial-'))).toEqual([]);
      if (signal === 'SIGINT') expect(left).toEqual([]);
      for (const name of left) {
        await failsWith(run('load', [join(parent, name)], newTable()), /is no whole dump/);
      }
    },
  );
});

describe('load', () => {
  it('accepts an export as DynamoDB writes it', async () => {
    const directory = writeExport();
    const table = newTable();
    await succeeds(run('load', [directory], table));
    expect((await readAll(db().client, table)).size).toBe(2);
  });

  it.each<[name: string, change: Parameters<typeof writeExport>[0], words: RegExp]>([
    ['of another format', { summary: { outputFormat: 'ION' } }, /outputFormat must be DYNAMODB_JSON/],
    ['of changes only', { summary: { exportType: 'INCREMENTAL_EXPORT' } }, /exportType must be FULL_EXPORT/],
    ['with another count', { summary: { itemCount: 3 } }, /summary says 3 items, .* have 2/],
    [
      'with another item',
      { more: ['{"Item":{"pk":{"S":"x"},"sk":{"S":"y"}}}'] },
      /is no item of this schema/,
    ],
    ['with half an item', { more: ['{"Item":{"pk":{"S":"x"}'] }, /line 3 is no item/],
    ['with a value of no type', { more: ['{"Item":{"pk":"x"}}'] }, /line 3 is no item/],
    ['with a value of two types', { more: ['{"Item":{"pk":{"S":"x","N":"1"}}}'] }, /line 3 is no item/],
    [
      'with an item under another key',
      { more: [exportLine({ seq: { N: '7' } })] },
      /another sk than its attributes say: .*MSG#0+1"/,
    ],
    ['with an item that lacks an attribute', { more: [exportLine({ rev: undefined })] }, /has no valid rev/],
  ])('refuses an export %s', async (_name, change, words) => {
    await expect(check(writeExport(change))).rejects.toThrow(words);
  });

  it('refuses a dump that was changed, was cut off or is incomplete', async () => {
    const damage: readonly [(directory: string, file: string) => void, RegExp][] = [
      [
        (_directory, file) => writeFileSync(file, readFileSync(file).subarray(0, -9)),
        /cannot be decompressed/,
      ],
      [(_directory, file) => writeFileSync(file, gzipSync('')), /MD5 is another|has 0 items/],
      [
        (_directory, file) => writeFileSync(file, gzipSync(gunzipSync(readFileSync(file)), { level: 1 })),
        /MD5 is another/,
      ],
      [(_directory, file) => rmSync(file), /it does not exist \(ENOENT\)/],
      [
        (directory) => rmSync(join(directory, 'manifest-summary.md5')),
        /no whole dump: it has no manifest-summary.md5/,
      ],
      [
        (directory) => rmSync(join(directory, 'manifest-files.json')),
        /no whole dump: it has no manifest-files.json/,
      ],
      [
        (directory) => writeFileSync(join(directory, 'manifest-files.md5'), md5('')),
        /manifest-files.json is damaged/,
      ],
      [
        (directory) => writeFileSync(join(directory, 'manifest-summary.json'), '{}'),
        /summary.json is damaged/,
      ],
    ];
    const whole = await takeDump(['--parts', '1']);
    for (const [change, words] of damage) {
      const directory = join(tempDir(), 'copy');
      cpSync(whole, directory, { recursive: true });
      change(directory, join(directory, 'data', readdirSync(join(directory, 'data'))[0] ?? ''));
      await expect(check(directory)).rejects.toThrow(words);
    }
  });

  it('finds all these faults before it writes anything', async () => {
    const table = newTable();
    const foreign = writeExport({ more: ['{"Item":{"pk":{"S":"x"},"sk":{"S":"y"}}}'] });
    await failsWith(run('load', [foreign], table), /is no item of this schema: {"pk":"x","sk":"y"}/);
    await failsWith(run('load', [tempDir()], table), /no whole dump.*AWSDynamoDB\/<export>/);
    expect(await describeTable(db().client, table)).toBeUndefined();
  });

  it('asks before it writes to AWS, and refuses a table that has items', async () => {
    const directory = await takeDump();
    const table = newTable();
    await failsWith(run('load', [directory, 'prod'], table), /not a terminal, so it cannot ask: give --yes/);
    expect(await describeTable(db().client, table)).toBeUndefined();
    await succeeds(run('load', [directory, 'prod', '--yes'], table));
    await failsWith(run('load', [directory], table), /has items: give another --table, or --resume/);
  });

  it('sends unprocessed items and throttled requests again', async () => {
    const directory = await takeDump();
    const table = newTable();
    flaky.leaveUnwritten({ times: 3 });
    flaky.refuse('BatchWriteItem', 'ProvisionedThroughputExceededException', { times: 3 });
    flaky.loseAnswer('BatchWriteItem');
    await succeeds(run('load', [directory], table));
    await succeeds(run('compare', [db().tableName, table]));
  });

  it('can be resumed after it was killed, and shows no group until then', async () => {
    const directory = await takeDump();
    const table = newTable();
    await loadSchema(db().client, table);
    const held = flaky.hold('BatchWriteItem', { where: ({ body }) => JSON.stringify(body).includes('META') });
    const child = await startScript('ddb/load', [directory], { env: environment(table) });
    const outcome = observe(child);
    await held.arrived;
    child.kill('SIGKILL');
    await outcome;
    const half = await readAll(db().client, table);
    expect([...half.keys()].filter((key) => /META|MEMBER#/.test(key))).toEqual([]);
    expect(half.size).toBeGreaterThan(10);
    await failsWith(run('load', [directory], table), /has items/);
    // An item with a later state remains: here a message that was edited meanwhile.
    const young = messageItem({ groupId, seq: 1, rev: 1, message: 'edited' });
    const context = db().newContext();
    await putItem({ ...context.table, name: table }, young);
    expect(await succeeds(run('load', [directory, '--resume'], table))).toMatch(
      /: \d+ items were loaded, \d+ existed already, 1 exist in another state, and were left unchanged/,
    );
    const compared = await run('compare', [db().tableName, table]);
    expect(compared).toMatchObject({ status: 1, stderr: expect.stringContaining('1 item differs') });
    expect(compared.stdout).toMatch(/MSG#0{11}1 {2}message, message_uuid, rev, user_uuid\n/);
  });
});

describe('compare', () => {
  it('names the attributes that differ, and their values only with --values', async () => {
    const table = newTable();
    await succeeds(run('load', [await takeDump()], table));
    const beside = { ...db().table, name: table };
    await putItem(beside, { ...messageItem({ groupId, seq: 2 }), user_uuid: 'another' } as never);
    await putItem(beside, messageItem({ groupId, seq: 99, message: 'a secret' }));
    const outcome = await run('compare', [db().tableName, table]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/^compare: 2 items differ between .*\n$/);
    expect(outcome.stdout).toMatch(/MSG#0{10}99 {2}only in restored-/);
    expect(outcome.stdout).toMatch(/MSG#0{11}2 {2}message_uuid, user_uuid\n/);
    expect(outcome.stdout).not.toMatch(/another|a secret/);
    const { stdout } = await run('compare', [db().tableName, table, '--values', '--json']);
    expect(JSON.parse(stdout)).toContainEqual({
      pk: `GRP#${groupId}`,
      sk: 'MSG#000000000002',
      where: 'both',
      attributes: [
        {
          name: 'message_uuid',
          first: expect.stringContaining('"S"'),
          second: expect.stringContaining('"S"'),
        },
        { name: 'user_uuid', first: expect.any(String), second: '{"S":"another"}' },
      ],
    });
  });

  it('fails when there is no room for its temporary files', async () => {
    const line = `ulimit -f 0; $bin/ddb/compare ${db().tableName} ${db().tableName}`;
    await failsWith(
      runLine(line, { env: environment() }),
      /cruddur-compare-.*: a file may not become that large/,
    );
  });

  it('refuses a word that is neither a table nor a dump', async () => {
    await Promise.all([
      failsWith(
        run('compare', ['nowhere', db().tableName]),
        /no table nowhere .* a directory needs a slash, .\/nowhere/,
      ),
      failsWith(run('compare', [tempDir(), db().tableName]), /is no whole dump/),
      failsWith(run('compare', ['one']), /<second> is missing: give <first> <second> /),
    ]);
  });
});

/** The part of a load before it writes. */
async function check(directory: string): Promise<void> {
  await checkDump(await openDump(directory), () => undefined);
}

const entry = z.object({
  itemCount: z.number(),
  md5Checksum: z.string(),
  etag: z.string(),
  dataFileS3Key: z.string(),
});
const readEntry = (line: string) => entry.parse(JSON.parse(line));

function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('base64');
}

/** A line as DynamoDB writes it: the key somewhere among the attributes. */
function exportLine(change: Readonly<Record<string, unknown>> = {}, seq = 1): string {
  const { pk, sk } = messageKey('01HK1ZC0ZZ0000000000000001', seq);
  const Item = {
    rev: { N: '0' },
    sk: { S: sk },
    message: { S: 'Hello' },
    kind: { S: 'text' },
    pk: { S: pk },
    seq: { N: String(seq) },
    created_at: { S: '2024-01-01T00:00:00.000Z' },
    message_uuid: { S: 'one' },
    user_uuid: { S: 'ada' },
    ...change,
  };
  return JSON.stringify({ Item });
}

/** An export as it comes from S3, with two messages; one of its files is empty. */
function writeExport(change: { readonly summary?: object; readonly more?: readonly string[] } = {}): string {
  const directory = join(tempDir(), '01693685827463-2d8752fd');
  mkdirSync(join(directory, 'data'), { recursive: true });
  const lines = [exportLine(), exportLine({}, 2), ...(change.more ?? [])];
  const files = [
    { name: 'gkes5o3lnrhoznhnkyax3hxvya.json.gz', lines },
    { name: 'bafybeiczss3yxay3o4abnabbb.json.gz', lines: [] },
  ].map(({ name, lines }) => {
    const content = gzipSync(lines.map((line) => `${line}\n`).join(''));
    writeFileSync(join(directory, 'data', name), content);
    const dataFileS3Key = `some/prefix/AWSDynamoDB/01693685827463-2d8752fd/data/${name}`;
    return { itemCount: lines.length, md5Checksum: md5(content), etag: 'any', dataFileS3Key };
  });
  const summary = {
    version: '2020-06-30',
    exportArn:
      'arn:aws:dynamodb:us-east-1:123456789012:table/cruddur-messages/export/01693685827463-2d8752fd',
    startTime: '2023-09-02T20:43:47.463Z',
    endTime: '2023-09-02T20:48:47.463Z',
    tableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/cruddur-messages',
    tableId: '12345a12-abcd-123a-ab12-1234abc12345',
    exportTime: '2023-09-02T20:43:47.463Z',
    s3Bucket: 'bucket',
    s3Prefix: 'some/prefix',
    s3SseAlgorithm: 'AES256',
    s3SseKmsKeyId: null,
    manifestFilesS3Key: 'some/prefix/AWSDynamoDB/01693685827463-2d8752fd/manifest-files.json',
    billedSizeBytes: 0,
    itemCount: lines.length,
    outputFormat: 'DYNAMODB_JSON',
    outputView: 'NEW_IMAGE',
    exportType: 'FULL_EXPORT',
    ...change.summary,
  };
  const manifests = {
    'manifest-files': files.map((file) => `${JSON.stringify(file)}\n`).join(''),
    'manifest-summary': JSON.stringify(summary),
  };
  for (const [name, text] of Object.entries(manifests)) {
    writeFileSync(join(directory, `${name}.json`), text);
    writeFileSync(join(directory, `${name}.md5`), md5(text));
  }
  return directory;
}
