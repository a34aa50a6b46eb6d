import * as z from 'zod';
import { ConfigError, type Environment, readApiConfig } from '../backend/config.ts';

/*
 * Which of the API's environment variables an environment's file sets, under `api`, by the names that docs/operations.md
 * uses. The API itself says which values it takes: what it would refuse to start with is refused before a deployment.
 */

/** The variables of the API that a file may set; the last three are those of OpenTelemetry. */
export const SETTABLE = [
  'ATTACHMENT_MAX_BYTES',
  'ATTACHMENT_TYPES',
  'AWS_MAX_ATTEMPTS',
  'BACKEND_URL',
  'DDB_CLIENT',
  'DDB_MAX_CONNECTIONS',
  'DDB_TIMEOUT_MS',
  'JWT_AUDIENCE',
  'JWT_CLOCK_SKEW_SECONDS',
  'JWT_ISSUER',
  'JWT_JWKS_URI',
  'JWT_USER_ID_PREFIX',
  'LOG_LEVEL',
  'MAX_GROUP_MEMBERS',
  'MESSAGE_MAX_CHARS',
  'METRICS_CAPACITY_EVERY',
  'RATE_LIMIT_ANONYMOUS_PER_MINUTE',
  'RATE_LIMIT_READS_PER_MINUTE',
  'RATE_LIMIT_WRITES_PER_MINUTE',
  'TRACING',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_SAMPLER_ARG',
] as const;

/** Why a file does not set the other variables. A test knows of each variable in one of these two lists. */
export const NOT_SETTABLE: Readonly<Record<string, string>> = {
  ATTACHMENT_BUCKET: 'is the deployed bucket, with files',
  AWS_ACCESS_KEY_ID: 'the container has a role',
  AWS_COGNITO_REPLICATED: 'follows from standbyRegion',
  AWS_COGNITO_SIGN_IN_DOMAIN: 'is signIn.domain',
  AWS_COGNITO_USER_ID_PREFIX: 'is userIdPrefix, which the function of sign-ups must have too',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'is the deployed client, or that of replicatedUserPool',
  AWS_COGNITO_USER_POOL_ID: 'is the deployed pool, or replicatedUserPool',
  AWS_DEFAULT_REGION: 'is region',
  AWS_ENDPOINT_URL: 'the role works through the network’s endpoint alone',
  AWS_ENDPOINT_URL_DYNAMODB: 'the role works through the network’s endpoint alone',
  AWS_ENDPOINT_URL_S3: 'the bucket is in S3',
  AWS_PROFILE: 'the container has a role',
  AWS_REGION: 'is region',
  DDB_MESSAGE_TABLE: 'is tableName, which every policy names',
  FRONTEND_URL: 'is domain',
  METRICS_ADDRESS: 'nothing connects to the container but the load balancer',
  METRICS_EMF: 'is on: alarms and dashboard read these metrics',
  METRICS_PORT: 'nothing connects to the container but the load balancer',
  METRICS_TOKEN: 'nothing connects to the container but the load balancer',
  NODE_ENV: 'is production',
  PORT: 'is the load balancer’s target',
  REDIS_URL: 'comes from a secret, if there is Valkey',
  TEXT_ENCRYPTION: 'is textEncryption',
  TEXT_KEYS: 'is textKeyArns, and the deployed key',
  TRUST_PROXY: 'is the load balancer, one hop',
};

/** Values of a file, as an environment has them. */
export const apiVariables = z
  .record(z.string(), z.union([z.string(), z.number()]).transform(String))
  .default({});

export type ApiVariables = z.output<typeof apiVariables>;

/** What the API also gets from other settings, as far as its checks compare it with the variables. */
export interface ApiSurroundings {
  readonly domain: string;
  readonly userIdPrefix?: string | undefined;
}

/** Returns what the API would refuse to start with, a line for each problem. */
export function problemsOf(api: ApiVariables, { domain, userIdPrefix }: ApiSurroundings): readonly string[] {
  const environment: Environment = {
    ...api,
    NODE_ENV: 'production',
    FRONTEND_URL: `https://${domain}`,
    // Those of the deployment are only known when it exists.
    AWS_COGNITO_USER_POOL_ID: 'us-east-1_AbCdEfGhI',
    AWS_COGNITO_USER_POOL_CLIENT_ID: 'client',
    AWS_COGNITO_USER_ID_PREFIX: userIdPrefix,
  };
  return [...unknown(api), ...refusals(environment), ...tracesOf(api)];
}

function unknown(api: ApiVariables): readonly string[] {
  const settable: readonly string[] = SETTABLE;
  return Object.keys(api)
    .filter((name) => !settable.includes(name))
    .map((name) => `${name}: ${NOT_SETTABLE[name] ?? `is none of ${settable.join(', ')}`}`);
}

function refusals(environment: Environment): readonly string[] {
  try {
    readApiConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Only HTTPS leaves a container. */
function tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: ApiVariables): readonly string[] {
  return endpoint === undefined || endpoint.startsWith('https://')
    ? []
    : ['OTEL_EXPORTER_OTLP_ENDPOINT: must be an https URL'];
}
