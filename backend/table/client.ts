import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import type { DynamoConfig } from '../config.ts';
import { DispatchHandler } from './lean-client/dispatch-handler.ts';
import { openDynamoClient, requestLimits } from './open-client.ts';

/** A DynamoDB client for a server or a script. One for a process: it keeps its connections. */
export function createDynamoClient(config: DynamoConfig): DynamoDBClient {
  const { connections, connectMs, answerMs } = requestLimits(config);
  const dispatcher = {
    connections,
    connect: { timeout: connectMs },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
  };
  const requestHandler =
    config.client === 'sdk' ? new UndiciHttpHandler({ dispatcher }) : new DispatchHandler(dispatcher);
  const client = openDynamoClient(config, requestHandler);
  // It passes on the trace of a function's invocation, which a server does not have.
  client.middlewareStack.remove('recursionDetectionMiddleware');
  return client;
}
