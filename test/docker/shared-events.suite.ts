import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { GenericContainer, type StartedTestContainer } from 'testcontainers';
import { type Channel, groupChannel, type ChannelEvent, userChannel } from '../../backend/events/changes.ts';
import type { LiveEvents } from '../../backend/events/in-process-live-events.ts';
import { openLiveEvents, openPublisher } from '../../backend/events/live-events.ts';
import { EventsUnavailableError } from '../../backend/errors.ts';
import { openRedis, type Redis } from '../../backend/redis.ts';
import { describeLive } from '../events/events-contract.ts';
import { keepLines } from '../local/log-lines.ts';
import { startTestApi, useTestApi } from '../support/api.ts';
import { ok } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { logEntry, newDirectId } from '../support/factories.ts';

/* Live events that processes share through Valkey, and their behaviour while Valkey is down. */

const IMAGE = 'valkey/valkey:8.1';
const PORT = 6379;
const LONG = { within: 20_000 };

const base = useTestApi();
const closes: (() => Promise<unknown>)[] = [];
let valkey: StartedTestContainer;
let url: string;

beforeAll(async () => {
  valkey = await startValkey();
  url = urlOf(valkey);
});
afterAll(() => valkey.stop());
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

const startValkey = (host?: number) =>
  new GenericContainer(IMAGE).withExposedPorts(host === undefined ? PORT : { container: PORT, host }).start();
const urlOf = (container: StartedTestContainer) =>
  `redis://${container.getHost()}:${container.getMappedPort(PORT)}`;

interface Process extends LiveEvents {
  readonly redis: Redis;
  readonly lines: readonly unknown[];
  close(): Promise<void>;
}

/** A process's parts that use Valkey, whether Valkey runs or not. */
function openProcess({ at = url, tableName = 'a-table' } = {}): Process {
  const { lines, logger } = keepLines();
  const redis = openRedis(at, logger);
  const live = openLiveEvents({ url: at, redis, tableName, logger });
  const close = async () => {
    await live.events.close();
    await redis.close();
  };
  closes.push(close);
  return { ...live, redis, lines, close };
}

async function openConnected(options?: Parameters<typeof openProcess>[0]): Promise<Process> {
  const process = openProcess(options);
  await eventually(() => process.redis.client.isReady, LONG);
  return process;
}

function subscribe(process: Process, channel: Channel): { received: ChannelEvent[]; stop: () => void } {
  const received: ChannelEvent[] = [];
  const stop = process.events.subscribe(channel, (one) => void received.push(one));
  return { received, stop };
}

const listen = (process: Process, userId: string) => subscribe(process, userChannel(userId));

const typing = (userId: string, groupId = 'g') =>
  ({ kind: 'typing', to: { userIds: [userId] }, groupId, userId: 'other-user' }) as const;

describeLive('live events over Valkey', async () => {
  const [here, there] = [openProcess({ at: url }), openProcess({ at: url })];
  // They live as long as all tests of the contract.
  closes.splice(0);
  await eventually(() => here.redis.client.isReady && there.redis.client.isReady, LONG);
  return {
    here,
    there,
    close: async () => {
      await here.close();
      await there.close();
    },
  };
});

describe('over Valkey', () => {
  it('a process subscribes once to a channel, and only while it has a listener', async () => {
    const one = await openConnected({ tableName: 'subscribing' });
    const channels = async () => (await one.redis.client.pubSubChannels('subscribing:*')).sort();
    const all = [
      subscribe(one, userChannel('ada')),
      subscribe(one, userChannel('ada')),
      subscribe(one, groupChannel('g')),
    ];
    await eventually(() => all.every(({ received }) => received.length === 1));
    expect(await channels()).toEqual(['subscribing:group:g', 'subscribing:user:ada']);
    for (const { stop } of all) stop();
    await eventually(async () => (await channels()).length === 0);
  });

  it('tables that share a server do not receive events of each other', async () => {
    const [one, other] = [
      await openConnected({ tableName: 'one' }),
      await openConnected({ tableName: 'other' }),
    ];
    const { received } = listen(one, 'ada');
    await eventually(() => received.length === 1);
    await other.events.publish(typing('ada', 'foreign'));
    await one.events.publish(typing('ada', 'own'));
    await eventually(() => received.length === 2);
    expect(received[1]).toMatchObject({ groupId: 'own' });
  });

  it('an invalid payload is dropped and logged, without its text', async () => {
    const one = await openConnected();
    const { received } = listen(one, 'ada');
    await eventually(() => received.length === 1);
    for (const payload of ['{"kind":"secret text"}', 'secret text', '{}']) {
      await one.redis.client.publish('a-table:user:ada', payload);
    }
    await one.events.publish(typing('ada'));
    await eventually(() => received.length === 2);
    expect(one.lines).toHaveLength(3);
    expect(JSON.stringify(one.lines)).not.toMatch(/secret/);
  });

  it('a change of a named group is published once, to every process that has subscribed to its channel', async () => {
    const [one, two] = [await openConnected(), await openConnected()];
    const all = [one, two, two].map((process) => subscribe(process, groupChannel('g')));
    await eventually(() => all.every(({ received }) => received.length === 1));
    const to = { groupId: 'g', membershipSeq: 1 };
    const change = { kind: 'message', to, message: logEntry({ groupId: 'g' }) } as const;
    await one.events.publish(change);
    await eventually(() => all.every(({ received }) => received.length === 2));
    for (const { received } of all) expect(received[1]).toEqual(change);
  });

  it('a change of a direct group is published to both users', async () => {
    const [one, two] = [await openConnected(), await openConnected()];
    const all = [listen(one, 'ada'), listen(two, 'grace')];
    await eventually(() => all.every(({ received }) => received.length === 1));
    const to = { userIds: ['ada', 'grace'] };
    const change = { kind: 'message', to, message: logEntry({ groupId: 'd' }) } as const;
    await one.events.publish(change);
    await eventually(() => all.every(({ received }) => received.length === 2));
    for (const { received } of all) expect(received[1]).toEqual(change);
  });

  it('a publisher that is not in a hurry waits for its connection, the first and any later one', async () => {
    const one = await openConnected();
    const { received } = listen(one, 'ada');
    await eventually(() => received.length === 1);
    const { lines, logger } = keepLines();
    const publisher = openPublisher({ url, tableName: 'a-table', logger });
    closes.push(() => publisher.close());
    await publisher.publish(typing('ada', 'first'));
    await eventually(() => received.length === 2);
    // As after a long time without a command.
    await one.redis.client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    await publisher.publish(typing('ada', 'second'));
    await eventually(() => received.length === 3);
    expect(received.slice(1)).toMatchObject([{ groupId: 'first' }, { groupId: 'second' }]);
    expect(lines.filter((line) => JSON.stringify(line).includes('cannot be published'))).toEqual([]);
  });

  it('a ticket is kept for half a minute, and only as a hash', async () => {
    const one = await openConnected({ tableName: base().db.tableName });
    const api = await startTestApi({ table: base().db.table, issuer: base().issuer, live: one });
    closes.push(() => api.stop());
    const { ticket } = ok(await (await api.person()).post('/api/events/ticket', undefined)) as {
      ticket: string;
    };
    const keys = await one.redis.client.keys(`${base().db.tableName}:ticket:*`);
    expect(keys).toHaveLength(1);
    expect(keys.join()).not.toContain(ticket);
    const life = await one.redis.client.pTTL(keys[0] ?? '');
    expect(life > 20_000 && life <= 30_000).toBe(true);
  });

  it('streams of one API receive what another publishes, and are opened with its tickets, also again', async () => {
    const { tableName, table } = base().db;
    const [one, two] = [await openConnected({ tableName }), await openConnected({ tableName })];
    const { issuer } = base();
    const [here, there] = [
      await startTestApi({ table, issuer, live: one }),
      await startTestApi({ table, issuer, live: two }),
    ];
    closes.push(
      () => here.stop(),
      () => there.stop(),
    );
    const ada = await here.person();
    const { ticket } = ok(await ada.post('/api/events/ticket', undefined)) as { ticket: string };
    const path = `/api/events?ticket=${ticket}`;
    const reader = await readEvents(there.port, { path });
    await reader.until('ready');
    // A ticket that is older than half a minute.
    await one.redis.client.del(await one.redis.client.keys(`${tableName}:ticket:*`));
    expect(await here.request({ path })).toMatchObject({ status: 401 });
    const again = await readEvents(here.port, { path, lastEventId: reader.lastEventId() });
    await again.until('ready');
    again.close();
    await here.context.events.publish({
      kind: 'message',
      to: { userIds: [ada.userId] },
      message: logEntry({ groupId: newDirectId(), user_uuid: ada.userId, client_key: 'k' }),
    });
    expect(await reader.until('message')).toMatchObject([{ client_key: 'k', handle: ada.handle }]);
    reader.close();
  });
});

describe('while Valkey is down', () => {
  it('no request waits for it or fails; once it is back every client is notified and receives events again', async () => {
    const port = await getPort();
    const { tableName, table } = base().db;
    let server = await startValkey(port);
    try {
      const one = await openConnected({ at: urlOf(server), tableName });
      const api = await startTestApi({ table, issuer: base().issuer, live: one });
      closes.push(() => api.stop());
      const [ada, grace] = [await api.person(), await api.person()];
      const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'Hello' });
      const reader = await readEvents(api.port, { token: ada.token });
      await reader.until('ready');

      await server.stop();
      await eventually(() => !one.redis.client.isReady, LONG);
      const refused = await ada.post('/api/events/ticket', undefined);
      expect(refused).toMatchObject({ status: 503, text: '["events_unavailable"]' });
      expect(refused.headers['retry-after']).toBe('1');
      expect(await ada.post(`/api/message_groups/${groupId}/typing`, undefined)).toMatchObject({
        status: 204,
      });
      await expect(one.expiringStore.get('anything')).rejects.toThrow(EventsUnavailableError);
      for (let times = 0; times < 5; times += 1) await one.events.publish(typing(ada.userId));
      const failed = one.lines.filter((line) => JSON.stringify(line).includes('cannot be published'));
      expect(failed).toHaveLength(1);
      // The stream is accepted, and gets no `ready` until it can receive every event.
      const late = await readEvents(api.port, { token: grace.token });
      expect([late.status, late.events]).toEqual([200, []]);
      expect(reader.hasEnded()).toBe(false);

      server = await startValkey(port);
      await eventually(() => reader.events.length === 2 && late.events.length === 1, LONG);
      expect(reader.events.map(({ event }) => event)).toEqual(['ready', 'ready']);
      expect(late.events.map(({ event }) => event)).toEqual(['ready']);
      await eventually(() => one.redis.client.isReady, LONG);
      for (const { userId } of [ada, grace]) await one.events.publish(typing(userId));
      await Promise.all([reader.until('typing'), late.until('typing')]);
      reader.close();
      late.close();
    } finally {
      await server.stop();
    }
  });

  it('a process still starts and stops', async () => {
    const nowhere = openProcess({ at: `redis://127.0.0.1:${await getPort()}` });
    const { stop } = listen(nowhere, 'ada');
    await nowhere.events.publish(typing('ada'));
    stop();
    const begun = performance.now();
    await nowhere.close();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
