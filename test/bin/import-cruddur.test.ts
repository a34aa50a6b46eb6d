import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readTime } from '../../cli/cruddur/original-items.ts';
import { readUsers } from '../../cli/cruddur/read-users.ts';
import { directGroupId } from '../../schema/ids.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import {
  createCruddurTable,
  type CruddurUser,
  isoformat,
  type OriginalItem,
  originalMessage,
  putOriginals,
  rowItem,
  usersCsv,
  without,
} from '../support/cruddur-table.ts';
import { readLog } from '../support/scene.ts';
import { createTestTable, useTestTable } from '../support/test-table.ts';
import { callScript, failsWith, type Outcome, succeeds } from './run-script.ts';
import { readAll } from './tables.ts';

const db = useTestTable();
const tempDir = useTempDirs();

const user = (handle: string, display_name = handle): CruddurUser => ({
  uuid: randomUUID(),
  handle,
  display_name,
});
const andrew = user('andrew', 'Andrew Brown');
const bayko = user('bayko', 'Bayko, A.');
const londo = user('Londo', 'Londo Mollari');
const subs = { andrew: randomUUID(), bayko: randomUUID() };
const START = Date.UTC(2023, 3, 10, 12) * 1_000;
const MINUTE = 60_000_000;

/** A conversation as Cruddur's seed puts it: both rows, and a message a minute of the two in turns. */
function seeded(
  conversation: string,
  [one, other]: readonly [CruddurUser, CruddurUser],
  count: number,
): OriginalItem[] {
  const at = isoformat(START, -240);
  const texts = Array.from({ length: count }, (_, index) => `line ${index + 1}`);
  return [
    rowItem({ conversation, owner: one, other, at }),
    rowItem({ conversation, owner: other, other: one, at }),
    ...texts.map((text, index) =>
      originalMessage({
        conversation,
        author: index % 2 === 0 ? one : other,
        at: isoformat(START + index * MINUTE, -240),
        text,
      }),
    ),
  ];
}

/** Writes a file of users. */
function usersFile(text: string): string {
  const path = join(tempDir(), 'users.csv');
  writeFileSync(path, text);
  return path;
}

describe('import-cruddur', () => {
  let from: string;
  beforeAll(async () => {
    from = `cruddur-${randomUUID()}`;
    await createCruddurTable(db().client, from);
    await putOriginals(db().client, from, seeded(randomUUID(), [andrew, bayko], 100));
  });

  const run = (args: readonly string[], table = db().tableName): Promise<Outcome> =>
    callScript('ddb/import-cruddur', args, {
      env: { AWS_ENDPOINT_URL: db().endpoint, DDB_MESSAGE_TABLE: table, DATA_DIR: '/nonexistent' },
    });

  it("imports a table that Cruddur's seed made, with the ids that people sign in with, and again adds nothing", async () => {
    const users = usersFile(usersCsv([andrew, bayko], subs));
    const dry = await succeeds(run(['--from', from, '--users', users, '--dry-run']));
    expect(dry).toMatch(/^100 messages in 1 conversation, can be imported into table .*; used .*Scan/);
    expect(await readAll(db().client, db().tableName)).toEqual(new Map());

    expect(await succeeds(run(['--from', from, '--users', users]))).toMatch(
      /has 2 users and 1 conversation; 100 of 100 messages were new; used /,
    );
    const context = db().newContext();
    const groupId = directGroupId(subs.andrew, subs.bayko);
    const log = await readLog(context, groupId);
    expect(log.map(({ message }) => message)).toEqual(
      Array.from({ length: 100 }, (_, index) => `line ${index + 1}`),
    );
    expect(log[1]).toMatchObject({ seq: 2, user_uuid: subs.bayko, created_at: '2023-04-10T12:01:00.000Z' });
    expect(await context.members.pair(groupId)).toEqual(
      [subs.andrew, subs.bayko]
        .sort()
        .map((userId) => expect.objectContaining({ userId, last_seq: 100, read_seq: 100 })),
    );
    expect(await context.profiles.find(subs.bayko)).toMatchObject({
      handle: 'bayko',
      display_name: 'Bayko, A.',
      created_at: '2023-03-26T15:04:05.123Z',
    });

    const before = await readAll(db().client, db().tableName);
    const again = await succeeds(run(['--from', from, '--users', users]));
    expect(again).toMatch(/0 of 100 messages were new; used [\d.,]+ read units: /);
    expect(await readAll(db().client, db().tableName)).toEqual(before);
  });

  it('reports each item that it cannot read, each user whose id or handle is another, and ends with status 1', async () => {
    const [conversation, repeated, alone, crowd, silent] = Array.from({ length: 5 }, () => randomUUID());
    const ids = { conversation: conversation ?? '', at: isoformat(START) };
    const message = (author: CruddurUser, minute: number, text = 'a text') =>
      originalMessage({ ...ids, author, at: isoformat(START + minute * MINUTE), text });
    const stranger = user('andrew');
    const items = [
      ...seeded(ids.conversation, [andrew, londo], 2),
      message(andrew, 10, 'Tabs\tand\r\nlines  '),
      without(message(andrew, 11, 'by handle'), 'user_uuid'),
      without(without(message(andrew, 12), 'user_uuid'), 'user_handle'),
      without(message(andrew, 13), 'message'),
      without(message(andrew, 14, 'no id'), 'message_uuid'),
      message(andrew, 15, ' \n'),
      message(stranger, 16),
      message(andrew, 17, 'x'.repeat(8_193)),
      { ...message(andrew, 18), sk: { S: 'yesterday' } },
      // The same pair began another conversation, of which one row is left.
      rowItem({ ...ids, conversation: repeated ?? '', owner: londo, other: andrew }),
      originalMessage({
        ...ids,
        conversation: repeated ?? '',
        author: londo,
        text: 'first',
        at: isoformat(START - 1, 120),
      }),
      originalMessage({ ...ids, conversation: alone ?? '', author: andrew, text: 'to nobody' }),
      rowItem({ ...ids, conversation: crowd ?? '', owner: andrew, other: bayko, at: isoformat(START + 1) }),
      rowItem({ ...ids, conversation: crowd ?? '', owner: londo, other: andrew, at: isoformat(START + 2) }),
      originalMessage({ ...ids, conversation: crowd ?? '', author: andrew, text: 'to all' }),
      rowItem({ ...ids, conversation: silent ?? '', owner: andrew, other: bayko, at: isoformat(START + 3) }),
      without(
        rowItem({ ...ids, owner: andrew, other: bayko, at: isoformat(START + 4) }),
        'message_group_uuid',
      ),
      { pk: { S: 'ACTIVITY#1' }, sk: { S: '1' } },
    ];
    const target = await createTestTable();
    const defects = `cruddur-${randomUUID()}`;
    try {
      await createCruddurTable(db().client, defects);
      await putOriginals(db().client, defects, items);
      const users = usersFile(usersCsv([andrew, bayko, stranger], { bayko: 'one-sub', Londo: 'other' }));
      const { status, stdout, stderr } = await run(
        ['--from', defects, '--users', users, '--json'],
        target.tableName,
      );
      expect(stderr).toBe(
        'import-cruddur: 13 items could not be imported, and everything else was: the report says which, and why\n',
      );
      expect(status).toBe(1);
      const report = z
        .object({ left_out: z.object({ reasons: z.unknown() }) })
        .loose()
        .parse(JSON.parse(stdout));
      expect(report).toMatchObject({
        users: { new: 4, found: 0 },
        conversations: { imported: 1, merged: 1 },
        messages: { read: 6, new: 6, found: 0 },
        notes: { count: 5 },
      });
      expect(report.left_out.reasons).toEqual({
        'is neither a message nor a row of a conversation': 1,
        'names no conversation': 1,
        'has no valid time': 1,
        'has no text': 1,
        'has no known author': 1,
        'has a blank text': 1,
        'has a text of more than 8,192 characters': 1,
        'is by another than the two people of its conversation': 1,
        'is of a conversation of which only one person is known': 1,
        'is of a conversation of more than two people': 3,
        'is of a conversation without messages': 1,
      });
      const context = target.newContext();
      const log = await readLog(context, directGroupId(andrew.uuid, londo.uuid));
      expect(log.map((entry) => entry.message)).toEqual([
        'first',
        'line 1',
        'line 2',
        'Tabs\tand\nlines',
        'by handle',
        'no id',
      ]);
      expect(await context.profiles.find(londo.uuid)).toMatchObject({ handle: 'londo' });
      expect(await context.profiles.find(stranger.uuid)).toMatchObject({ handle: 'andrew-2' });
      const named = await run(['--from', defects, '--users', users], target.tableName);
      expect(named.stdout).toMatch(/^user \S+ has no cognito_user_id of their own: cannot sign in\n/);
      expect(named.stdout).toMatch(/\nMSG#\S+  yesterday  has no valid time\n/);
    } finally {
      await target.close();
    }
  });

  it('puts the prefix of the API before the sub', async () => {
    const target = await createTestTable();
    try {
      const users = usersFile(usersCsv([andrew, bayko], subs));
      await succeeds(
        run(['--from', from, '--users', users, '--user-id-prefix', 'cognito:'], target.tableName),
      );
      const groupId = directGroupId(`cognito:${subs.andrew}`, `cognito:${subs.bayko}`);
      expect(await readLog(target.newContext(), groupId)).toHaveLength(100);
    } finally {
      await target.close();
    }
  });

  it('refuses what it cannot read, before it writes anything', async () => {
    const users = usersFile(usersCsv([andrew, bayko], subs));
    const own = db().tableName;
    await failsWith(run(['--from', own, '--users', users]), /cannot be imported into itself/);
    await failsWith(
      run(['--from', 'nothing-here', '--users', users]),
      /there is no table nothing-here at http/,
    );
    await failsWith(run(['--from', './nothing-here', '--users', users]), /is no whole dump/);
    await failsWith(run(['--from', from, '--users', '/nonexistent/users.csv']), /it does not exist/);
    await failsWith(
      run(['--from', from, '--users', usersFile('uuid,handle\n')]),
      /no column cognito_user_id/,
    );
    await failsWith(
      run(['--from', from, '--users', usersFile('')]),
      /no column uuid, handle, cognito_user_id/,
    );
    const twice = usersFile(usersCsv([andrew, andrew]));
    await failsWith(run(['--from', from, '--users', twice]), /two rows have the uuid/);
    const broken = usersFile(`${usersCsv([andrew])}one,"two\n`);
    await failsWith(run(['--from', from, '--users', broken]), /users\.csv: /);
    await failsWith(
      run(['--from', from, '--users', users, 'prod']),
      /this is not a terminal.*--yes to import/,
    );
  });
});

describe('the times of Cruddur', () => {
  it.each([
    ['2023-04-10T12:00:00.123456+00:00', '2023-04-10T12:00:00.123Z', '456000'],
    ['2023-04-10T12:00:00.123456', '2023-04-10T12:00:00.123Z', '456000'],
    ['2023-04-10T12:00:00-04:00', '2023-04-10T16:00:00.000Z', '000000'],
    ['2023-04-10 12:00:00.5Z', '2023-04-10T12:00:00.500Z', '000000'],
    ['2023-04-10T12:00:00+0530', '2023-04-10T06:30:00.000Z', '000000'],
  ])('%s is %s', (written, at, rest) => {
    const time = readTime(written);
    expect(new Date(time?.at ?? NaN).toISOString()).toBe(at);
    expect(time?.order.slice(-6)).toBe(rest);
  });

  it.each([
    '',
    '2023',
    '2023-04-10',
    '2023-13-10T12:00:00',
    '1969-12-31T23:59:59',
    '2023-04-10T12:00:00+99:00',
  ])('does not read %j', (written) => expect(readTime(written)).toBeUndefined());
});

describe("the file of Cruddur's users", () => {
  it('gives a sub to a user who alone has it', async () => {
    const people = ['a', 'b', 'c', 'd'].map((letter) => user(`user-${letter}`));
    const path = usersFile(
      `\uFEFF${usersCsv(people, { 'user-a': 'own', 'user-b': 'shared', 'user-c': 'shared' })}`,
    );
    expect((await readUsers(path)).map(({ handle, sub }) => [handle, sub])).toEqual([
      ['user-a', 'own'],
      ['user-b', undefined],
      ['user-c', undefined],
      ['user-d', undefined],
    ]);
  });
});
