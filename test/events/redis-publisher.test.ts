import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { openPublisher } from '../../backend/events/live-events.ts';
import type { MetricId } from '../../backend/metrics/catalogue.ts';
import { NO_RECORDER } from '../../backend/metrics/recorder.ts';
import { RedisEvents } from '../../backend/events/redis-events.ts';
import { openRedis, type Redis } from '../../backend/redis.ts';
import { eventually } from '../support/eventually.ts';
import { keepLines } from '../local/log-lines.ts';

/* Who publishes and has time, as the stream's handler does, while nothing answers where Valkey should be. */

const opened: Redis[] = [];
afterEach(async () => {
  for (const redis of opened.splice(0)) await redis.close();
});

/** What is published never arrives. */
async function openNowhere(connectionWaitMs: number) {
  let lost = 0;
  const recorder = {
    ...NO_RECORDER,
    record: (metric: MetricId) => void (lost += Number(metric === 'publishesLost')),
  };
  const { lines, logger } = keepLines();
  const redis = openRedis(`redis://127.0.0.1:${await getPort()}`, logger);
  opened.push(redis);
  const events = new RedisEvents({
    commands: redis,
    openSubscriber: () => redis,
    tableName: 'a-table',
    logger,
    connectionWaitMs,
    recorder,
  });
  const publish = () =>
    events.publish({ kind: 'typing', to: { userIds: ['ada'] }, groupId: 'g', userId: 'grace' });
  const waiting = () => redis.client.listenerCount('ready');
  return { publish, waiting, lines, idle: waiting(), redis, lost: () => lost };
}

it('they wait for it together, and once', async () => {
  const { publish, waiting, idle, lines, redis } = await openNowhere(50);
  let waits = 0;
  redis.client.on('newListener', (name: string) => (waits += Number(name === 'ready')));
  const many = Array.from({ length: 50 }, publish);
  await eventually(() => waiting() === idle + 1);
  await Promise.all(many);
  // Nothing is left over of the wait, and for now nobody begins another.
  expect(waiting()).toBe(idle);
  await Promise.all(Array.from({ length: 50 }, publish));
  expect(waits).toBe(1);
  expect(lines.filter(({ msg }) => msg === 'events cannot be published')).toHaveLength(1);
});

it('who has no time does not wait', async () => {
  const { publish, redis, lost } = await openNowhere(0);
  let waits = 0;
  redis.client.on('newListener', (name: string) => (waits += Number(name === 'ready')));
  await publish();
  expect(waits).toBe(0);
  expect(lost()).toBe(1);
  await publish();
  // The log names the first loss only.
  expect(lost()).toBe(2);
});

it('a function connects when it has something to publish, and not when it starts', async () => {
  const { logger } = keepLines();
  const connected: Socket[] = [];
  const server = createServer((socket) => void connected.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const idle = openPublisher({ url, tableName: 'a-table', logger });
  const busy = openPublisher({ url, tableName: 'a-table', logger });
  try {
    void busy.publish({ kind: 'typing', to: { userIds: ['ada'] }, groupId: 'g', userId: 'grace' });
    await eventually(() => connected.length > 0);
    // Comes in after whoever has connected before it.
    const last = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await eventually(() => connected.some(({ remotePort }) => remotePort === last.localPort));
    expect(connected.length).toBe(2);
    last.destroy();
  } finally {
    await busy.close();
    await idle.close();
    for (const socket of connected) socket.destroy();
    server.close();
  }
});
