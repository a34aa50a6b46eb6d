import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import {
  type DynamoConfig,
  type Environment,
  given,
  isAwsEndpoint,
  readDynamoConfig,
  readTextConfig,
  tableName as tableNameShape,
} from '../backend/config.ts';
import { createLogger } from '../backend/logger.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable, type Table } from '../backend/table/table.ts';
import { openEncryption } from '../backend/table/encryption/open-encryption.ts';
import type { TextEncryption } from '../backend/table/encryption/text-encryption.ts';
import { ownEngineConfig, readDataDir } from '../local/config.ts';
import { runningEngine } from '../local/engine/engine-record.ts';
import { refuseRootUser } from './caller.ts';
import { explainFailure } from './explain-failure.ts';
import { UserError } from './user-error.ts';

/** The options of every script that opens a table, with the same meaning as in the AWS CLI. */
export interface ConnectionOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly timeout?: string;
  readonly maxAttempts?: string;
  readonly maxConnections?: string;
  readonly table?: string;
}

/** An open connection to a table. */
export interface Connection {
  readonly client: DynamoDBClient;
  readonly table: Table;
  /** Opens the encryption that the environment configures, for scripts that write or show texts. @throws ConfigError */
  readonly openEncryption: () => Promise<TextEncryption>;
  /** The endpoint, as text for a user. */
  readonly where: string;
}

/** The configuration that leads to the table, and where it comes from. */
export interface Route {
  readonly config: DynamoConfig;
  /** As text for a user: the option or the variable that named the endpoint, or the engine that was found. */
  readonly source: string;
  /** The option or the variable that named the region; absent if none did. */
  readonly regionSource?: string;
  /** Whether the endpoint, given or not, is one of AWS. */
  readonly isAws: boolean;
}

const URL_SHAPE = z.url({ protocol: /^https?$/ });
const SESSION_NAME = 'cruddur-messaging-scripts';

/** Adds the options of `ConnectionOptions` to a script, also as pairs of a key and a value. */
export function connectionOptions(script: Command, { table = true } = {}): Command {
  script
    .option('--endpoint <url>', 'the DynamoDB endpoint to act on', parseEndpoint)
    .option('--region <region>', 'AWS region')
    .option('--profile <name>', 'profile of the AWS configuration')
    .option('--role-arn <arn>', 'role to assume first')
    .option('--external-id <text>', 'external id that the role in another account requires')
    .option('--timeout <ms>', 'timeout of a request in ms')
    .option('--max-attempts <n>', 'maximum attempts of a request')
    .option('--max-connections <n>', 'maximum connections at once');
  if (table) script.option('--table <name>', 'the table to act on', parseTableName);
  return addPairs(script);
}

/** Options of which each can also be given as a pair. */
const PAIRS = [
  'endpoint',
  'region',
  'profile',
  'role-arn',
  'external-id',
  'timeout',
  'max-attempts',
  'max-connections',
];

/** Adds the option that takes any of the others as a key and a value. The last value of a key counts. */
function addPairs(script: Command): Command {
  const options = script.options.filter((option) => [...PAIRS, 'table'].includes(option.name()));
  const keys = options.map((option) => option.name()).join(', ');
  return script.option('--connection <key=value>', `one of these as a pair: ${keys}`, (pair: string) => {
    const option = options.find((one) => pair.startsWith(`${one.name()}=`));
    if (!option)
      throw new InvalidArgumentError(
        `it must be a key and a value, such as timeout=500; the keys are ${keys}`,
      );
    const value = pair.slice(option.name().length + 1);
    script.setOptionValue(option.attributeName(), option.parseArg?.(value, '') ?? value);
    return pair;
  });
}

/**
 * Opens the table that the options name, for the time of a task. Without `prod` it is at the given endpoint, or on the
 * engine that runs from DATA_DIR, and never on AWS; there it refuses the root user before the task begins.
 * @throws UserError that explains what went wrong, in the task too, and ConfigError.
 */
export async function withConnection(
  options: ConnectionOptions,
  prod: string | undefined,
  task: (connection: Connection) => Promise<void>,
): Promise<void> {
  const { config: route, isAws } = await chooseRoute(options, prod);
  const { endpoint, tableName } = route;
  let client: DynamoDBClient | undefined;
  try {
    const config = await assumeRole(route, options);
    client = createDynamoClient(config);
    if (isAws) await refuseRootUser(client.config);
    // The credentials of a local engine are not valid at AWS.
    const credentials = isAws && config.credentials ? { credentials: config.credentials } : {};
    await task({
      client,
      table: openTable(client, tableName),
      openEncryption: () =>
        openEncryption(readTextConfig(process.env), { logger: createLogger('silent'), ...credentials }),
      where: endpoint ?? 'AWS',
    });
  } catch (error) {
    const place = endpoint === undefined ? { tableName } : { tableName, endpoint };
    throw new UserError(explainFailure(error, place), { cause: error });
  } finally {
    client?.destroy();
  }
}

/** Maximum attempts of a script that works for minutes: it waits for about a minute while it is throttled. */
const PATIENT_ATTEMPTS = '10';

/** Gives a script more attempts, so that one throttled request among thousands does not end it. A given value wins. */
export function patient(options: ConnectionOptions): ConnectionOptions {
  const { maxAttempts = given(process.env)['AWS_MAX_ATTEMPTS'] ?? PATIENT_ATTEMPTS } = options;
  return { ...options, maxAttempts };
}

/** Adds the options to the environment; options win. The SDK itself finds the profile, in `process.env`. */
function withOptions(environment: Environment, options: ConnectionOptions): Environment {
  const { endpoint, region, profile, table, timeout, maxAttempts, maxConnections } = options;
  if (profile !== undefined) {
    process.env['AWS_PROFILE'] = profile;
    // The SDK would prefer these to any profile.
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  }
  return {
    ...environment,
    ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_DYNAMODB: endpoint }),
    ...(region !== undefined && { AWS_REGION: region }),
    ...(profile !== undefined && { AWS_PROFILE: profile }),
    ...(table !== undefined && { DDB_MESSAGE_TABLE: table }),
    ...(timeout !== undefined && { DDB_TIMEOUT_MS: timeout }),
    ...(maxAttempts !== undefined && { AWS_MAX_ATTEMPTS: maxAttempts }),
    ...(maxConnections !== undefined && { DDB_MAX_CONNECTIONS: maxConnections }),
  };
}

/** Creates a client for the configuration, with the role if one is given. The caller destroys it. @throws SDK errors. */
export async function openClient(config: DynamoConfig, options: ConnectionOptions): Promise<DynamoDBClient> {
  return createDynamoClient(await assumeRole(config, options));
}

/**
 * Finds the table by the options, the environment and the local run. Options win.
 * @throws UserError if there is no table to find, or it is at AWS and `prod` is missing; ConfigError.
 */
export async function chooseRoute(options: ConnectionOptions, prod: string | undefined): Promise<Route> {
  if (options.roleArn !== undefined && prod === undefined) {
    // The role comes from AWS, whatever the endpoint of the table is.
    throw new UserError('--role-arn asks AWS for a role: it goes with the last word `prod` only');
  }
  if (options.externalId !== undefined && options.roleArn === undefined) {
    throw new UserError('--external-id is for a role: it goes with --role-arn only');
  }
  const environment = withOptions(process.env, options);
  const config = readDynamoConfig(environment);
  const { endpoint } = config;
  const isAws = endpoint === undefined || isAwsEndpoint(endpoint);
  if (endpoint === undefined && prod === undefined) return ownEngineRoute(environment);
  if (isAws && prod === undefined) {
    throw new UserError(`${endpoint} is AWS: add \`prod\` as the last word, or give another endpoint`);
  }
  const regionSource = sourceOf(environment, options.region && '--region', [
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
  ]);
  const source = sourceOf(environment, options.endpoint && '--endpoint', [
    'AWS_ENDPOINT_URL_DYNAMODB',
    'AWS_ENDPOINT_URL',
  ]);
  return { config, isAws, source: source ?? 'the last word prod', ...(regionSource && { regionSource }) };
}

/** Uses the region and the credentials of a local engine, whatever the environment sets for AWS. */
async function ownEngineRoute(environment: Environment): Promise<Route> {
  const dataDir = readDataDir(environment);
  const engine = await runningEngine(dataDir);
  return {
    config: ownEngineConfig(environment, engine.endpoint),
    isAws: false,
    source: `the engine that runs from ${dataDir}`,
  };
}

/** Returns the option or the variable that a value comes from: the one that wins. */
function sourceOf(
  environment: Environment,
  option: string | undefined,
  variables: readonly string[],
): string | undefined {
  return option ?? variables.find((name) => environment[name]);
}

/** Adds the credentials of the role, if one is given. They last an hour, and the SDK renews them. */
async function assumeRole(
  config: DynamoConfig,
  { roleArn, externalId }: ConnectionOptions,
): Promise<DynamoConfig> {
  if (roleArn === undefined) return config;
  // Loaded only when it is needed: it loads most of the SDK's clients.
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const credentials = fromTemporaryCredentials({
    params: {
      RoleArn: roleArn,
      RoleSessionName: SESSION_NAME,
      ...(externalId !== undefined && { ExternalId: externalId }),
    },
    ...(config.region !== undefined && { clientConfig: { region: config.region } }),
  });
  return { ...config, credentials };
}

function parseTableName(text: string): string {
  const { error } = tableNameShape.safeParse(text);
  if (error) throw new InvalidArgumentError(`it ${error.issues[0]?.message}`);
  return text;
}

function parseEndpoint(text: string): string {
  if (!URL_SHAPE.safeParse(text).success) throw new InvalidArgumentError('it must be an http or https URL');
  return text;
}
