import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventSource } from 'undici';
import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import type { ExpiringStore } from '../../backend/events/expiring-store.ts';
import { issueTicket } from '../../backend/events/tickets.ts';
import { createRateLimits } from '../../backend/http/rate-limit.ts';
import { createLogger } from '../../backend/logger.ts';
import { type ApiOptions, startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { type EventReader, readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { startFlakyEngine } from '../support/flaky-engine.ts';

/* Tickets for event streams: what uses one up, and what opens a stream again. */

const api = useTestApi();
const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

/** A store in which the half minute of every ticket can pass immediately. */
class TestExpiringStore implements ExpiringStore {
  readonly #values = new Map<string, string>();

  put(key: string, value: string): Promise<void> {
    this.#values.set(key, value);
    return Promise.resolve();
  }
  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#values.get(key));
  }
  claim(): Promise<boolean> {
    return Promise.resolve(true);
  }
  passHalfAMinute(): void {
    for (const key of this.#values.keys()) if (key.startsWith('ticket:')) this.#values.delete(key);
  }
}

async function startApi(
  options: Partial<ApiOptions> = {},
): Promise<TestApi & { readonly expiringStore: TestExpiringStore }> {
  const expiringStore = new TestExpiringStore();
  const live = { ...inProcessLiveEvents(), expiringStore };
  const other = await startTestApi({ table: api().db.table, issuer: api().issuer, live, ...options });
  closes.push(() => other.stop());
  return { ...other, expiringStore };
}

async function buy(person: Caller): Promise<{ path: string; ticket: string; expires_in: number }> {
  const bought = ok(await person.post('/api/events/ticket', undefined)) as {
    ticket: string;
    expires_in: number;
  };
  return { ...bought, path: `/api/events?ticket=${bought.ticket}` };
}

async function open(port: number, path: string, lastEventId = ''): Promise<EventReader> {
  const reader = await readEvents(port, { path, lastEventId });
  closes.push(() => reader.close());
  return reader;
}

const typingOf = (at: TestApi, person: Caller) =>
  at.context.events.publish({
    kind: 'typing',
    to: { userIds: [person.userId] },
    groupId: 'g',
    userId: 'another',
  });

describe('a ticket', () => {
  it('opens a stream of who bought it, and is not logged', async () => {
    const ada = await api().person();
    const { path, ticket, expires_in } = await buy(ada);
    expect(expires_in).toBe(30);
    const reader = await open(api().port, path);
    await reader.until('ready');
    await typingOf(api(), ada);
    await reader.until('typing');
    reader.close();
    await eventually(() => api().logLines.some((line) => line.includes('"/api/events"')));
    for (const secret of [ticket, reader.lastEventId()]) {
      expect(api().logLines.filter((line) => line.includes(secret))).toEqual([]);
    }
  });

  it('is not used up by a HEAD, a prefetch, a stream that breaks off, or a request that fails', async () => {
    const flaky = await startFlakyEngine(api().db.endpoint);
    closes.push(() => flaky.close());
    const limits = createRateLimits({
      limits: { writesPerMinute: 0, readsPerMinute: 3, anonymousPerMinute: 0 },
      tableName: 'messages',
      logger: createLogger('silent'),
    });
    const expiringStore = new TestExpiringStore();
    const live = { ...inProcessLiveEvents(), expiringStore };
    const [calm, strict, broken] = [
      await startApi({ live }),
      await startApi({ live, limits }),
      await startApi({ live, table: api().db.through(flaky.endpoint) }),
    ];
    const { path } = await buy((await calm.person()).at(calm));
    expect(await strict.request({ method: 'HEAD', path })).toMatchObject({ status: 200, text: '' });
    expect(await strict.request({ method: 'HEAD', path })).toMatchObject({ status: 200 });
    const prefetch = await open(strict.port, path);
    expect(prefetch.status).toBe(200);
    prefetch.close();
    expect(await strict.request({ path })).toMatchObject({ status: 429 });
    flaky.refuse('BatchGetItem', 'ProvisionedThroughputExceededException', { times: 100 });
    expect(await broken.request({ path })).toMatchObject({ status: 503 });
    const reader = await open(calm.port, path);
    await reader.until('ready');
  });

  it('opens no stream after half a minute but with the stream’s own id, in any process that shares the store', async () => {
    const expiringStore = new TestExpiringStore();
    const live = { ...inProcessLiveEvents(), expiringStore };
    const [here, there] = [await startApi({ live }), await startApi({ live })];
    const ada = (await api().person()).at(here);
    const { path } = await buy(ada);
    const first = await open(here.port, path);
    await first.until('ready');
    const id = first.lastEventId();
    expect(id).not.toBe('');
    expiringStore.passHalfAMinute();
    for (const lastEventId of ['', 'guessed', `${id}x`]) {
      expect((await open(here.port, path, lastEventId)).status).toBe(401);
    }
    const other = await buy((await api().person()).at(here));
    expiringStore.passHalfAMinute();
    expect((await open(here.port, other.path, id)).status).toBe(401);
    first.close();
    for (const at of [here, there]) {
      const again = await open(at.port, path, id);
      await again.until('ready');
      expect(again.lastEventId()).toBe(id);
      await typingOf(at, ada);
      await again.until('typing');
      again.close();
    }
  });

  it('is good for no longer than the token it was bought with, however often a stream is opened', async () => {
    const here = await startApi();
    const { userId } = await api().person();
    const expires = Date.now() + 700;
    const path = `/api/events?ticket=${await issueTicket(here.expiringStore, { userId, expires })}`;
    const first = await open(here.port, path);
    await first.until('ready');
    const again = await open(here.port, path, first.lastEventId());
    await Promise.all([first.ended, again.ended]);
    expect(Date.now()).toBeGreaterThanOrEqual(expires - 5);
    await eventually(() => Date.now() >= expires);
    for (const id of ['', first.lastEventId()]) expect((await open(here.port, path, id)).status).toBe(401);
  });
});

describe('an EventSource', () => {
  /** A server whose connections can be cut, as a proxy or a bad network does. */
  async function serve(app: TestApi['app']): Promise<{ server: Server; url: string }> {
    const server = createServer(app);
    await once(server.listen(0), 'listening');
    closes.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it('comes back by itself with the same URL, long after the ticket’s half minute, and hears on', async () => {
    const here = await startApi();
    const { server, url } = await serve(here.app);
    const ada = (await api().person()).at(here);
    const { path } = await buy(ada);
    const source = new EventSource(url + path, { node: { reconnectionTime: 20 } });
    closes.push(() => source.close());
    const heard: string[] = [];
    for (const name of ['ready', 'typing']) source.addEventListener(name, () => heard.push(name));
    await eventually(() => heard.length === 1);
    here.expiringStore.passHalfAMinute();
    for (let round = 1; round <= 3; round += 1) {
      server.closeAllConnections();
      await eventually(() => heard.length === 2 * round);
      await typingOf(here, ada);
      await eventually(() => heard.length === 2 * round + 1);
    }
    expect(heard).toEqual(['ready', ...[1, 2, 3].flatMap(() => ['ready', 'typing'])]);
  });
});
