import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Change } from '../../backend/events/changes.ts';
import { allTold, type Device, tale } from '../events/event-tale.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { type EngineRequest, type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { namedMemberItem, newUserId } from '../support/factories.ts';
import { memberKey, messageKey } from '../../schema/keys.ts';
import { addGroup, putItem } from '../support/scene.ts';

/*
 * How much is read to deliver the events of a named group. One API has event streams of some of its members, and reaches the
 * table through a counting proxy; users send, add and remove at another API, which shares only the table and the live
 * events with it. So all that the first one reads meanwhile, it reads for the delivery.
 */

const MEMBERS = 30;
const LISTENERS = 10;
const READS = ['GetItem', 'BatchGetItem', 'Query', 'TransactGetItems'];

const base = useTestApi();
let here: TestApi;
let there: TestApi;
let flaky: FlakyEngine;
/** Whether the other API publishes this. Otherwise it is lost, as when a process dies after its write. */
let arrives: (change: Change) => boolean;
let devices: Device[] = [];

beforeAll(async () => {
  const { db, context, issuer } = base();
  flaky = await startFlakyEngine(db.endpoint);
  const { events, expiringStore } = context;
  here = await startTestApi({ table: db.through(flaky.endpoint), issuer, live: { events, expiringStore } });
  there = await startTestApi({
    table: db.table,
    issuer,
    live: {
      expiringStore,
      events: {
        publish: (change) => (arrives(change) ? events.publish(change) : Promise.resolve()),
        subscribe: (channel, listener) => events.subscribe(channel, listener),
        close: () => events.close(),
      },
    },
  });
});
afterAll(async () => {
  await here.stop();
  await there.stop();
  await flaky.close();
});
afterEach(() => {
  for (const { reader } of devices.splice(0)) reader.close();
  flaky.reset();
});

interface Scene {
  readonly ada: Caller;
  /** Each has a stream at the first API, as at the same place in `devices`. */
  readonly listeners: readonly Caller[];
  readonly groupId: string;
  readonly send: () => Promise<unknown>;
  /** Waits until all that was published is delivered. */
  readonly settled: () => Promise<void>;
}

/** A group that Ada owns, of whose members some have streams, and have received a message already. */
async function groupWithListeners(): Promise<Scene> {
  arrives = () => true;
  const ada = (await base().person()).at(there);
  const listeners: Caller[] = [];
  while (listeners.length < LISTENERS) listeners.push(await base().person());
  const silent = Array.from({ length: MEMBERS - LISTENERS - 1 }, newUserId);
  const { groupId } = await addGroup(base().db.table, {
    userIds: [ada.userId, ...listeners.map(({ userId }) => userId), ...silent],
  });
  await putItem(base().db.table, namedMemberItem({ groupId, userId: ada.userId, role: 'owner' }));
  devices = await Promise.all(
    listeners.map(async ({ userId, token }) => {
      const reader = await readEvents(here.port, { token });
      await reader.until('ready');
      return { userId, reader };
    }),
  );
  const send = () => ada.send({ message: 'Hello', message_group_uuid: groupId });
  await send();
  await Promise.all(devices.map(({ reader }) => reader.until('message')));
  const last = listeners.at(-1)?.userId ?? '';
  return {
    ada,
    listeners,
    groupId,
    send,
    settled: () => allTold(base().context.events, devices, [{ groupId, members: [last] }]),
  };
}

const readCount = () => READS.reduce((sum, operation) => sum + flaky.count(operation), 0);

/** Notes the keys of rows in this group that are read in batches, from now on. */
function noteRows(groupId: string): string[][] {
  const batches: string[][] = [];
  const note = ({ body }: EngineRequest) => {
    const tables = Object.values(
      body['RequestItems'] as Record<string, { Keys: Record<string, { S: string }>[] }>,
    );
    const keys = tables.flatMap(({ Keys }) => Keys).filter(({ pk }) => pk?.S === `GRP#${groupId}`);
    if (keys.length > 0) batches.push(keys.map(({ sk }) => sk?.S ?? ''));
  };
  flaky.before('BatchGetItem', note, { times: Infinity });
  return batches;
}

it(`messages, edits, deletions and typing in a group of ${MEMBERS} cost no reads for the delivery to ${LISTENERS} users`, async () => {
  const { ada, groupId, send, settled } = await groupWithListeners();
  flaky.reset();
  for (let count = 0; count < 5; count += 1) await send();
  ok(await ada.patch(`/api/messages/${groupId}/2`, { message: 'Other words' }));
  ok(await ada.delete(`/api/messages/${groupId}/3`));
  expect(await ada.post(`/api/message_groups/${groupId}/typing`, undefined)).toMatchObject({ status: 204 });
  const expected = [
    ...[2, 3, 4, 5, 6, 7].map((seq) => `message ${seq}.0`),
    'message 2.1',
    'message 3.1',
    'typing',
  ];
  await Promise.all(devices.map(({ reader }) => reader.until('typing')));
  expect(devices.map((device) => tale(device))).toEqual(devices.map(() => expected));
  expect(readCount()).toBe(0);
  await settled();
});

it('a removal at another process costs no read of the listeners, and the removed user receives nothing after it', async () => {
  const { ada, listeners, groupId, send, settled } = await groupWithListeners();
  const [gone] = listeners;
  const [gones, ...others] = devices;
  if (!gone || !gones) throw new Error('there are listeners');
  flaky.reset();
  const batches = noteRows(groupId);
  const removed = await ada.delete(`/api/message_groups/${groupId}/members/@${gone.handle}`);
  expect(removed).toMatchObject({ status: 204 });
  for (let count = 0; count < 5; count += 1) await send();
  await settled();
  expect(tale(gones)).toEqual(['message 2.0', 'left']);
  expect(gones.reader.hasEnded()).toBe(false);
  const expected = [2, 3, 4, 5, 6, 7, 8].map((seq) => `message ${seq}.0`);
  expect(others.map((device) => tale(device))).toEqual(others.map(() => expected));
  // The departure is checked against META, the message about it and the removed user's row.
  expect(batches).toEqual([[messageKey(groupId, 3).sk], [memberKey(groupId, gone.userId).sk]]);
  expect(flaky.count('GetItem')).toBe(1);
});

it('a user who was removed by a process that died before it published receives nothing after it', async () => {
  const { ada, listeners, groupId, send, settled } = await groupWithListeners();
  const [gone] = listeners;
  const [gones, ...others] = devices;
  if (!gone || !gones) throw new Error('there are listeners');
  arrives = () => false;
  const removed = await ada.delete(`/api/message_groups/${groupId}/members/@${gone.handle}`);
  expect(removed).toMatchObject({ status: 204 });
  arrives = () => true;
  await send();
  ok(await ada.patch(`/api/messages/${groupId}/2`, { message: 'Not for the removed user' }));
  await settled();
  expect(tale(gones)).toEqual(['message 2.0']);
  const expected = ['message 2.0', 'message 4.0', 'message 2.1'];
  expect(others.map((device) => tale(device))).toEqual(others.map(() => expected));
});
