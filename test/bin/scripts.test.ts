import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { readDynamoConfig } from '../../backend/config.ts';
import { messageItemOf } from '../../backend/table/items.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { createTokenVerifier } from '../../backend/http/verify-token.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openTable } from '../../backend/table/table.ts';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { writeEngineRecord } from '../../local/engine/engine-record.ts';
import { seedUserId } from '../../local/seed/seed-table.ts';
import { directGroupId } from '../../schema/ids.ts';
import { memberKey, messageKey } from '../../schema/keys.ts';
import { DEFAULT_TABLE_NAME, tableDefinition } from '../../schema/table.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { messageItem, namedMemberItem, newGroupId } from '../support/factories.ts';
import { deleteItem, putItem, readLog } from '../support/scene.ts';
import { callScript, failsWith, type Outcome, type ScriptOptions, succeeds } from './run-script.ts';
import { itOnTerminal, runOnTerminal, runScript } from './script-processes.ts';
import { SCRIPTS } from './script-names.ts';

/** The words that a script requires. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'ddb/compare': ['one-table', 'another'],
  'ddb/dump': ['some-directory'],
  'ddb/import-cruddur': ['--from', 'some-table', '--users', 'users.csv'],
  'ddb/load': ['some-directory'],
  'ddb/redrive': ['http://localhost/queue'],
  'ddb/sweep-files': [],
  'ddb/drop': ['some-table'],
  'ddb/patterns/get-conversation': ['some-group'],
  token: ['ada'],
};
const wordsOf = (script: string): readonly string[] => WORDS[script] ?? [];
const CLOSED_ENDPOINT = 'http://127.0.0.1:9';

const tempDir = useTempDirs();
let engine: Engine;
let client: DynamoDBClient;
let context: Wiring;

beforeAll(async () => {
  engine = await startEngine();
  client = createDynamoClient(readDynamoConfig({ AWS_ENDPOINT_URL: engine.endpoint }));
  await loadSchema(client, DEFAULT_TABLE_NAME);
  context = wire({ table: openTable(client, DEFAULT_TABLE_NAME) });
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

/** Runs a script against the engine of these tests. */
const run = (script: string, args: readonly string[] = [], options: ScriptOptions = {}): Promise<Outcome> =>
  callScript(script, args, {
    ...options,
    env: { AWS_ENDPOINT_URL: engine.endpoint, DATA_DIR: '/nonexistent', ...options.env },
  });

describe('every script', () => {
  it('refuses an option that it does not know', async () => {
    await Promise.all(
      SCRIPTS.map((script) =>
        failsWith(
          run(script, [...wordsOf(script), '--nonsense']),
          /: there is no option --nonsense \(see \S+ --help\)\n$/,
        ),
      ),
    );
  });

  it('names the endpoint if nothing responds there', async () => {
    const env = { DATA_DIR: tempDir(), AWS_ENDPOINT_URL: '' };
    await Promise.all([
      // The doctor says so in its report, and the canary uses the API alone.
      ...SCRIPTS.filter((script) => script !== 'ddb/doctor' && script !== 'canary').map((script) =>
        failsWith(
          run(script, wordsOf(script), { env }),
          /no engine is running from .*`npm start`.*--endpoint/,
        ),
      ),
      failsWith(
        run('ddb/seed', ['--endpoint', 'nowhere']),
        /--endpoint nowhere: it must be an http or https URL/,
      ),
      failsWith(
        runScript('ddb/seed', ['--endpoint', CLOSED_ENDPOINT]),
        /nothing answers at http:\/\/127.0.0.1:9/,
      ),
      failsWith(
        runScript('token', ['ada', '--endpoint', CLOSED_ENDPOINT]),
        /nothing answers at http:\/\/127.0.0.1:9/,
      ),
    ]);
  });

  it('says what is wrong with a command line, and what would be valid', async () => {
    await Promise.all([
      failsWith(
        run('ddb/seed', ['prod', 'more']),
        /there are too many words: give \[prod\] \(see seed --help\)/,
      ),
      failsWith(
        run('ddb/seed', ['foo']),
        /^seed: foo: the last word is prod, to act on AWS, or is left out \(see/,
      ),
      failsWith(run('ddb/seed', ['--user', '3']), /no option --user; there is --users \(see/),
      failsWith(run('ddb/seed', ['--users']), /^seed: --users needs a value after it \(see/),
      failsWith(run('ddb/seed', ['--users', 'x']), /^seed: --users x: it must be a whole number \(see/),
      failsWith(run('ddb/drop'), /^drop: <table> is missing: give <table> \[prod\] \(see/),
      failsWith(run('ddb/redrive', ['queue']), /^redrive: queue: it must be the URL of an SQS queue \(see/),
    ]);
  });

  it('never accesses AWS without the last word prod, and with it says what is missing', async () => {
    const aws = { AWS_ENDPOINT_URL: 'https://dynamodb.eu-west-1.amazonaws.com' };
    const none = { AWS_ENDPOINT_URL: '' };
    await Promise.all([
      failsWith(run('ddb/list-tables', [], { env: aws }), /is AWS: .*`prod`/),
      failsWith(run('ddb/list-tables', ['prod'], { env: none }), /no region is configured: give --region/),
      failsWith(
        run('ddb/list-tables', ['prod', '--region', 'eu-west-1'], { env: none }),
        /credentials do not work/,
      ),
    ]);
  });

  it('recognises a server that is not DynamoDB', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('["not_found"]'));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await failsWith(run('ddb/list-tables', ['--endpoint', endpoint]), /is not DynamoDB: check the port/);
    } finally {
      server.close();
    }
  });

  it('finds the engine that runs from DATA_DIR, with AWS configured for something else', async () => {
    const dataDir = tempDir();
    writeEngineRecord(dataDir, { endpoint: engine.endpoint, kind: 'embedded' });
    const env = { DATA_DIR: dataDir, AWS_ENDPOINT_URL: '', AWS_PROFILE: 'expired', AWS_REGION: 'eu-west-1' };
    expect(await succeeds(run('ddb/list-tables', [], { env }))).toContain(DEFAULT_TABLE_NAME);
  });
});

describe('schema-load', () => {
  it('creates the table, and says so when it exists already', async () => {
    expect(await succeeds(run('ddb/schema-load', ['--table', 'fresh']))).toMatch(
      /fresh at http.* is created/,
    );
    expect(await succeeds(run('ddb/schema-load', ['prod', '--table', 'fresh']))).toMatch(/exists already/);
  });

  it('can be run twice at once, and completes a table whose TTL was never set', async () => {
    await client.send(new CreateTableCommand(tableDefinition('half-made')));
    const outcomes = await Promise.all([loadSchema(client, 'half-made'), loadSchema(client, 'half-made')]);
    expect(outcomes).toEqual([{ created: false }, { created: false }]);
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: 'half-made' }),
    );
    expect(TimeToLiveDescription?.AttributeName).toBe('expires_at');
    const both = await Promise.all([loadSchema(client, 'brand-new'), loadSchema(client, 'brand-new')]);
    expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
  });

  it('fails for a table that differs, and names each difference', async () => {
    const { TableName, BillingMode, KeySchema, AttributeDefinitions } = tableDefinition('different');
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode,
        KeySchema,
        AttributeDefinitions: AttributeDefinitions.slice(0, 2),
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );
    await failsWith(
      run('ddb/schema-load', ['--table', 'different']),
      /its indexes: none \(schema: inbox .*\); its stream: KEYS_ONLY \(schema: NEW_AND_OLD_IMAGES\)/,
    );
  });
});

describe('seed, token and rebuild-summaries', () => {
  const groupId = directGroupId(seedUserId('ada'), seedUserId('grace'));

  it('seeds once, even if it is repeated', async () => {
    await failsWith(run('ddb/seed', ['--table', 'nowhere']), /no table nowhere .*schema-load creates it/);
    await failsWith(run('ddb/seed', ['--users', '3', '--groups', '4']), /--groups must be at most 3/);
    expect(await succeeds(run('ddb/seed'))).toMatch(/(\d+) of \1 messages were new/);
    const log = await readLog(context, groupId);
    expect(await succeeds(run('ddb/seed'))).toMatch(/ 0 of \d+ messages were new/);
    expect(await readLog(context, groupId)).toEqual(log);
    const numbers = ['--users', '4', '--groups', '3', '--messages', '7'];
    expect(await succeeds(run('ddb/seed', numbers))).toMatch(/4 people and 3 conversations; 7 of 7 /);
  });

  it('prints a token that the API accepts, and nothing else', async () => {
    const env = { DATA_DIR: join(tempDir(), 'not-there-yet') };
    const token = await succeeds(run('token', ['@Ada'], { env }));
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const verify = createTokenVerifier({ development: await openDevelopmentIssuer(env.DATA_DIR, {}) });
    await expect(verify(token.trim())).resolves.toMatchObject({ userId: seedUserId('ada') });

    await failsWith(
      run('token', ['newcomer'], { env }),
      /no user has the handle newcomer: there are ada, .*--create/,
    );
    const made = await succeeds(run('token', ['newcomer', '--create'], { env }));
    const again = await succeeds(run('token', ['newcomer'], { env }));
    expect(decodeJwt(again.trim()).sub).toBe(decodeJwt(made.trim()).sub);
  });

  it('prints a token for a user id without any engine', async () => {
    const env = { DATA_DIR: tempDir(), AWS_ENDPOINT_URL: '' };
    const token = await succeeds(run('token', ['--sub', 'user-1'], { env }));
    expect(decodeJwt(token.trim()).sub).toBe('user-1');
    await Promise.all([
      failsWith(run('token', [], { env }), /either a handle or --sub/),
      failsWith(run('token', ['ada', '--sub', 'x'], { env }), /either a handle or --sub/),
      failsWith(
        run('token', ['--sub', 'x'], { env: { ...env, NODE_ENV: 'production' } }),
        /NODE_ENV=production/,
      ),
    ]);
  });

  it('finds a wrong summary, and repairs it', async () => {
    expect(await succeeds(run('ddb/rebuild-summaries', ['--check']))).toMatch(/15 groups compared/);
    await context.table.send(
      new UpdateCommand({
        TableName: context.table.name,
        Key: memberKey(groupId, seedUserId('ada')),
        UpdateExpression: 'SET last_seq = :seq, preview = :text',
        ExpressionAttributeValues: { ':seq': 1, ':text': 'a secret' },
      }),
    );
    const found = await run('ddb/rebuild-summaries', ['--check', '--group', groupId]);
    expect(found.status).toBe(1);
    expect(found.stderr).toMatch(/^rebuild-summaries: 1 item of 1 group is not as the log says\b.*\n$/);
    expect(found.stdout).toMatch(/last_seq is 1, the log says \d+; .*preview is another text/s);
    expect(found.stdout).not.toContain('a secret');
    expect(await succeeds(run('ddb/rebuild-summaries'))).toMatch(/15 groups read: 1 item repaired/);
    await failsWith(
      run('ddb/rebuild-summaries', ['--group', 'nonsense']),
      /there is no message group nonsense/,
    );
  });

  it('names an item of a log that is missing or no message, and processes the other groups', async () => {
    const [first, second] = await readLog(context, groupId);
    if (!first || !second) throw new Error('the log has messages');
    const damaged = { ...messageItem({ groupId, seq: 1 }), rev: 'x' };
    const faults: [() => Promise<void>, string][] = [
      [() => putItem(context.table, damaged), `${messageKey(groupId, 1).sk}  is no message`],
      [() => deleteItem(context.table, messageKey(groupId, 2)), `${messageKey(groupId, 2).sk}  is missing`],
    ];
    for (const [damage, line] of faults) {
      await damage();
      for (const words of [['--check'], []]) {
        const found = await run('ddb/rebuild-summaries', words);
        expect(found.status).toBe(1);
        expect(found.stderr).toMatch(/^rebuild-summaries: the log of 1 group cannot be repaired: .*\n$/);
        expect(found.stdout).toContain(line);
      }
      for (const entry of [first, second]) await putItem(context.table, messageItemOf(entry));
      await succeeds(run('ddb/rebuild-summaries', ['--check']));
    }
  });

  it('refuses a table of an earlier version in one line, as do the other scripts that write to it', async () => {
    const TableName = 'earlier';
    await loadSchema(client, TableName);
    const { log_id, ...earlier } = namedMemberItem({ groupId: newGroupId(), userId: 'ada' });
    await putItem(openTable(client, TableName), earlier);
    const line =
      /the table earlier has items of an earlier version: drop it with bin\/ddb\/drop earlier, or remove/;
    for (const script of ['schema-load', 'seed', 'rebuild-summaries']) {
      await failsWith(run(`ddb/${script}`, ['--table', TableName]), line);
    }
    const { status, stdout } = await run('ddb/doctor', ['--table', TableName]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ items +the table earlier has items/);
  });
});

describe('list-tables and drop', () => {
  it('shows tables for people and for programs', async () => {
    const text = await succeeds(run('ddb/list-tables'));
    expect(text).toMatch(/│ name +│ status +│ items +│ size +│ stream +│ protection │/);
    expect(text).toMatch(/│ cruddur-messages +│ ACTIVE +│ [\d,]+ +│ – +│/);
    const rows: unknown = JSON.parse(await succeeds(run('ddb/list-tables', ['--json'])));
    expect(rows).toContainEqual({
      name: DEFAULT_TABLE_NAME,
      status: 'ACTIVE',
      items: expect.any(Number),
      // This engine counts items and does not measure them.
      size_bytes: null,
      stream: 'NEW_AND_OLD_IMAGES',
      deletion_protection: false,
    });
  });

  it('deletes the given table, unless it is protected or the deletion is not confirmed', async () => {
    await loadSchema(client, 'doomed');
    await failsWith(run('ddb/drop', ['not-there']), /there is no table not-there .*list-tables/);
    await failsWith(run('ddb/drop', ['doomed', 'prod'], { stdin: 'doomed\n' }), /give --yes/);
    await failsWith(run('ddb/drop', ['doomed'], { stdin: 'doomed\n' }), /not a terminal.* give --yes/);
    await client.send(new UpdateTableCommand({ TableName: 'doomed', DeletionProtectionEnabled: true }));
    await failsWith(run('ddb/drop', ['doomed']), /doomed is protected/);
    await client.send(new UpdateTableCommand({ TableName: 'doomed', DeletionProtectionEnabled: false }));
    expect(await succeeds(run('ddb/drop', ['doomed', 'prod', '--yes']))).toMatch(
      /doomed at http.* is deleted/,
    );
  });

  itOnTerminal('asks for the name of a table before it deletes it, on this machine too', async () => {
    await loadSchema(client, 'asked-for');
    const env = { AWS_ENDPOINT_URL: engine.endpoint, DATA_DIR: '/nonexistent' };
    const answer = (text: string) =>
      runOnTerminal('$bin/ddb/drop asked-for', 80, { env, stdin: `${text}\n` });
    const refused = await answer('yes');
    expect(refused.status).toBe(1);
    expect(refused.stdout).toMatch(
      /deletes table asked-for at http.*\s+.*for ever\.\n.*Type the table's name to continue: /s,
    );
    expect(refused.stdout).toMatch(/nothing was deleted\n$/);
    expect((await answer('asked-for')).stdout).toMatch(/table asked-for at http.* is deleted\n$/);
    await failsWith(run('ddb/drop', ['asked-for', '--yes']), /there is no table asked-for/);
  });
});
