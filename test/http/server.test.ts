import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { type RunningServer, startServer } from '../../backend/http/server.ts';
import { startTestApi } from '../support/api.ts';
import { deferred } from '../support/deferred.ts';
import { startFlakyEngine } from '../support/flaky-engine.ts';
import { useRawConnections } from '../support/raw-connection.ts';
import { createTestTable } from '../support/test-table.ts';

const open = useRawConnections();
const servers: RunningServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

const GET = 'GET /api/health-check HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A server whose requests are answered when the test says so. */
async function startHeld(): Promise<{
  server: RunningServer;
  arrived: Promise<unknown>;
  answer: () => void;
}> {
  const [arrived, released] = [deferred<undefined>(), deferred<undefined>()];
  const answerLater: RequestListener = (_request, response) => {
    response.write('begun, ');
    arrived.resolve(undefined);
    void released.promise.then(() => response.end('answered'));
  };
  const server = await startServer(answerLater, 0);
  servers.push(server);
  return { server, arrived: arrived.promise, answer: () => released.resolve(undefined) };
}

describe('starting', () => {
  it('takes any free port for 0', async () => {
    const { server, answer } = await startHeld();
    answer();
    expect(server.port).toBeGreaterThan(0);
    expect(await (await fetch(`http://localhost:${server.port}`)).text()).toBe('begun, answered');
    await server.stop();
  });

  it('rejects for a port in use, with the system’s code, and leaves who has it alone', async () => {
    const { server, answer } = await startHeld();
    answer();
    await expect(startServer(() => undefined, server.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await (await fetch(`http://localhost:${server.port}`)).text()).toBe('begun, answered');
    await server.stop();
  });
});

describe('stopping', () => {
  it('lets an answer that has begun come to its end, and closes its connection then', async () => {
    const { server, arrived, answer } = await startHeld();
    const line = await open(server.port);
    line.socket.write(GET);
    await arrived;
    await line.until(/begun/);
    const began = performance.now();
    let done = false;
    const stopped = server.stop().then(() => (done = true));
    await expect(open(server.port)).rejects.toThrow('ECONNREFUSED');
    expect(done).toBe(false);
    answer();
    await line.closed;
    expect(line.received()).toMatch(/^HTTP\/1\.1 200 OK[^]*answered/);
    await stopped;
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('answers what is on its way over a connection that was idle, and says that it is the last answer', async () => {
    const server = await startServer((_request, response) => response.end('answered'), 0);
    const line = await open(server.port);
    line.socket.write(GET);
    await line.until(/answered/);
    // Written in the same turn: nothing of it can have arrived when the server stops.
    line.socket.write(GET);
    const stopped = server.stop();
    await line.until(/answered[^]*answered/);
    expect(line.received()).toMatch(/connection: keep-alive[^]*connection: close/i);
    await line.closed;
    await stopped;
  });

  it('closes connections on which nothing is asked', async () => {
    const { server, answer } = await startHeld();
    answer();
    const [used, fresh] = [await open(server.port), await open(server.port)];
    used.socket.write(GET);
    await used.until(/answered/);
    const began = performance.now();
    await server.stop();
    // At once, that is, and not when patience with those in flight ends.
    expect(performance.now() - began).toBeLessThan(2_000);
    await Promise.all([used.closed, fresh.closed]);
  });

  it('cuts off, within 5 s, what is never answered and who never ends their request', async () => {
    const { server, arrived } = await startHeld();
    const [unanswered, slow] = [await open(server.port), await open(server.port)];
    slow.socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-');
    unanswered.socket.write(GET);
    await arrived;
    const began = performance.now();
    await server.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    await Promise.all([unanswered.closed, slow.closed]);
  });

  it('twice is as good as once', async () => {
    const { server } = await startHeld();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
  });

  it('stores and answers a send that is on its way to the table', async () => {
    const db = await createTestTable();
    const flaky = await startFlakyEngine(db.endpoint);
    const api = await startTestApi({ table: db.through(flaky.endpoint) });
    try {
      const [ada, grace] = [await api.person(), await api.person()];
      const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'one' });
      const held = flaky.hold('PutItem');
      const sent = ada.send({ message_group_uuid: groupId, message: 'two' });
      await held.arrived;
      const stopped = api.stop();
      await expect(open(api.port)).rejects.toThrow('ECONNREFUSED');
      held.release();
      expect(await sent).toMatchObject({ seq: 2, message: 'two' });
      await stopped;
      expect(await db.newContext().messages.tail(groupId)).toMatchObject({ seq: 2 });
    } finally {
      await api.stop();
      await flaky.close();
      await db.close();
    }
  });
});
