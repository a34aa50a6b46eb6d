import { afterAll, beforeAll, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { openLiveEvents, openPublisher } from '../../backend/events/live-events.ts';
import { createLogger } from '../../backend/logger.ts';
import { openRedis } from '../../backend/redis.ts';
import { ClientModel } from '../events/client-model.ts';
import { describeCrash } from '../events/crash-contract.ts';
import { allTold, asEvent, tale } from '../events/event-tale.ts';
import { useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { type EventReader, readEvents, type ReceivedEvent } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { startSummaries } from '../support/pump.ts';
import { type ApiProcess, startApiProcess } from '../support/start-api-process.ts';

/* API processes whose users receive each other's events through Valkey. Valkey is killed, or one of the processes. */

const IMAGE = 'valkey/valkey:8.1';
const PORT = 6379;
const LONG = { within: 30_000 };
const logger = createLogger('silent');

const base = useTestApi({ stream: true });
let port: number;
let url: string;
let valkey: StartedTestContainer;

const startValkey = () =>
  new GenericContainer(IMAGE).withExposedPorts({ container: PORT, host: port }).start();

beforeAll(async () => {
  port = await getPort();
  url = `redis://127.0.0.1:${port}`;
  valkey = await startValkey();
});
afterAll(() => valkey.stop());

/** The settings of an API for Valkey, once it is connected. */
async function openProcess(tableName: string) {
  const redis = openRedis(url, logger);
  await eventually(() => redis.client.isReady, LONG);
  const live = openLiveEvents({ url, redis, tableName, logger });
  return {
    live,
    close: async () => {
      await live.events.close();
      await redis.close();
    },
  };
}

describeCrash('kill -9 of an API whose users receive events through Valkey', async (tableName) => {
  const { live, close } = await openProcess(tableName);
  const publisher = openPublisher({ url, tableName, logger });
  return {
    live,
    publisher,
    redisUrl: url,
    close: async () => {
      await publisher.close();
      await close();
    },
  };
});

/** A user's stream at a process, and the client that follows it. */
async function follow(caller: Caller, at: ApiProcess, groupId: string) {
  const reader = await readEvents(at.port, { token: caller.token });
  await reader.until('ready');
  const model = new ClientModel({ caller: caller.at(at), groupId, reader });
  return { model, reader };
}

it.each<[string, (ada: Caller, grace: Caller) => Promise<string>]>([
  [
    'direct',
    async (ada, grace) => (await ada.send({ handle: grace.handle, message: 'Hello' })).message_group_uuid,
  ],
  ['named', async (ada, grace) => (await ada.createGroup('Pair', [grace.handle])).uuid],
])(
  'users of a %s group at two processes receive each other’s events; while Valkey is killed they send, and lose nothing',
  async (_kind, startGroup) => {
    const { db, issuer } = base();
    const processes = await Promise.all([1, 2].map(() => startApiProcess(db, issuer, url)));
    const publisher = openPublisher({ url, tableName: db.tableName, logger });
    const summaries = await startSummaries(db, { events: publisher });
    const [one, two] = processes;
    if (!one || !two) throw new Error('two were started');
    try {
      const [ada, grace] = [await base().person(), await base().person()];
      const groupId = await startGroup(ada, grace);
      const clients = [await follow(ada, one, groupId), await follow(grace, two, groupId)];
      /** Each user sends a message at their own process. */
      const talk = async (times: number) => {
        for (let time = 0; time < times; time += 1) {
          await ada.at(one).send({ message: `Ada ${time}`, message_group_uuid: groupId });
          await grace.at(two).send({ message: `Grace ${time}`, message_group_uuid: groupId });
        }
      };
      const allShow = (count: number) =>
        eventually(async () => {
          for (const { model } of clients) {
            await model.follow();
            expect(model.shown.map(({ seq }) => seq)).toEqual(
              Array.from({ length: count }, (_, at) => at + 1),
            );
          }
        }, LONG);
      await talk(5);
      await allShow(11);
      // From events only, except for the first fetch.
      expect(clients.map(({ model }) => model.fetches)).toEqual([1, 1]);

      await (await getContainerRuntimeClient()).container.getById(valkey.getId()).kill();
      const received = clients.map(({ reader }) => reader.events.length);
      await talk(5);
      expect(clients.map(({ reader }) => [reader.hasEnded(), reader.events.length])).toEqual(
        received.map((count) => [false, count]),
      );
      valkey = await startValkey();
      await Promise.all(clients.map(({ reader }) => reader.until('ready', 2)));
      await allShow(21);
      await talk(5);
      await allShow(31);

      const log = await ada.history(groupId, '?limit=100');
      for (const { model } of clients) {
        expect(model.shown.map(asEvent)).toEqual(log.map(asEvent));
        expect(model.doubles).toBe(0);
      }
      for (const { reader } of clients) reader.close();
    } finally {
      await Promise.all(processes.map((process) => process.kill()));
      await summaries.stop();
      await publisher.close();
    }
  },
);

it('a user who is removed and added again at another process receives what is sent while they are a member', async () => {
  const { db, issuer } = base();
  const processes = await Promise.all([1, 2].map(() => startApiProcess(db, issuer, url)));
  const [one, two] = processes;
  if (!one || !two) throw new Error('two were started');
  const [adas, grace, linus] = [await base().person(), await base().person(), await base().person()];
  const ada = adas.at(one);
  const { uuid: groupId } = await ada.createGroup('Three', [grace.handle, linus.handle]);
  const devices = await Promise.all(
    [grace, linus].map(async ({ userId, token }) => {
      const reader = await readEvents(two.port, { token });
      await reader.until('ready');
      return { userId, reader };
    }),
  );
  const [graces, linuses] = devices;
  if (!graces || !linuses) throw new Error('two users listen');
  const redis = openRedis(url, logger);
  const { events } = openLiveEvents({ url, redis, tableName: db.tableName, logger });
  try {
    await eventually(() => redis.client.isReady, LONG);
    const send = () => ada.send({ message: 'Hello', message_group_uuid: groupId });
    const members = `/api/message_groups/${groupId}/members`;
    await send();
    expect(await ada.delete(`${members}/@${grace.handle}`)).toMatchObject({ status: 204 });
    await send();
    // Otherwise she may come back before the process has read that she left.
    await graces.reader.until('message_group_left');
    await untilMessage(linuses.reader, 4);
    expect(await ada.post(members, { handle: grace.handle })).toMatchObject({ status: 200 });
    await send();
    await Promise.all([graces, linuses].map(({ reader }) => untilMessage(reader, 6)));
    await allTold(events, devices, [{ groupId, members: [linus.userId] }]);
    expect(tale(linuses)).toEqual([2, 3, 4, 5, 6].map((seq) => `message ${seq}.0`));
    expect(tale(graces)).toEqual([
      'message 2.0',
      'left',
      'row 5, read 5, unread 0 of Three',
      'message 5.0',
      'message 6.0',
    ]);
  } finally {
    for (const { reader } of devices) reader.close();
    await events.close();
    await redis.close();
    await Promise.all(processes.map((process) => process.kill()));
  }
});

/** Waits until a stream received the message at a seq. */
async function untilMessage({ events }: EventReader, seq: number): Promise<void> {
  const isIt = ({ event, data }: ReceivedEvent) =>
    event === 'message' && (data as { seq: number }).seq === seq;
  await eventually(() => events.some(isIt), LONG);
}
