import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../backend/table/table.ts';
import { importCruddur } from '../../cli/cruddur/import-cruddur.ts';
import type { OriginalUser } from '../../cli/cruddur/read-users.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { directGroupId } from '../../schema/ids.ts';
import {
  type CruddurUser,
  isoformat,
  type OriginalItem,
  originalMessage,
  rowItem,
  without,
} from '../support/cruddur-table.ts';
import { createPrng, type Prng } from '../support/prng.ts';
import { readLog } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/** `npm run test:random` imports 10,000. */
const MESSAGES = Number(process.env['IMPORT_MESSAGES'] ?? 300);
const PEOPLE = 5;
/** Pairs that have two conversations. */
const MERGED = 4;
const START = Date.UTC(2023, 3, 10) * 1_000;
/** Time between two moments in µs: several are in one ms. There are as many moments as messages, so equal times are common. */
const STEP = 137;
const ZONES = [undefined, 0, -240, 330];

const db = useTestTable();

/** What a conversation must become: the texts of its pair in order, by the id of the group. */
interface Generated {
  readonly users: readonly OriginalUser[];
  readonly items: readonly OriginalItem[];
  readonly expected: ReadonlyMap<string, readonly string[]>;
}

/** A message as it is generated, with the fields that order it. */
interface Written {
  readonly micros: number;
  readonly conversation: string;
  readonly sk: string;
  readonly text: string;
}

/** Generates conversations with Cruddur's defects: equal times, two conversations of a pair, missing rows and attributes. */
function generate(random: Prng): Generated {
  const people = Array.from({ length: PEOPLE }, (_, index): CruddurUser => {
    return { uuid: randomUUID(), handle: `person-${index}`, display_name: `Person ${index}` };
  });
  const users = people.map((person, index) => ({ ...person, ...(index > 0 && { sub: randomUUID() }) }));
  const pairs = people.flatMap((one, index) => people.slice(index + 1).map((other) => [one, other] as const));
  const conversations = [...pairs, ...pairs.slice(0, MERGED)].map((pair) => ({ pair, id: randomUUID() }));
  const written = new Map<string, Map<string, Written>>();
  const items = new Map<string, OriginalItem>();
  for (let count = 0; count < MESSAGES; count += 1) {
    const { pair, id: conversation } = pick(random, conversations);
    const author = pick(random, pair);
    const micros = START + random.between(0, MESSAGES) * STEP;
    const at = isoformat(micros, pick(random, ZONES));
    const text = `text ${count}`;
    const item = originalMessage({ conversation, author, at, text });
    const missing = pick(random, ['', '', 'message_uuid', 'user_display_name', 'user_handle', 'user_uuid']);
    items.set(`${conversation} ${at}`, without(item, missing));
    const groupId = directGroupId(...(pair.map((person) => idOf(users, person)) as [string, string]));
    const group = written.get(groupId) ?? new Map<string, Written>();
    // Cruddur's own put replaces a message of the same conversation and moment.
    written.set(groupId, group.set(`${conversation} ${at}`, { micros, conversation, sk: at, text }));
  }
  const rows = conversations.flatMap(({ pair: [one, other], id: conversation }) => {
    const at = isoformat(START + random.between(0, MESSAGES) * STEP, 0);
    const both = [
      rowItem({ conversation, owner: one, other, at }),
      rowItem({ conversation, owner: other, other: one, at }),
    ];
    return both.slice(0, random.between(1, 2));
  });
  const expected = [...written].map(([groupId, group]) => [groupId, inOrder([...group.values()])] as const);
  return { users, items: shuffle(random, [...items.values(), ...rows]), expected: new Map(expected) };
}

function inOrder(messages: readonly Written[]): string[] {
  const key = ({ micros, conversation, sk }: Written) => `${micros} ${conversation} ${sk}`;
  return [...messages].sort((one, other) => (key(one) < key(other) ? -1 : 1)).map(({ text }) => text);
}

function idOf(users: readonly OriginalUser[], { uuid }: CruddurUser): string {
  return users.find((user) => user.uuid === uuid)?.sub ?? uuid;
}

function pick<Item>(random: Prng, items: readonly Item[]): Item {
  const item = items[random.between(0, items.length - 1)];
  if (item === undefined && items.length === 0) throw new RangeError('nothing to choose from');
  return item as Item;
}

function shuffle<Item>(random: Prng, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: random.between(0, 1_000_000_000) }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* await Promise.resolve(items);
}

/** The table of a process that is killed after so many writes: what it sent last may be stored, and nothing comes back. */
function dyingTable(table: Table, writes: number): Table {
  let left = writes;
  const send = async (command: Parameters<Table['send']>[0]): Promise<unknown> => {
    const isWrite =
      command instanceof TransactWriteCommand || /^(Put|Update|Delete)/.test(command.constructor.name);
    if (left <= 0) throw new Error('killed');
    if (isWrite) left -= 1;
    const answer: unknown = await table.send(command as never);
    if (left <= 0) throw new Error('killed');
    return answer;
  };
  return { ...table, send: send as Table['send'] };
}

it('imports everything in order, killed after any of its writes, run twice at once and once more', async () => {
  const seed = Number(process.env['IMPORT_SEED'] ?? Date.now() % 1_000_000);
  const random = createPrng(seed);
  const { users, items, expected } = generate(random);
  const importInto = (table: Table) =>
    importCruddur({ users, items: each(items) }, { into: { table }, userIdPrefix: '' });
  const total = [...expected.values()].reduce((sum, texts) => sum + texts.length, 0);
  const check = async () => {
    const context = db().newContext();
    for (const [groupId, texts] of expected) {
      const log = await readLog(context, groupId);
      expect({ seed, texts: log.map(({ message }) => message) }).toEqual({ seed, texts });
      expect(await compareSummaries(context, groupId)).toEqual({ differences: [], faults: [] });
      const rows = await context.members.pair(groupId);
      expect(rows.map(({ read_seq }) => read_seq)).toEqual([texts.length, texts.length]);
    }
  };
  for (const writes of [1, PEOPLE + 1, random.between(2, 12), random.between(2, 12)]) {
    await expect(importInto(dyingTable(db().table, writes))).rejects.toThrow();
  }
  // Two at once: what one of them stores, the other finds.
  for (const report of await Promise.all([importInto(db().table), importInto(db().table)])) {
    expect(report.toJSON()).toMatchObject({
      messages: { read: total },
      conversations: { imported: expected.size, merged: MERGED },
      left_out: { count: 0 },
    });
    expect(report.messages.new + report.messages.found).toBe(total);
  }
  await check();
  expect((await importInto(db().table)).messages).toEqual({ read: total, new: 0, found: total });
  await check();
});
