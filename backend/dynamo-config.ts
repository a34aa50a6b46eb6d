import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { DEFAULT_TABLE_NAME } from '../schema/table.ts';
import { type Environment, httpUrl, integer, parse } from './environment.ts';

/** Where the table is. Everything that opens it needs this much. */
export interface DynamoConfig {
  readonly tableName: string;
  /** Absent: AWS itself. */
  readonly endpoint?: string;
  /** Absent: as the SDK finds it. */
  readonly region?: string;
  /** A pair, or a provider that renews them. Absent: as the SDK finds them. */
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>;
  /** Absent, entirely or in part: defaults for an API in the region of its table. */
  readonly connection?: ConnectionConfig;
  /** `sdk`: items are read and written by the SDK's document client. Default: by our own, which does the same for less. */
  readonly client?: TableClient;
}

export type TableClient = 'lean' | 'sdk';

/** Limits for requests to the table. */
export interface ConnectionConfig {
  /** Maximum number of attempts for a request. */
  readonly attempts?: number;
  /** Timeout of one attempt. */
  readonly timeoutMs?: number;
  /** Maximum number of concurrent connections. */
  readonly connections?: number;
}

/** The SDK requires credentials, and a local engine ignores them. DynamoDB Local has one database per key id. */
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;
const LOCAL_REGION = 'us-east-1';

/** A valid table name in DynamoDB. */
export const tableName = z
  .string()
  .regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'must be 3 to 255 of a-z, A-Z, 0-9, _, - and .');

const region = z.string().regex(/^[a-z0-9-]+$/, 'must look like us-east-1');

/** The environment variables for the table. */
export const dynamoEnvironment = z.object({
  DDB_MESSAGE_TABLE: tableName.default(DEFAULT_TABLE_NAME),
  AWS_ENDPOINT_URL: httpUrl.optional(),
  AWS_ENDPOINT_URL_DYNAMODB: httpUrl.optional(),
  AWS_REGION: region.optional(),
  AWS_DEFAULT_REGION: region.optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_PROFILE: z.string().optional(),
  AWS_MAX_ATTEMPTS: integer(1, 20).optional(),
  DDB_TIMEOUT_MS: integer(100, 60_000).optional(),
  DDB_MAX_CONNECTIONS: integer(1, 10_000).optional(),
  DDB_CLIENT: z.enum(['lean', 'sdk'], { error: 'must be lean or sdk' }).optional(),
});

/** @throws ConfigError with everything that is wrong. */
export function readDynamoConfig(environment: Environment): DynamoConfig {
  return dynamoConfig(parse(dynamoEnvironment, environment));
}

/** Returns the table's configuration from parsed environment variables. */
export function dynamoConfig(values: z.output<typeof dynamoEnvironment>): DynamoConfig {
  const endpoint = values.AWS_ENDPOINT_URL_DYNAMODB ?? values.AWS_ENDPOINT_URL;
  const region = values.AWS_REGION ?? values.AWS_DEFAULT_REGION;
  const local = endpoint !== undefined && !isAwsEndpoint(endpoint);
  const own = values.AWS_ACCESS_KEY_ID !== undefined || values.AWS_PROFILE !== undefined;
  return {
    tableName: values.DDB_MESSAGE_TABLE,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(local && region === undefined && { region: LOCAL_REGION }),
    ...(local && !own && { credentials: { ...LOCAL_CREDENTIALS } }),
    ...connectionConfig(values),
    ...(values.DDB_CLIENT !== undefined && { client: values.DDB_CLIENT }),
  };
}

function connectionConfig(values: z.output<typeof dynamoEnvironment>): Pick<DynamoConfig, 'connection'> {
  const { AWS_MAX_ATTEMPTS: attempts, DDB_TIMEOUT_MS: timeoutMs, DDB_MAX_CONNECTIONS: connections } = values;
  const connection = {
    ...(attempts !== undefined && { attempts }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(connections !== undefined && { connections }),
  };
  return Object.keys(connection).length > 0 ? { connection } : {};
}

/** Whether a URL is an AWS endpoint (VPC endpoints included), for which the SDK must find credentials. */
export function isAwsEndpoint(endpoint: string): boolean {
  return /\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname);
}
