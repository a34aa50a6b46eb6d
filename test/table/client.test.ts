import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Environment, readDynamoConfig } from '../../backend/config.ts';
import { createDynamoClient } from '../../backend/table/client.ts';

beforeEach(() => {
  // The client waits a random part of a longest time between its attempts: this is the shortest.
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** How often a place that answers in this way is asked, by a client with these settings; and what came of it. */
async function ask(environment: Environment, answer: RequestListener) {
  let asked = 0;
  let together = 0;
  let most = 0;
  const server = createServer((request, response) => {
    asked += 1;
    together += 1;
    most = Math.max(most, together);
    response.once('close', () => (together -= 1));
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createDynamoClient(
    readDynamoConfig({ ...environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }),
  );
  try {
    const list = () => client.send(new ListTablesCommand({}));
    const outcomes = await Promise.allSettled([list(), list(), list()]);
    return { asked, most, outcomes: outcomes.map(({ status }) => status) };
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const failing: RequestListener = (_request, response) => response.writeHead(500).end('{}');
const silent: RequestListener = () => undefined;
/** Slow enough for others to come meanwhile, if they may. */
const slow: RequestListener = (_request, response) => {
  setTimeout(() => response.end('{"TableNames":[]}'), 100);
};

describe('a client', () => {
  it('sends a request as often as is set', async () => {
    expect((await ask({}, failing)).asked).toBe(12);
    expect((await ask({ AWS_MAX_ATTEMPTS: '1' }, failing)).asked).toBe(3);
    expect((await ask({ AWS_MAX_ATTEMPTS: '2' }, failing)).asked).toBe(6);
  });

  it('waits for an answer as long as is set', async () => {
    const start = performance.now();
    const { outcomes } = await ask({ AWS_MAX_ATTEMPTS: '1', DDB_TIMEOUT_MS: '100' }, silent);
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
});
