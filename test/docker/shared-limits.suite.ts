import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { createRateLimits } from '../../backend/http/rate-limit.ts';
import { openRedis, type Redis } from '../../backend/redis.ts';
import { keepLines } from '../local/log-lines.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';

/* Processes that count together in Valkey, and their behaviour while it is down, does not respond, or refuses. */

const IMAGE = 'valkey/valkey:8.1';
const PORT = 6379;
/** In ms: more than a request waits for Valkey, and far less than the timeout of a silent connection. */
const SOON_MS = 1_500;

const base = useTestApi();
const closes: (() => Promise<unknown>)[] = [];
let valkey: StartedTestContainer;

beforeAll(async () => {
  valkey = await startValkey();
  await base().person('ada');
});
afterAll(() => valkey.stop());
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

const startValkey = (host?: number) =>
  new GenericContainer(IMAGE).withExposedPorts(host === undefined ? PORT : { container: PORT, host }).start();
const urlOf = (container: StartedTestContainer) =>
  `redis://${container.getHost()}:${container.getMappedPort(PORT)}`;
const until = async (redis: Redis) => eventually(() => redis.client.isReady, { within: 20_000 });

/** Starts an API like one in its own process: it shares only the table and Valkey with others. */
async function startProcess(
  url: string,
  anonymousPerMinute: number,
  { tableName = 'messages', readsPerMinute = 0 } = {},
) {
  const { lines, logger } = keepLines();
  const redis = openRedis(url, logger);
  const api = await startTestApi({
    table: base().db.table,
    issuer: base().issuer,
    limits: createRateLimits({
      limits: { writesPerMinute: 0, readsPerMinute, anonymousPerMinute },
      redis,
      tableName,
      logger,
    }),
    trustProxy: 1,
  });
  closes.push(
    () => redis.close(),
    () => api.stop(),
  );
  return { api, redis, lines };
}

let addresses = 0;

/** A user at their own address. */
function newVisitor() {
  addresses += 1;
  const headers = { 'X-Forwarded-For': `192.0.2.${addresses}` };
  return async (...apis: readonly TestApi[]): Promise<number[]> => {
    const statuses: number[] = [];
    for (const api of apis) {
      statuses.push((await api.request({ path: '/api/users/@ada/short', headers })).status);
    }
    return statuses;
  };
}

it('two processes together allow as many requests as one', async () => {
  const { api: one, ...first } = await startProcess(urlOf(valkey), 3);
  const { api: two, ...second } = await startProcess(urlOf(valkey), 3);
  await Promise.all([until(first.redis), until(second.redis)]);
  const visit = newVisitor();
  expect(await visit(one, two, one, two, one)).toEqual([200, 200, 200, 429, 429]);
  expect(await newVisitor()(two)).toEqual([200]);
  // Another deployment uses the same Valkey, and counts separately.
  const other = await startProcess(urlOf(valkey), 3, { tableName: 'other-messages' });
  await until(other.redis);
  expect(await visit(other.api)).toEqual([200]);
  expect([...first.lines, ...second.lines]).toEqual([]);
});

it('two processes add up the cost of reads', async () => {
  const ada = await base().person();
  const [one, two] = [
    await startProcess(urlOf(valkey), 0, { readsPerMinute: 12 }),
    await startProcess(urlOf(valkey), 0, { readsPerMinute: 12 }),
  ];
  await Promise.all([until(one.redis), until(two.redis)]);
  const read = async (api: TestApi, path: string) => (await ada.at(api).get(path)).status;
  expect(await read(one.api, '/api/message_groups?limit=100')).toBe(200);
  expect(await read(two.api, '/api/users/me')).toBe(200);
  expect(await read(one.api, '/api/users/me')).toBe(200);
  expect(await read(two.api, '/api/users/me')).toBe(429);
  expect([...one.lines, ...two.lines]).toEqual([]);
});

it('counts expire after a minute', async () => {
  const { api, redis } = await startProcess(urlOf(valkey), 3);
  await until(redis);
  await newVisitor()(api);
  const lives = await Promise.all((await redis.client.keys('*')).map((key) => redis.client.pTTL(key)));
  expect(lives.length).toBeGreaterThan(0);
  for (const life of lives) expect(life > 0 && life <= 60_000).toBe(true);
});

it('requests do not wait for a Valkey that does not respond, and it is used again when it does', async () => {
  const { api, redis, lines } = await startProcess(urlOf(valkey), 2);
  await until(redis);
  const visit = newVisitor();
  expect(await visit(api)).toEqual([200]);
  const container = (await getContainerRuntimeClient()).container.getById(valkey.getId());
  await container.pause();
  const begun = performance.now();
  const meanwhile = await visit(api, api, api).finally(() => container.unpause());
  // The process began to count alone, from zero.
  expect(meanwhile).toEqual([200, 200, 429]);
  expect(performance.now() - begun).toBeLessThan(SOON_MS);
  expect(lines).toMatchObject([{ msg: 'requests are counted by this process alone', level: 'warn' }]);
  const next = newVisitor();
  await eventually(async () => {
    await next(api);
    return (await redis.client.keys(`*192.0.2.${addresses}`)).length === 1;
  });
});

it('a lost connection to Valkey is noticed even while commands are still sent to it', async () => {
  const { redis } = await startProcess(urlOf(valkey), 2);
  await until(redis);
  const sending = setInterval(() => void redis.client.publish('channel', 'text').catch(() => undefined), 20);
  const container = (await getContainerRuntimeClient()).container.getById(valkey.getId());
  await container.pause();
  try {
    await eventually(() => !redis.client.isReady, { within: 15_000 });
  } finally {
    clearInterval(sending);
    await container.unpause();
  }
  await until(redis);
});

it('a Valkey that refuses blocks no request, is logged once, and is used again when it accepts', async () => {
  const [one, two] = [await startProcess(urlOf(valkey), 2), await startProcess(urlOf(valkey), 2)];
  await Promise.all([until(one.redis), until(two.redis)]);
  const allow = (rule: string) => one.redis.client.sendCommand(['ACL', 'SETUSER', 'default', rule]);
  await allow('-@scripting');
  try {
    expect(await newVisitor()(one.api, one.api, one.api)).toEqual([200, 200, 429]);
    expect(one.lines).toMatchObject([{ msg: 'requests are counted by this process alone' }]);
  } finally {
    await allow('+@scripting');
  }
  expect(await newVisitor()(one.api, two.api, one.api)).toEqual([200, 200, 429]);
});

it('processes survive a Valkey that is killed, and use one that starts later', async () => {
  const port = await getPort();
  const { api: one, ...first } = await startProcess(`redis://127.0.0.1:${port}`, 2);
  const { api: two, ...second } = await startProcess(`redis://127.0.0.1:${port}`, 2);
  // There is none yet: each process counts alone.
  expect(await newVisitor()(one, one, one, two, two, two)).toEqual([200, 200, 429, 200, 200, 429]);

  const late = await startValkey(port);
  closes.push(() => late.stop());
  await Promise.all([until(first.redis), until(second.redis)]);
  expect(await newVisitor()(one, two, one, two)).toEqual([200, 200, 429, 429]);

  await (await getContainerRuntimeClient()).container.getById(late.getId()).kill();
  expect(await newVisitor()(one, one, one, two, two, two)).toEqual([200, 200, 429, 200, 200, 429]);
  for (const { lines } of [first, second]) {
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['redis is away', 'redis is back']));
  }
});
