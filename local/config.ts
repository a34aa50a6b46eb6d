import { isIP } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  type ApiConfig,
  ConfigError,
  type DynamoConfig,
  type Environment,
  given,
  isAwsEndpoint,
  parse,
  readApiConfig,
  readDynamoConfig,
} from '../backend/config.ts';
import type { LocalAccess } from './own-hosts.ts';

/** The package's folder. A relative DATA_DIR starts here, so that it means the same folder in every terminal. */
export const PACKAGE_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The configuration of a run on one machine. */
export interface LocalConfig {
  /** The absolute path of the folder with everything that a local run stores. */
  readonly dataDir: string;
  readonly access: LocalAccess;
  readonly api: ApiConfig;
}

/** The default development origins of web front ends: allowed on one machine without any setting. */
const DEVELOPMENT_ORIGIN = 'http://localhost:3000';
const DEFAULT_DATA_DIR = '.data';

/** On one machine users run seeds, scripts and benchmarks: there is no rate limiting unless it is configured. */
const NO_RATE_LIMITS = {
  RATE_LIMIT_WRITES_PER_MINUTE: '0',
  RATE_LIMIT_READS_PER_MINUTE: '0',
  RATE_LIMIT_ANONYMOUS_PER_MINUTE: '0',
} as const;

const dataDirEnvironment = z.object({
  DATA_DIR: z.string().default(DEFAULT_DATA_DIR),
});

const HOST_NAME = /^(\[[\da-f:.]+\]|[\da-z_.-]+)$/;

const hostNames = z.string().transform((text, context) => {
  const names = text.split(',').map((part) => part.trim().toLowerCase());
  for (const name of names.filter((part) => !HOST_NAME.test(part)))
    context.addIssue({ code: 'custom', message: `"${name}" is not a host name without a port` });
  return names;
});

/** A client that can reach a local run can sign in as any user. These two variables open it to other machines. */
const accessEnvironment = z.object({
  LISTEN_ADDRESS: z
    .string()
    .refine((text) => isIP(text) !== 0, 'must be an IP address of this machine, or 0.0.0.0 for all of them')
    .optional(),
  ALLOWED_HOSTS: hostNames.default([]),
});

/**
 * The configuration of a local run.
 * @throws ConfigError with everything that is wrong in it.
 */
export function readLocalConfig(environment: Environment): LocalConfig {
  const problems: string[] = [];
  const api = collect(problems, () => readApiConfig({ ...NO_RATE_LIMITS, ...given(environment) }));
  const dataDir = collect(problems, () => readDataDir(environment));
  const access = collect(problems, () => readAccess(environment));
  if (environment['NODE_ENV'] === 'production') {
    problems.push(
      'NODE_ENV: must not be production: a local run signs its own tokens; start backend/main.ts there',
    );
  }
  const endpoint = api?.dynamo.endpoint;
  if (endpoint !== undefined && isAwsEndpoint(endpoint)) {
    problems.push('AWS_ENDPOINT_URL: must be a local engine, not AWS: unset it to run the embedded engine');
  }
  if (api === undefined || dataDir === undefined || access === undefined || problems.length > 0)
    throw new ConfigError(problems);
  return {
    dataDir,
    access,
    api: { ...api, corsOrigins: [...new Set([DEVELOPMENT_ORIGIN, ...api.corsOrigins])] },
  };
}

/** Where a local run listens, and under which names. @throws ConfigError */
function readAccess(environment: Environment): LocalAccess {
  const { LISTEN_ADDRESS: address, ALLOWED_HOSTS: allowedHosts } = parse(accessEnvironment, environment);
  return { ...(address !== undefined && { address }), allowedHosts };
}

/** The data directory, absolute. @throws ConfigError */
export function readDataDir(environment: Environment): string {
  const { DATA_DIR } = parse(dataDirEnvironment, environment);
  return isAbsolute(DATA_DIR) ? DATA_DIR : join(PACKAGE_ROOT, DATA_DIR);
}

/**
 * Makes the configuration for the engine that a local run started. Credentials and region for AWS are left out: an expired
 * profile must not prevent access to a local engine.
 */
export function ownEngineConfig(environment: Environment, endpoint: string): DynamoConfig {
  const { DDB_MESSAGE_TABLE, AWS_MAX_ATTEMPTS, DDB_TIMEOUT_MS, DDB_MAX_CONNECTIONS, DDB_CLIENT } =
    environment;
  return readDynamoConfig({
    DDB_MESSAGE_TABLE,
    AWS_MAX_ATTEMPTS,
    DDB_TIMEOUT_MS,
    DDB_MAX_CONNECTIONS,
    DDB_CLIENT,
    AWS_ENDPOINT_URL: endpoint,
  });
}

function collect<Value>(problems: string[], read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
