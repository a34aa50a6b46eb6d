import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pTimeout from 'p-timeout';
import { type DynamoConfig, type Environment, readDynamoConfig } from '../../backend/config.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { createLambdaClient } from '../../lambdas/dynamo-client.ts';
import { eventually } from '../support/eventually.ts';

beforeEach(() => {
  // The client waits a random part of a longest time between its attempts: this is the shortest.
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  jest.restoreAllMocks();
});

type CreateClient = (config: DynamoConfig) => DynamoDBClient;

/** A place that answers in this way, and a client of it with these settings. */
async function openPlace(create: CreateClient, environment: Environment, answer: RequestListener) {
  let asked = 0;
  let most = 0;
  const under = new Set<object>();
  const connections = new Set<Socket>();
  const server = createServer((request, response) => {
    asked += 1;
    under.add(request);
    most = Math.max(most, under.size);
    response.once('close', () => under.delete(request));
    answer(request, response);
  }).listen(0, '127.0.0.1');
  // Like DynamoDB, it does not say for how long it keeps a connection.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = create(readDynamoConfig({ ...environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }));
  return {
    list: () => client.send(new ListTablesCommand({})),
    asked: () => asked,
    /** How many requests were under way at once. */
    most: () => most,
    open: () => connections.size,
    close: () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

const failing: RequestListener = (_request, response) => response.writeHead(500).end('{}');
const silent: RequestListener = () => undefined;
const answering: RequestListener = (_request, response) => response.end('{"TableNames":[]}');
/** Begins to answer, and stops in the middle. */
const halting: RequestListener = (_request, response) => {
  response.writeHead(200, { 'Content-Length': '100' });
  response.write('{"TableNames":');
};
/** Slow enough for others to come meanwhile, if they may. */
const slow: RequestListener = (_request, response) => {
  setTimeout(() => response.end('{"TableNames":[]}'), 100);
};

describe.each<[string, CreateClient]>([
  ['a server', createDynamoClient],
  ['a function', createLambdaClient],
])('the client of %s', (_whose, create) => {
  /** How often the place is asked when so many ask it at once, and what came of it. */
  async function ask(environment: Environment, answer: RequestListener, times = 3) {
    const place = await openPlace(create, environment, answer);
    try {
      const all = Promise.allSettled(Array.from({ length: times }, place.list));
      const outcomes = await pTimeout(all, { milliseconds: 20_000 });
      return { asked: place.asked(), most: place.most(), outcomes: outcomes.map(({ status }) => status) };
    } finally {
      place.close();
    }
  }

  it('sends a request as often as is set', async () => {
    expect((await ask({}, failing)).asked).toBe(12);
    expect((await ask({ AWS_MAX_ATTEMPTS: '1' }, failing)).asked).toBe(3);
    expect((await ask({ AWS_MAX_ATTEMPTS: '2' }, failing)).asked).toBe(6);
  });

  it.each([
    ['that never begins', silent],
    ['that stops in the middle', halting],
  ])('waits as long as is set for an answer %s', async (_which, answer) => {
    const start = performance.now();
    const { outcomes } = await ask({ AWS_MAX_ATTEMPTS: '1', DDB_TIMEOUT_MS: '100' }, answer);
    expect(outcomes).toEqual(['rejected', 'rejected', 'rejected']);
    expect(performance.now() - start).toBeLessThan(1_900);
  });

  it('has as many requests under way as are set', async () => {
    expect((await ask({}, slow)).most).toBe(3);
    expect(await ask({ DDB_MAX_CONNECTIONS: '1' }, slow)).toEqual({
      asked: 3,
      most: 1,
      outcomes: ['fulfilled', 'fulfilled', 'fulfilled'],
    });
  });

  it('lets a request wait for a free connection for longer than connecting or answering may take', async () => {
    const settings = { AWS_MAX_ATTEMPTS: '1', DDB_MAX_CONNECTIONS: '1', DDB_TIMEOUT_MS: '500' };
    const { asked, outcomes } = await ask(settings, slow, 15);
    expect(asked).toBe(15);
    expect(outcomes.filter((status) => status === 'rejected')).toEqual([]);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => socket.destroy()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ])(
    'sends a request again when the other side %s the idle connection that it is sent on',
    async (_, end) => {
      const used = new Set<Socket>();
      const place = await openPlace(create, { DDB_MAX_CONNECTIONS: '1' }, (request, response) => {
        const isIdle = used.has(request.socket);
        used.add(request.socket);
        if (isIdle) end(request.socket);
        else answering(request, response);
      });
      try {
        await place.list();
        await place.list();
        expect([place.asked(), used.size]).toEqual([3, 2]);
      } finally {
        place.close();
      }
    },
  );
});

describe('the client of a server', () => {
  it('keeps an idle connection for 50 s', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const place = await openPlace(createDynamoClient, {}, answering);
    try {
      await place.list();
      const isIdleTimer = ([, ms]: readonly unknown[]) => ms === 50_000;
      const [end, , ...values] = await eventually(() => timers.mock.calls.find(isIdleTimer) ?? false);
      expect(place.open()).toBe(1);
      end(...values);
      await eventually(() => place.open() === 0);
    } finally {
      place.close();
    }
  });
});

describe('the client of a function', () => {
  it('keeps a connection for what comes next, and not for long', async () => {
    const place = await openPlace(createLambdaClient, {}, answering);
    try {
      await place.list();
      await place.list();
      expect(place.open()).toBe(1);
      // Meanwhile the other side has not closed it.
      await eventually(() => place.open() === 0, { within: 10_000 });
      await place.list();
    } finally {
      place.close();
    }
  });
});
