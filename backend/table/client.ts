import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import type { DynamoConfig } from '../config.ts';
import { WholeBodyAgent } from './lean-client/whole-body-agent.ts';
import { openDynamoClient, requestLimits } from './open-client.ts';

/**
 * How long an idle connection is kept, in ms. It is less than DynamoDB keeps one, so that DynamoDB does not close a connection
 * on which a request is being sent. AWS documents no time: users saw 60 s (aws-sdk-java, issue 1365) and 90 s (feast, pull
 * request 5167), and the SDK for Java reuses a connection for 60 s by default. The SDK for JavaScript keeps it until DynamoDB closes
 * it, and undici for 4 s: then the requests after each pause open connections, with TLS.
 *
 * A connection can still be closed while a request is on its way. That request fails, and the SDK sends it again.
 */
const IDLE_MS = 50_000;

/** A DynamoDB client for a server or a script. One for a process: it keeps its connections. */
export function createDynamoClient(config: DynamoConfig): DynamoDBClient {
  const { connections, connectMs, answerMs } = requestLimits(config);
  const options = {
    connections,
    connect: { timeout: connectMs },
    keepAliveTimeout: IDLE_MS,
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
  };
  const dispatcher = config.client === 'sdk' ? options : new WholeBodyAgent(options);
  const client = openDynamoClient(config, new UndiciHttpHandler({ dispatcher }));
  // It passes on the trace of a function's invocation, which a server does not have.
  client.middlewareStack.remove('recursionDetectionMiddleware');
  return client;
}
