import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { DynamoConfig } from '../config.ts';
import { LeanClient } from './lean-client/lean-client.ts';
import { isPassingCancellation } from './table.ts';

/** One attempt and up to three more, after the SDK's jittered waits: up to 100 ms, doubling; 500 ms for a throttle. */
const MAX_ATTEMPTS = 4;
const CONNECT_TIMEOUT_MS = 1_000;
/** DynamoDB answers in single-digit milliseconds; what takes 2 s is lost, and a repeated put recognises itself. */
const ANSWER_TIMEOUT_MS = 2_000;
/** What one process has under way at once; more wait for a free connection. */
const MAX_CONNECTIONS = 100;

/** What a request may take, whichever way it is sent. */
export interface RequestLimits {
  readonly attempts: number;
  readonly connectMs: number;
  /** How long the other side may be silent while an answer is waited for. */
  readonly answerMs: number;
  /** How many requests are under way at once. */
  readonly connections: number;
}

/** The limits that are set, and the usual ones for the rest. */
export function requestLimits({ connection = {} }: DynamoConfig): RequestLimits {
  const {
    attempts = MAX_ATTEMPTS,
    timeoutMs = ANSWER_TIMEOUT_MS,
    connections = MAX_CONNECTIONS,
  } = connection;
  return { attempts, connectMs: CONNECT_TIMEOUT_MS, answerMs: timeoutMs, connections };
}

/**
 * A client whose requests are sent by this handler, which holds them to `requestLimits`. A server's is
 * `createDynamoClient` in client.ts, a function's is in lambdas/.
 * Credentials and region come from wherever the SDK finds them; a local engine gets a fixed pair when none are set.
 */
export function openDynamoClient(
  config: DynamoConfig,
  requestHandler: NonNullable<DynamoDBClientConfig['requestHandler']>,
): DynamoDBClient {
  const Client = config.client === 'sdk' ? DynamoDBClient : LeanClient;
  const client = new Client({
    ...connectionSettings(config),
    maxAttempts: requestLimits(config).attempts,
    requestHandler,
  });
  retryConflicts(client);
  // It prepares a copy of each input and output, item by item, for a logger that is not there.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** Endpoint, region and credentials, shared by every AWS client that talks to the same place. */
export function connectionSettings(
  config: DynamoConfig,
): Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'> {
  return {
    ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
    ...(config.region !== undefined && { region: config.region }),
    ...(config.credentials !== undefined && { credentials: config.credentials }),
  };
}

/** Has the SDK retry, like a throttle, what lost against a transaction: a plain write can meet one too. */
function retryConflicts(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (
          error instanceof Error &&
          (error.name === 'TransactionConflictException' || isPassingCancellation(error))
        ) {
          throw Object.assign(error, { $retryable: { throttling: false } });
        }
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'retryConflicts' },
  );
}
