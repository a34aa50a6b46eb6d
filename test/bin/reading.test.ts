import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { textWidth } from '../../cli/text-width.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { directGroupId } from '../../schema/ids.ts';
import { groupPk } from '../../schema/keys.ts';
import { useTestTable } from '../support/test-table.ts';
import { callScript, failsWith, type Outcome, succeeds } from './run-script.ts';
import { itOnTerminal, observe, runLine, runOnTerminal, startScript } from './script-processes.ts';

const HOSTILE = 'one\ntwo \u001b[31mred 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 🫠 the end';
const groupId = directGroupId('user-ada', 'user-grace');
const db = useTestTable();

beforeAll(async () => {
  const context = db().newContext();
  for (const handle of ['ada', 'grace', 'hedy']) {
    await saveProfile(context, `user-${handle}`, { handle, display_name: handle });
  }
  for (const text of [HOSTILE, 'second', 'third']) {
    await sendToHandle(context, 'grace', { userId: 'user-ada', text });
  }
  await sendToHandle(context, 'ada', { userId: 'user-hedy', text: 'a preview' });
});

const environment = () => ({
  AWS_ENDPOINT_URL: db().endpoint,
  DDB_MESSAGE_TABLE: db().tableName,
  DATA_DIR: '/nonexistent',
});
const run = (script: string, args: readonly string[] = []): Promise<Outcome> =>
  callScript(`ddb/${script}`, args, { env: environment() });
const line = (text: string) => runLine(text, { env: environment() });
const onTerminal = (text: string, columns: number) => runOnTerminal(text, columns, { env: environment() });

async function jsonOf(outcome: Promise<Outcome>): Promise<{ rows: unknown; note: string }> {
  const { status, stdout, stderr } = await outcome;
  expect(status).toBe(0);
  return { rows: JSON.parse(stdout), note: stderr };
}

describe('scan', () => {
  it('prints every item, its key first, and the cost', async () => {
    const text = await succeeds(run('scan'));
    expect(text).toContain(`\n\n${groupPk(groupId)}  MSG#000000000002\n`);
    expect(text).toMatch(/\n {2}message +second\n/);
    // Three profiles and handles; a group, two members and three messages; a group, two members and a message.
    expect(text).toMatch(/\n16 items; used [\d.]+ read units: Scan [\d.]+\n$/);
    expect(text).not.toContain('\u001b');
  });

  it('stops at its limit, and says if there are more items', async () => {
    const [all, fewer, json] = await Promise.all([
      succeeds(run('scan', ['--limit', '16'])),
      succeeds(run('scan', ['--limit', '1'])),
      jsonOf(run('scan', ['--limit', '15', '--json'])),
    ]);
    expect(all).toMatch(/\n16 items; used/);
    expect(fewer).toMatch(/\n1 item, and there are more \(--limit\); used 0\.5 read units: Scan 0\.5\n$/);
    expect(json.rows).toHaveLength(15);
    expect(json.note).toMatch(
      /^15 items, and there are more \(--limit\); used [\d.]+ read units: Scan [\d.]+\n$/,
    );
  });

  it('prints sets, bytes and long numbers as JSON, and nothing for an empty table', async () => {
    await loadSchema(db().client, 'odd-items');
    const args = ['--table', 'odd-items'];
    expect(await succeeds(run('scan', args))).toMatch(/^table odd-items at http.* is empty; used/);
    expect((await jsonOf(run('scan', [...args, '--json']))).rows).toEqual([]);
    const item = {
      sk: 'sort',
      pk: 'part',
      deleted_seqs: new Set([3, 5]),
      bytes: Buffer.from('hi'),
      big: BigInt('12345678901234567890'),
    };
    await db().table.send(new PutCommand({ TableName: 'odd-items', Item: item }));
    const { stdout } = await run('scan', [...args, '--json']);
    expect(stdout).toBe(
      '[\n{"pk":"part","sk":"sort","big":"12345678901234567890","bytes":"aGk=","deleted_seqs":[3,5]}\n]\n',
    );
    expect(await succeeds(run('scan', args))).toMatch(/ {2}deleted_seqs {2}\[3,5\]\n/);
  });

  it('refuses an invalid limit or table name, and names a missing table', async () => {
    await Promise.all([
      failsWith(run('scan', ['--limit', '0']), /--limit 0: it must be a whole number from 1 to/),
      failsWith(run('scan', ['--table', 'x']), /--table x: it must be 3 to 255 .* \(see scan --help\)/),
      failsWith(run('scan', ['--table', 'nowhere', '--json']), /no table nowhere .*schema-load creates it/),
    ]);
  });

  it('ends without an error when its reader stops', async () => {
    expect(await succeeds(line('$bin/ddb/scan | head -1'))).toMatch(/^\S+ {2}\S+\n$/);
    const pattern = '$bin/ddb/patterns/list-conversations --json 2>&1 | head -1';
    expect(await succeeds(line(pattern))).toBe('[\n');
  });

  itOnTerminal('fits a narrow terminal, with texts of any length', async () => {
    const { status, stdout } = await onTerminal('$bin/ddb/scan', 40);
    expect(status).toBe(0);
    expect(stdout).toContain('\u001b[1mGRP#');
    const attributes = stdout.split('\n').filter((row) => row.startsWith('  '));
    expect(Math.max(...attributes.map(textWidth))).toBe(40);
    expect(stdout).toMatch(/ {2}message +one↵two \\u001b\[31m.*…\n/);
  });

  it('ends at Ctrl-C in the middle of its output', async () => {
    const item = { pk: { S: 'part' }, sk: { S: 'first page' } };
    const page = JSON.stringify({
      Items: [item],
      LastEvaluatedKey: item,
      ConsumedCapacity: { CapacityUnits: 0.5 },
    });
    // One page, and then no response.
    const server = createServer((_request, response) => {
      if (!server.listening) return;
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end(page);
      server.close();
    });
    server.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const child = await startScript('ddb/scan', ['--endpoint', `http://127.0.0.1:${port}`], {
      env: environment(),
    });
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { status, stdout, stderr } = await observe(child);
    server.closeAllConnections();
    expect({ status, stdout, stderr }).toEqual({ status: 130, stdout: 'part  first page\n\n', stderr: '' });
  });
});

describe('list-conversations', () => {
  it("shows a user's conversations and the cost of the pattern", async () => {
    const text = await succeeds(run('patterns/list-conversations', ['@Ada']));
    expect(text).toMatch(/^conversations of ada\n/);
    expect(text).toMatch(/│ conversation +│ with +│ last message +│ at \(UTC\) +│ unread │/);
    expect(text).toMatch(/│ hedy +│ a preview +│ .* │ 1 +│\n/);
    expect(text).toMatch(/\n2 conversations; used 1\.5 read units: Query 0\.5, BatchGetItem 1\n$/);
  });

  it('takes the first user that it finds when no handle is given, and says so', async () => {
    const { rows, note } = await jsonOf(run('patterns/list-conversations', ['--json', '--limit', '1']));
    expect(rows).toEqual([
      expect.objectContaining({
        kind: 'direct',
        last_seq: expect.any(Number),
        unread_count: expect.any(Number),
      }),
    ]);
    expect(note).toMatch(
      /^conversations of \w+ \(the first one known; .*\): 1 conversation.*; used 1 read unit: Query 0\.5, BatchGetItem 0\.5\n$/,
    );
  });

  it('suggests handles for an unknown one, or says that there are no users', async () => {
    await loadSchema(db().client, 'nobody-yet');
    await Promise.all([
      failsWith(
        run('patterns/list-conversations', ['nobody']),
        /handle nobody: there are ada, grace, hedy\n/,
      ),
      failsWith(run('patterns/list-conversations', ['no body']), /no body is not a handle/),
      failsWith(
        run('patterns/list-conversations', ['--table', 'nobody-yet']),
        /no users in table nobody-yet .*seed/,
      ),
    ]);
  });

  it('reads prod as the last word, and @prod as a handle', async () => {
    await Promise.all([
      failsWith(
        callScript('ddb/patterns/list-conversations', ['prod'], { env: { DATA_DIR: '/nonexistent' } }),
        /no region is configured/,
      ),
      failsWith(run('patterns/list-conversations', ['@prod']), /no user has the handle prod/),
    ]);
  });

  itOnTerminal('prints paragraphs when a table does not fit', async () => {
    const { stdout } = await onTerminal('$bin/ddb/patterns/list-conversations ada', 40);
    expect(stdout).toMatch(/\nconversation: \w{26}\nwith: \w+\nlast message: .*\n/);
    const wider = await onTerminal(`$bin/ddb/patterns/get-conversation ${groupId}; exit 3`, 60);
    // The script's own status is the line's last.
    expect(wider.status).toBe(3);
    expect(wider.stdout).toMatch(/one↵two .*…/);
  });
});

describe('get-conversation', () => {
  it('shows the newest messages, oldest first, and the cost', async () => {
    const text = await succeeds(run('patterns/get-conversation', [groupId]));
    expect(text).toMatch(/│ 1 +│ 0 +│ .* │ ada +│ one↵two \\u001b\[31mred 漢字/);
    expect(text).toMatch(/\n3 messages; used 4\.5 read units: Query 3, GetItem 1, BatchGetItem 0\.5\n$/);
    const { rows, note } = await jsonOf(
      run('patterns/get-conversation', [groupId, '--limit', '2', '--json']),
    );
    expect(rows).toMatchObject([
      { seq: 2, message: 'second', handle: 'ada' },
      { seq: 3, message: 'third', message_group_uuid: groupId },
    ]);
    expect(note).toMatch(/2 messages, and there are more \(--limit\); used 4\.5 read units:/);
  });

  it('suggests conversations for an unknown one', async () => {
    await Promise.all([
      failsWith(
        run('patterns/get-conversation', ['nonsense']),
        new RegExp(`group nonsense .*: there are .*${groupId}`),
      ),
      failsWith(run('patterns/get-conversation'), /<group> is missing: give <group> \[prod\] \(see/),
    ]);
  });
});
