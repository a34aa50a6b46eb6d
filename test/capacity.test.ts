import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Table from 'cli-table3';
import type { Wiring } from '../backend/wiring.ts';
import { deleteMessage, editMessage } from '../backend/domain/change-message.ts';
import { createGroup } from '../backend/domain/create-group.ts';
import { addMember, changeRole, removeMember, renameGroup } from '../backend/domain/manage-members.ts';
import { listInbox } from '../backend/domain/list-inbox.ts';
import { listMessages, type Position } from '../backend/domain/list-messages.ts';
import { markRead } from '../backend/domain/mark-read.ts';
import type { Person } from '../backend/domain/model.ts';
import { findByHandle, findByPrefix } from '../backend/domain/people.ts';
import { sendToGroup, sendToHandle } from '../backend/domain/send-message.ts';
import { publishTyping } from '../backend/domain/publish-typing.ts';
import { createLogger } from '../backend/logger.ts';
import {
  type CapacityMeter,
  meterCapacity,
  type Units,
  type Usage,
} from '../backend/table/capacity-meter.ts';
import { createHandler } from '../lambdas/update-summaries/handler.ts';
import type { MemberItem, MessageItem } from '../schema/items.ts';
import { PREVIEW_CODE_POINTS } from '../schema/preview.ts';
import {
  type MemberValues,
  memberItem,
  messageItem,
  newGroupId,
  newUserId,
  streamEvent,
  streamRecord,
} from './support/factories.ts';
import { addPerson, putItems, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/** What the budgets suppose a message to weigh at most, and a member's row: 8 rows are 1 R. */
const MESSAGE_BYTES = 400;
const ROW_BYTES = 512;
/** A text that makes a message of about that weight and fills a preview; and who sends it. */
const TEXT = 'a text of some length, '.repeat(6);
const SOMEBODY = newUserId();

const db = useTestTable();
const used: { pattern: string; budget: Units; usage: Usage }[] = [];
let context: Wiring;
let meter: CapacityMeter;

beforeAll(() => {
  context = db().newContext();
  meter = meterCapacity(db().client);
});
afterAll(() => {
  const table = new Table({
    head: ['pattern', 'W', 'of', 'R', 'of', 'by operation'],
    style: { head: [], border: [] },
  });
  for (const { pattern, budget, usage } of used) {
    const failed =
      usage.failedConditions > 0 ? [`${usage.failedConditions} W for conditions that did not hold`] : [];
    const parts = Object.entries(usage.byOperation).map(([operation, units]) => `${operation} ${units}`);
    table.push([pattern, usage.W, budget.W, usage.R, budget.R, [...parts, ...failed].join(', ')]);
  }
  process.stdout.write(`\nCapacity units used\n${table.toString()}\n`);
});

describe('sending', () => {
  it.each([2, 8])('to a group of %d at the tail is 1 W and 1 R', async (N) => {
    const { groupId, userIds } = await startGroup({ N });
    const [userId = ''] = userIds;
    await expectWithin(`send, ${N} members`, { W: 1, R: 1 }, () =>
      sendToGroup(context, groupId, { userId, text: TEXT }),
    );
  });

  it('right after another is no more, though no row knows of that one yet', async () => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    const [userId = ''] = userIds;
    const send = () => sendToGroup(context, groupId, { userId, text: TEXT });
    await send();
    await expectWithin('send right after another', { W: 1, R: 1 }, send);
  });

  it('with a key and the place its sender holds is no more', async () => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    const [userId = ''] = userIds;
    const send = { userId, text: TEXT, clientKey: 'key', afterSeq: 10 };
    await expectWithin('send with key and after_seq', { W: 1, R: 1 }, () =>
      sendToGroup(context, groupId, send),
    );
  });

  it('with a key alone costs the search for it: the newest 100 messages', async () => {
    const { groupId, userIds } = await startGroup({ N: 2, length: 100 });
    const [userId = ''] = userIds;
    const send = { userId, text: TEXT, clientKey: 'key' };
    // 100 messages of 400 bytes are 10 R, of 300 about 8.
    await expectWithin('send with key alone', { W: 1, R: 1 + 10 }, () => sendToGroup(context, groupId, send));
  });

  it('1,024 emoji is 5 W', async () => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    const [userId = ''] = userIds;
    const send = { userId, text: '😀'.repeat(1_024) };
    await expectWithin('send 1,024 emoji', { W: 5, R: 1 }, () => sendToGroup(context, groupId, send));
  });

  it('the first message to somebody is 10 W, and the stream then writes nothing', async () => {
    const [ada] = [await addPerson(context, 'open.ada'), await addPerson(context, 'open.grace')];
    const opening = await answerWithin('open a direct group', { W: 10, R: 2 }, () =>
      sendToHandle(context, 'open.grace', { userId: ada, text: TEXT }),
    );
    await expectWithin('the stream after opening', { W: 0, R: 1 }, () => handle([streamRecord(opening)]));
  });
});

describe('the stream', () => {
  it.each([
    [2, 1],
    [8, 1],
    [8, 10],
    [2, 100],
  ])('for a group of %d writes each row once for %d messages: 3 W a member, and 1 R', async (N, k) => {
    const { groupId } = await startGroup({ N, length: 1 + k, behind: k });
    const records = upTo(k).map((n) => streamRecord(message(groupId, 1 + n)));
    await expectWithin(`summaries, ${N} members, ${k} messages`, { W: 3 * N, R: 1 }, () => handle(records));
  });

  it('for what is known already writes nothing', async () => {
    const { groupId } = await startGroup({ N: 8 });
    const records = upTo(10).map((seq) => streamRecord(message(groupId, seq)));
    await expectWithin('summaries, a batch again', { W: 0, R: 1 }, () => handle(records));
  });
});

describe('reading', () => {
  it('a page of 20 of an inbox is 2 R, and 0.5 R for each name that is not at hand', async () => {
    const userId = newUserId();
    const peers = await Promise.all(upTo(20).map((n) => addPerson(context, `inbox.${n}`)));
    await putItems(
      db().table,
      // Far more than a page: what is not shown must not be paid for.
      upTo(100).map((n) => row({ groupId: newGroupId(), userId, peer: peers[n % 20] ?? '', last_seq: n })),
    );
    const fresh = db().newContext();
    const page = () => listInbox(fresh, userId, { limit: 20 });
    await expectWithin('inbox page of 20, no name at hand', { W: 0, R: 2 + 20 * 0.5 }, page);
    await expectWithin('inbox page of 20, names at hand', { W: 0, R: 2 }, page);
  });

  it.each<[string, Position, number]>([
    ['the newest', { at: 'end' }, 1 + 3],
    ['before', { at: 'before', seq: 70 }, 1 + 3],
    ['around', { at: 'around', seq: 70 }, 1 + 3],
    ['after, strongly', { at: 'after', seq: 30 }, 1 + 5],
  ])('a page of 50 of a history, %s, is within its budget', async (name, position, R) => {
    const { groupId, userIds } = await startGroup({ N: 2, length: 120 });
    const [userId = ''] = userIds;
    const page = () => listMessages(context, { groupId, userId, position, limit: 50 });
    await expectWithin(`history page of 50, ${name}`, { W: 0, R }, page);
  });

  it('a history adds 0.5 R for each name that is not at hand', async () => {
    const { groupId, userIds } = await startGroup({ N: 2, length: 60 });
    const [userId = ''] = userIds;
    const page = () =>
      listMessages(db().newContext(), { groupId, userId, position: { at: 'end' }, limit: 50 });
    await expectWithin('history page of 50, no name at hand', { W: 0, R: 1 + 3 + 0.5 }, page);
  });

  it('a handle is 0.5 R, and so are the handles with a prefix', async () => {
    await Promise.all(upTo(20).map((n) => addPerson(context, `find.${n}`)));
    await expectWithin('look up a handle', { W: 0, R: 0.5 }, () => findByHandle(context, 'find.1'));
    await expectWithin('10 handles by prefix', { W: 0, R: 0.5 }, () =>
      findByPrefix(context, { prefix: 'fi', limit: 10 }),
    );
  });
});

describe('marking read', () => {
  it('is 2 W', async () => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    await expectWithin('mark read', { W: 2, R: 0 }, () => markRead(context, groupId, userIds[1] ?? '', 7));
  });

  it('what is read already is the 1 W of a condition that does not hold', async () => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    const mark = () => markRead(context, groupId, userIds[1] ?? '', 7);
    await mark();
    await expectWithin('mark read again', { W: 1, R: 0 }, mark);
  });

  it('what the row does not know of yet is 1 R more, and 1 W for the condition that did not hold', async () => {
    const { groupId, userIds } = await startGroup({ N: 2, behind: 3 });
    await expectWithin('mark read ahead of the row', { W: 3, R: 1 }, () =>
      markRead(context, groupId, userIds[1] ?? '', 9),
    );
  });
});

describe('telling of typing', () => {
  it('is 1 R, whether it is passed on or not', async () => {
    const { groupId, userIds } = await startGroup({ N: 8 });
    const type = () => publishTyping(context, groupId, userIds[1] ?? '');
    await expectWithin('typing', { W: 0, R: 1 }, type);
    await expectWithin('typing again, too soon', { W: 0, R: 1 }, type);
  });
});

describe('changing a message', () => {
  it.each([2, 8])('of a group of %d is 1 W and 1 R, edited or deleted', async (N) => {
    const { groupId, userIds } = await startGroup({ N });
    const [userId = ''] = userIds;
    const place = { groupId, seq: 7, userId };
    await expectWithin(`edit, ${N} members`, { W: 1, R: 1 }, () => editMessage(context, place, 'Another'));
    await expectWithin(`delete, ${N} members`, { W: 1, R: 1 }, () => deleteMessage(context, place));
    await expectWithin('delete again', { W: 1, R: 1 }, () => deleteMessage(context, place));
  });

  it('costs summaries where the newest is changed, or an unread one deleted, and else none', async () => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    const [userId = '', other = ''] = userIds;
    await markRead(context, groupId, other, 5);
    const change = async (seq: number, what: 'edit' | 'delete') => {
      const place = { groupId, seq, userId };
      return what === 'edit' ? editMessage(context, place, `${seq}`) : deleteMessage(context, place);
    };
    const stream = async (pattern: string, budget: Units, seq: number, what: 'edit' | 'delete') => {
      const changed = await change(seq, what);
      await expectWithin(`summaries, ${pattern}`, budget, () => handle([streamRecord(changed)]));
    };
    await stream('the newest edited', { W: 3 * 2, R: 1 }, 10, 'edit');
    await stream('the newest deleted', { W: 3 * 2, R: 1 }, 10, 'delete');
    await stream('an unread one deleted', { W: 3, R: 1 }, 8, 'delete');
    await stream('an old one edited', { W: 0, R: 1 }, 3, 'edit');
    await stream('one that all have read deleted', { W: 0, R: 1 }, 3, 'delete');
    // 2 W, and 2 W for dropping the tombstone that is passed.
    await expectWithin('mark read beyond a tombstone', { W: 4, R: 0 }, () =>
      markRead(context, groupId, other, 9),
    );
  });
});

describe('changing a group', () => {
  it('is what its items cost, twice, and reads of it before', async () => {
    const [ada, grace, kay] = await Promise.all(
      ['ada', 'grace', 'kay'].map((name) => person(`group.${name}`)),
    );
    if (!ada || !grace || !kay) throw new Error('there are three');
    const create = { creator: ada, name: 'A group', handles: [grace.handle] };
    // META, the message, 2 members with their index rows.
    const { group } = await answerWithin('create a group of 2', { W: 10, R: 1 }, () =>
      createGroup(context, create),
    );
    const place = { groupId: group.groupId, actor: ada };
    // Whether the caller is a member, the log's end, the group as it is; and who the handle is.
    const R = 3;
    const each = (pattern: string, budget: Units, work: () => Promise<unknown>) =>
      expectWithin(pattern, budget, work);
    await each('rename', { W: 2 + 2, R }, () => renameGroup(context, place, 'Another name'));
    await each('add a member', { W: 2 + 2 + 3, R: R + 1 }, () => addMember(context, place, kay.handle));
    await each('make an admin', { W: 2 + 3, R: R + 1 }, () =>
      changeRole(context, place, kay.handle, 'admin'),
    );
    await each('add who is in already', { W: 0, R: R + 1 }, () => addMember(context, place, kay.handle));
    await each('remove a member', { W: 2 + 2 + 3, R: R + 1 }, () =>
      removeMember(context, place, grace.handle),
    );
    // The heir's row and its name besides.
    await each('the owner leaves', { W: 2 + 2 + 3 + 3, R: R + 1.5 }, () =>
      removeMember(context, place, ada.handle),
    );
  });
});

async function person(handle: string): Promise<Person> {
  return { userId: await addPerson(context, handle), handle, display_name: handle };
}

/** Measures one pattern, notes it for the table, and fails when it is beyond its budget. */
async function expectWithin(pattern: string, budget: Units, work: () => Promise<unknown>): Promise<void> {
  const usage = await meter.measure(work);
  used.push({ pattern, budget, usage });
  expect(usage.W).toBeLessThanOrEqual(budget.W);
  expect(usage.R).toBeLessThanOrEqual(budget.R);
}

/** The same, with what the work answered. */
async function answerWithin<Result>(
  pattern: string,
  budget: Units,
  work: () => Promise<Result>,
): Promise<Result> {
  const results: Result[] = [];
  await expectWithin(pattern, budget, async () => results.push(await work()));
  const [result] = results;
  if (result === undefined) throw new Error('nothing was answered');
  return result;
}

function handle(records: Parameters<typeof streamEvent>[0]) {
  const parts = {
    ...context,
    failures: () => Promise.resolve(),
    logger: createLogger('silent'),
  };
  return createHandler(parts)(streamEvent(records));
}

/** People with profiles, in a group whose first member said everything; the rows know all of it, or all but the last few messages. */
async function startGroup({ N, length = 10, behind = 0 }: { N: number; length?: number; behind?: number }) {
  const userIds = await Promise.all(
    upTo(N).map((n) => addPerson(context, `${n}.${newUserId().slice(0, 8)}`)),
  );
  const groupId = newGroupId();
  const [user_uuid = ''] = userIds;
  const messages = upTo(length).map((seq) => ({ ...message(groupId, seq), user_uuid }));
  const rows = userIds.map((userId) => row({ groupId, userId, last_seq: length - behind }));
  expect(Math.max(...messages.map(bytes))).toBeLessThanOrEqual(MESSAGE_BYTES);
  expect(Math.max(...rows.map(bytes))).toBeLessThanOrEqual(ROW_BYTES);
  await putItems(db().table, [...rows, ...messages]);
  return { groupId, userIds };
}

function message(groupId: string, seq: number): MessageItem {
  return messageItem({ groupId, seq, user_uuid: SOMEBODY, message: TEXT });
}

function row(values: MemberValues): MemberItem {
  return memberItem({ preview: TEXT.slice(0, PREVIEW_CODE_POINTS), last_by: SOMEBODY, ...values });
}

/** What DynamoDB says an item weighs: the names and values of its attributes; a number is a byte for two digits, and one. */
function bytes(item: object): number {
  return Object.entries(item).reduce((total, [name, value]) => {
    const weight =
      typeof value === 'number' ? Math.ceil(String(value).length / 2) + 1 : Buffer.byteLength(String(value));
    return total + name.length + weight;
  }, 0);
}
