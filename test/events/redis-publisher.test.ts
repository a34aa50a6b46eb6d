import { afterEach, expect, it } from '@jest/globals';
import getPort from 'get-port';
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
async function openNowhere(patienceMs: number) {
  const { lines, logger } = keepLines();
  const redis = openRedis(`redis://127.0.0.1:${await getPort()}`, logger);
  opened.push(redis);
  const events = new RedisEvents({
    commands: redis,
    openSubscriber: () => redis,
    tableName: 'a-table',
    logger,
    patienceMs,
  });
  const publish = () => events.publish({ kind: 'typing', to: ['ada'], groupId: 'g', userId: 'grace' });
  const waiting = () => redis.client.listenerCount('ready');
  return { publish, waiting, lines, idle: waiting(), redis };
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
  const { publish, redis } = await openNowhere(0);
  let waits = 0;
  redis.client.on('newListener', (name: string) => (waits += Number(name === 'ready')));
  await publish();
  expect(waits).toBe(0);
});
