import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { TableUnavailableError } from '../../backend/errors.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import type { DirectGroup } from '../../backend/domain/model.ts';
import { groupItemOf, logEntryOf, messageItemOf } from '../../backend/table/items.ts';
import { profileKey } from '../../schema/keys.ts';
import { startEngine } from '../support/engine.ts';
import {
  directMember,
  logIdOf,
  messageItem,
  newDirectId,
  newGroupId,
  textMessage,
  timeOf,
} from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { putItem, putItems, readLog, upTo } from '../support/scene.ts';
import { createTestTable, useTestTable } from '../support/test-table.ts';

const CLIENT_ATTEMPTS = 4;

const db = useTestTable();
let flaky: FlakyEngine;
let context: Wiring;

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  context = wire({ table: db().through(flaky.endpoint) });
});
beforeEach(() => {
  // Waits between attempts are a random part of a longest time: this is the shortest.
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  flaky.reset();
  jest.restoreAllMocks();
});
afterAll(async () => {
  await flaky.close();
});

describe('names read in one batch', () => {
  const userIds = upTo(7).map((n) => `user ${n}`);
  const profile = { handle: 'ada', display_name: 'Ada', created_at: timeOf(1) };
  beforeAll(() =>
    putItems(
      db().table,
      userIds.map((userId) => ({ ...profileKey(userId), ...profile })),
    ),
  );

  it('are read again as long as some are left unprocessed', async () => {
    flaky.leaveUnprocessed({ times: 3 });
    const names = await wire({ table: context.table }).names.read(userIds);
    expect(userIds.every((userId) => names.hasPerson(userId))).toBe(true);
    expect(flaky.count('BatchGetItem')).toBe(4);
  });

  it('that are left unprocessed again and again are an error of the table', async () => {
    flaky.leaveUnprocessed({ times: Infinity });
    await expect(wire({ table: context.table }).names.read(userIds)).rejects.toThrow(TableUnavailableError);
  });

  it('are not read again a moment later', async () => {
    const fresh = wire({ table: context.table });
    await fresh.names.read(userIds);
    await fresh.names.read(userIds);
    expect(flaky.count('BatchGetItem')).toBe(1);
  });

  it('of no users read nothing', async () => {
    await context.names.read([]);
    expect(flaky.count('BatchGetItem')).toBe(0);
  });
});

describe('a transaction', () => {
  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'that is cancelled by %s alone is sent again',
    async (code) => {
      flaky.cancel(['None', code, 'None', 'None']);
      expect(await context.groups.open(newGroup())).toMatchObject({ opened: true });
      expect(flaky.count('TransactWriteItems')).toBe(2);
    },
  );

  it('that is cancelled again and again is an error of the table', async () => {
    flaky.cancel(['TransactionConflict', 'None', 'None', 'None'], { times: CLIENT_ATTEMPTS });
    await expect(context.groups.open(newGroup())).rejects.toThrow(TableUnavailableError);
  });

  it('whose condition did not hold is not sent again', async () => {
    const group = newGroup();
    await context.groups.open(group);
    flaky.reset();
    const outcome = await context.groups.open({
      ...group,
      firstMessage: { ...group.firstMessage, message: 'other' },
    });
    expect(outcome).toEqual({ opened: false, firstMessage: group.firstMessage });
    expect(flaky.count('TransactWriteItems')).toBe(1);
  });

  it('does not open a group that exists, though its first message is missing', async () => {
    const group = newGroup();
    await putItem(db().table, groupItemOf(group.group));
    expect(await context.groups.open(group)).toEqual({ opened: false, firstMessage: undefined });
  });

  it('stores all of it or nothing', async () => {
    const group = newGroup();
    const { groupId } = group.group;
    await putItem(db().table, messageItemOf(group.firstMessage));
    expect(await context.groups.open(group)).toMatchObject({ opened: false });
    expect(await context.groups.find(groupId)).toBeUndefined();
    expect(await context.members.pair(groupId)).toEqual([]);
  });
});

describe('a read of several pages', () => {
  it('is complete, whichever page is throttled', async () => {
    const groupId = newGroupId();
    const text = 'x'.repeat(100_000);
    const messages = upTo(25).map((seq) => messageItem({ groupId, seq, message: text }));
    for (const message of messages) await putItem(db().table, message);
    flaky.refuse('Query', 'ProvisionedThroughputExceededException', {
      where: ({ body }) => 'ExclusiveStartKey' in body,
    });
    const entries = messages.map(logEntryOf);
    expect(await readLog(context, groupId)).toEqual(entries);
    expect(await context.messages.lastOf(groupId, { from: 1, to: 25 }, 25)).toEqual(entries);
    expect(await context.messages.after(groupId, 0, 24)).toEqual(entries.slice(0, 24));
  });
});

describe('the table', () => {
  it.each([
    'AccessDeniedException',
    'ResourceNotFoundException',
    'UnrecognizedClientException',
    'LimitExceededException',
  ])('that answers %s cannot be reached just now', async (errorName) => {
    flaky.refuse('GetItem', errorName, { times: CLIENT_ATTEMPTS });
    await expect(context.members.find(newGroupId(), 'ada')).rejects.toThrow(TableUnavailableError);
  });

  it('that finds a request invalid throws that error: a repeat would not help', async () => {
    flaky.refuse('GetItem', 'ValidationException');
    await expect(context.members.find(newGroupId(), 'ada')).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(flaky.count('GetItem')).toBe(1);
  });

  it('is reached again when its engine has started again', async () => {
    const lone = await createTestTable({ engine: 'own' });
    try {
      const find = () => lone.newContext().members.find(newGroupId(), 'ada');
      await lone.engine.crash();
      await expect(find()).rejects.toThrow(TableUnavailableError);
      const back = await startEngine({ port: lone.engine.port });
      try {
        await loadSchema(lone.client, lone.tableName);
        expect(await find()).toBeUndefined();
      } finally {
        await back.stop();
      }
    } finally {
      await lone.close();
    }
  });
});

function newGroup() {
  const groupId = newDirectId();
  const group: DirectGroup = {
    groupId,
    kind: 'direct',
    log_id: logIdOf(groupId),
    created_by: 'ada',
    created_at: timeOf(1),
    member_count: 2,
    membership_seq: 1,
  };
  const members = ['ada', 'grace'].map((userId) => directMember({ groupId, userId }));
  return { group, members, firstMessage: textMessage({ groupId }) };
}
