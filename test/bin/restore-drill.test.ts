import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { wholeGroups, GroupReader } from '../../cli/dumps/whole-groups.ts';
import type { RawItem } from '../../cli/dumps/item-json.ts';
import { groupIdOf, isMessageKey } from '../../schema/keys.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { startFlakyEngine } from '../support/flaky-engine.ts';
import { startSummaries } from '../support/pump.ts';
import { readLog, upTo } from '../support/scene.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';
import { callScript, succeeds } from './run-script.ts';
import { readAll, tableBeside } from './tables.ts';

/*
 * The restore drill of docs/operations.md, with its commands: a table is dumped and loaded under another name, and the
 * API serves the same from it.
 */

const tempDir = useTempDirs();
const LONG = 120;
/** Timeout in ms for six scripts one after the other, on a busy machine. */
const PATIENCE_MS = 180_000;
jest.setTimeout(PATIENCE_MS);
let db: TestTable;
let api: TestApi;
let people: readonly [Caller, Caller, Caller, Caller];
let club: string;
let tables = 0;

beforeAll(async () => {
  db = await createTestTable({ stream: true });
  api = await startTestApi({ table: db.table });
  const summaries = await startSummaries(db);
  try {
    ({ people, club } = await liveThere());
    await succeeds(run('rebuild-summaries', ['--check'], db.tableName));
  } finally {
    await summaries.stop();
  }
});
afterAll(async () => {
  await api.stop();
  await db.close();
});

const run = (script: string, args: readonly string[], table: string, endpoint = db.endpoint) =>
  callScript(`ddb/${script}`, args, {
    env: { AWS_ENDPOINT_URL: endpoint, DDB_MESSAGE_TABLE: table, DATA_DIR: '/nonexistent' },
  });

function newTable(): string {
  tables += 1;
  return `restored-${tables}`;
}

/** Lets four users chat: in a group that changes, in pairs, and at length, with edited, deleted and unread messages. */
async function liveThere() {
  const [ada, grace, hedy, joan] = await Promise.all([
    api.person(),
    api.person(),
    api.person(),
    api.person(),
  ]);
  const { uuid } = await ada.createGroup('Club', [grace.handle, hedy.handle]);
  const place = `/api/message_groups/${uuid}`;
  for (const seq of upTo(LONG)) await ada.send({ message: `club ${seq} 漢字 🫠`, message_group_uuid: uuid });
  ok(await ada.post(`${place}/members`, { handle: joan.handle }));
  ok(await ada.patch(`${place}/members/@${grace.handle}`, { role: 'admin' }));
  ok(await grace.patch(place, { name: 'The club' }));
  await hedy.send({ message: 'before I go', message_group_uuid: uuid }, 'a-key');
  expect((await hedy.delete(`${place}/members/@${hedy.handle}`)).status).toBe(204);
  for (const seq of [10, 60, 61]) ok(await ada.delete(`/api/messages/${uuid}/${seq}`));
  ok(await ada.patch(`/api/messages/${uuid}/70`, { message: 'edited' }));
  await grace.markRead(uuid, 65);
  for (const [one, other] of [
    [ada, grace],
    [ada, hedy],
    [joan, grace],
  ] as const) {
    for (const seq of upTo(5)) await one.send({ message: `direct ${seq}`, handle: other.handle });
  }
  await grace.send({ message: 'an answer', handle: ada.handle });
  return { people: [ada, grace, hedy, joan] as const, club: uuid };
}

/** Reads a list from its first page to its last, byte for byte. */
async function wholeList(person: Caller, path: string, relation: 'next' | 'prev'): Promise<string[]> {
  const pages: string[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await person.get(next);
    expect(answer.status).toBe(200);
    pages.push(`${answer.text} ${String(answer.headers['link'])}`);
    next = linkOf(answer, relation);
  }
  return pages;
}

/** Reads everything that a user is shown, page by page. */
async function allThat(person: Caller): Promise<unknown> {
  const inbox = await wholeList(person, '/api/message_groups?limit=2', 'next');
  const groups = (await person.inbox('?limit=100')).map(({ uuid }) => uuid);
  const histories = await Promise.all(
    groups.map(async (uuid) => ({
      group: (await person.get(`/api/message_groups/${uuid}`)).text,
      history: await wholeList(person, `/api/messages/${uuid}?limit=50`, 'prev'),
    })),
  );
  return { me: (await person.get('/api/users/me')).text, inbox, histories };
}

/** Checks that the API serves the same to every user from another table. */
async function expectSameService(table: string): Promise<void> {
  const restored = await startTestApi({ table: tableBeside(db, table).table, issuer: api.issuer });
  try {
    for (const person of people) {
      const [before, after] = await Promise.all([allThat(person), allThat(person.at(restored))]);
      expect(after).toEqual(before);
    }
  } finally {
    await restored.stop();
  }
}

async function dumpAndLoad(table: string): Promise<void> {
  const directory = join(tempDir(), 'dump');
  await succeeds(run('dump', [directory], db.tableName));
  await succeeds(run('load', [directory], table));
}

describe('a restored table', () => {
  const table = newTable();

  it('has the same items, and correct summaries', async () => {
    await dumpAndLoad(table);
    expect(await succeeds(run('compare', [db.tableName, table], table))).toMatch(/are alike\n$/);
    expect(await succeeds(run('rebuild-summaries', ['--check'], table))).toMatch(
      /everything is as the log says/,
    );
  });

  it('serves the same inbox and histories to every user, byte for byte', async () => {
    expect((await people[0].inbox()).length).toBe(3);
    expect((await people[2].inbox()).length).toBe(1);
    await expectSameService(table);
  });

  it('continues its logs where they end: no seq is used again, and none is left out', async () => {
    const beside = tableBeside(db, table);
    const restored = await startTestApi({ table: beside.table, issuer: api.issuer });
    const summaries = await startSummaries(beside);
    try {
      const [ada, grace, hedy, joan] = people.map((person) => person.at(restored)) as [
        Caller,
        Caller,
        Caller,
        Caller,
      ];
      const before = await readLog(beside.newContext(), club);
      const end = before.length;
      expect(before.map(({ seq }) => seq)).toEqual(upTo(end));
      const sent = await Promise.all([
        ada.send({ message: 'after', message_group_uuid: club }),
        grace.send({ message: 'after', message_group_uuid: club, after_seq: end }),
        joan.send({ message: 'after', message_group_uuid: club }, 'another-key'),
      ]);
      expect(sent.map(({ seq }) => seq).sort((one, other) => one - other)).toEqual([
        end + 1,
        end + 2,
        end + 3,
      ]);
      expect((await readLog(beside.newContext(), club)).slice(0, end)).toEqual(before);
      // Earlier promises hold: a key is recognised, a pair has one conversation, and a former member has no access.
      expect((await hedy.post('/api/messages', { message: 'x', message_group_uuid: club })).status).toBe(404);
      const direct = await ada.send({ message: 'once more', handle: grace.handle });
      expect(direct.seq).toBe(7);
      expect((await ada.markRead(club, end + 3)).unread_count).toBe(0);
      await eventually(async () => {
        const ends = new Map((await grace.inbox()).map(({ uuid, last_seq }) => [uuid, last_seq]));
        return ends.get(club) === end + 3 && ends.get(direct.message_group_uuid) === direct.seq;
      });
    } finally {
      await summaries.stop();
      await restored.stop();
    }
    await succeeds(run('rebuild-summaries', ['--check'], table));
  });
});

describe('while the stream of the new table is followed', () => {
  it.each(['before the rows are loaded', 'after the rows are loaded'])(
    'the rows are the same, although it has the records of all messages %s',
    async (moment) => {
      const table = newTable();
      await loadSchema(db.client, table);
      const beside = tableBeside(db, table);
      const flaky = await startFlakyEngine(db.endpoint);
      const gate = deferred<undefined>();
      let received = 0;
      const summaries = await startSummaries(beside, {
        deliverBy: (handler) => async (event) => {
          if (moment.startsWith('after')) await gate.promise;
          const answer = await handler(event);
          received += event.Records.length;
          return answer;
        },
      });
      try {
        const directory = join(tempDir(), 'dump');
        await succeeds(run('dump', [directory], db.tableName));
        const stored = await readAll(db.client, db.tableName);
        const messages = [...stored.keys()].filter((key) => key.includes(' MSG#')).length;
        const receivedAll = () => eventually(() => received >= messages, { within: 30_000 });
        if (moment.startsWith('before')) {
          const isRows = ({ body }: { body: object }) => JSON.stringify(body).includes('"META"');
          flaky.before('BatchWriteItem', receivedAll, { where: isRows });
        }
        await succeeds(run('load', [directory], table, flaky.endpoint));
        gate.resolve(undefined);
        await receivedAll();
        expect(summaries.failedBatches()).toBe(0);
        // The handler logs changes again that are in the change log already: clients fetch those messages once more.
        const withoutChanges = (items: typeof stored) =>
          new Map([...items].filter(([key]) => !key.includes(' CHG#')));
        expect(withoutChanges(await readAll(db.client, table))).toEqual(withoutChanges(stored));
        await succeeds(run('rebuild-summaries', ['--check'], table));
      } finally {
        gate.resolve(undefined);
        await summaries.stop();
        await flaky.close();
      }
      await expectSameService(table);
    },
  );
});

describe('a dump that is taken while users write', () => {
  it('has a group in the state after a change that came between its rows and its messages', async () => {
    const table = newTable();
    const [ada, grace, , joan] = people;
    const flaky = await startFlakyEngine(db.endpoint);
    try {
      const { uuid } = await ada.createGroup('Changing', [grace.handle]);
      // More than a page of messages: the rows are read with the first page, the end of the log with the last.
      for (const seq of upTo(300))
        await ada.send({ message: `${'🫠'.repeat(1_000)} ${seq}`, message_group_uuid: uuid });
      flaky.before(
        'Scan',
        async () => {
          await ada.delete(`/api/message_groups/${uuid}/members/@${grace.handle}`);
          ok(await ada.post(`/api/message_groups/${uuid}/members`, { handle: joan.handle }));
        },
        { where: ({ body }) => JSON.stringify(body['ExclusiveStartKey'] ?? '').includes(`GRP#${uuid}`) },
      );
      const directory = join(tempDir(), 'dump');
      await succeeds(run('dump', [directory], db.tableName, flaky.endpoint));
      await succeeds(run('load', [directory], table));
      await succeeds(run('rebuild-summaries', [], table));
      const context = tableBeside(db, table).newContext();
      const members = await context.members.list(uuid, 9);
      const group = await context.groups.find(uuid);
      expect(members.map(({ userId }) => userId).sort()).toEqual([ada.userId, joan.userId].sort());
      expect(group?.member_count).toBe(2);
      const log = await readLog(context, uuid);
      expect(log.map(({ seq }) => seq)).toEqual(upTo(log.length));
      expect(log.slice(-2).map(({ event }) => event?.type)).toEqual(['member_removed', 'members_added']);
    } finally {
      await flaky.close();
    }
  });

  it('has a conversation that was opened between the reading of its rows and of its first message', async () => {
    const [ada, , , joan] = people;
    const { message_group_uuid: uuid } = await ada.send({ message: 'first', handle: joan.handle });
    const reader = new GroupReader(db.client, db.tableName);
    const seen: RawItem[] = [];
    for await (const message of reader.messagesAfter(uuid, 'MSG#')) seen.push(message);
    const whole: RawItem[] = [];
    // eslint-disable-next-line @typescript-eslint/require-await -- what a page shows that nothing isolates from writes
    const page = async function* () {
      yield* seen;
    };
    for await (const item of wholeGroups(page(), reader, new Date())) whole.push(item);
    expect(whole.map(({ sk }) => sk?.S?.replace(/#.*/, ''))).toEqual(['MSG', 'MEMBER', 'MEMBER', 'META']);
  });

  it('has everything that was acknowledged before it, and keeps the promises after rebuild-summaries', async () => {
    const table = newTable();
    const acknowledged = await readAll(db.client, db.tableName);
    let writing = true;
    let rounds = 0;
    const writers = people.map(async (person, place) => {
      const other = people[(place + 1) % people.length] ?? person;
      const third = people[(place + 2) % people.length] ?? person;
      const { uuid } = await person.createGroup(`Group of ${place}`, [third.handle]);
      const members = `/api/message_groups/${uuid}/members`;
      for (let round = 0; writing; round += 1) {
        await person.send({ message: `round ${round}`, handle: other.handle });
        const { seq } = await person.send({ message: `round ${round}`, message_group_uuid: uuid });
        if (round % 3 === 0) ok(await person.delete(`/api/messages/${uuid}/${seq}`));
        if (round % 2 === 0) ok(await person.post(members, { handle: other.handle }));
        else await person.delete(`${members}/@${other.handle}`);
        rounds += 1;
      }
    });
    const directory = join(tempDir(), 'dump');
    try {
      await eventually(() => rounds > people.length, { within: 30_000 });
      await succeeds(run('dump', [directory], db.tableName));
    } finally {
      writing = false;
      await Promise.all(writers);
    }
    await succeeds(run('load', [directory], table));
    await succeeds(run('rebuild-summaries', [], table));
    await succeeds(run('rebuild-summaries', ['--check'], table));

    const loaded = await readAll(db.client, table);
    const messages = [...acknowledged.keys()].filter((key) => key.includes(' MSG#'));
    expect(messages.filter((key) => !loaded.has(key))).toEqual([]);
    const context = tableBeside(db, table).newContext();
    const groupIds = [...loaded.keys()].flatMap((key) => {
      const [pk = '', sk = ''] = key.split(' ');
      return isMessageKey({ pk, sk }) ? (groupIdOf({ pk }) ?? []) : [];
    });
    for (const groupId of new Set(groupIds)) {
      const group = await context.groups.find(groupId);
      const members = await context.members.list(groupId, 99);
      const log = await readLog(context, groupId);
      expect(log.map(({ seq }) => seq)).toEqual(upTo(log.length));
      expect({ groupId, count: members.length }).toEqual({ groupId, count: group?.member_count });
      if (group?.kind === 'group') expect(group.last_seq).toBe(log.length);
      for (const row of members) {
        if (row.peer !== undefined) expect(row.last_seq).toBe(log.length);
        expect(row.read_seq).toBeLessThanOrEqual(log.length);
      }
    }
  });
});
