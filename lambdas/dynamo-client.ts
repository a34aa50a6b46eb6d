import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import PQueue from 'p-queue';
import type { DynamoConfig } from '../backend/config.ts';
import { openDynamoClient, requestLimits } from '../backend/table/open-client.ts';

/**
 * How long an idle connection is kept, in ms. A function is frozen between two events, and a connection that the other
 * side closed meanwhile still looks open when it resumes: by then it has expired, and no attempt is wasted on it.
 */
const IDLE_MS = 4_000;

/**
 * Creates a DynamoDB client for a function, over node's own HTTP client, which the SDK includes anyway. The API's HTTP
 * client, which is faster, would be half of the bundle.
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

/** The connect timeout starts with the request: a request that waits for a free connection would use it up. */
function takeTurns(client: DynamoDBClient, concurrency: number): void {
  const queue = new PQueue({ concurrency });
  client.middlewareStack.add((next) => (args) => queue.add(() => next(args)), {
    step: 'deserialize',
    priority: 'high',
    name: 'takeTurns',
  });
}
