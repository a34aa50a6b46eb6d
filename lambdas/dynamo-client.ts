import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import PQueue from 'p-queue';
import type { DynamoConfig } from '../backend/config.ts';
import { openDynamoClient, requestLimits } from '../backend/table/open-client.ts';

/**
 * How long a connection is kept that nobody uses. A function is frozen between two events, and what the other side
 * closed meanwhile looks open when it goes on: by then this has run out, and no attempt is spent on such a one.
 */
const IDLE_MS = 4_000;

/**
 * A DynamoDB client for a function: over node's own HTTP client, which the SDK has in it anyway. The API's, which is
 * faster, would be half of the bundle.
 */
export function createLambdaClient(config: DynamoConfig): DynamoDBClient {
  const { connections, connectMs, answerMs } = requestLimits(config);
  const agent = { keepAlive: true, maxSockets: connections, timeout: IDLE_MS };
  const client = openDynamoClient(config, {
    connectionTimeout: connectMs,
    socketTimeout: answerMs,
    httpAgent: agent,
    httpsAgent: agent,
  });
  takeTurns(client, connections);
  return client;
}

/** Its time to connect begins when a request is made: one that waited for a free connection would run out of it. */
function takeTurns(client: DynamoDBClient, concurrency: number): void {
  const queue = new PQueue({ concurrency });
  client.middlewareStack.add((next) => (args) => queue.add(() => next(args)), {
    step: 'deserialize',
    priority: 'high',
    name: 'takeTurns',
  });
}
