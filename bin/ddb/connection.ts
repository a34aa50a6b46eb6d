import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import {
  type DynamoConfig,
  type Environment,
  isAwsEndpoint,
  readDynamoConfig,
} from '../../backend/config.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import { ownEngineConfig, readDataDir } from '../../local/config.ts';
import { runningEngine } from '../../local/engine/engine-record.ts';
import { explainFailure } from '../../local/explain-failure.ts';
import { UserError } from '../../local/user-error.ts';

/** What every script that opens a table takes; the same meaning as in the AWS CLI. */
export interface ConnectionOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly table?: string;
}

export interface Connection {
  readonly client: DynamoDBClient;
  readonly table: Table;
  /** Where it leads, for a person. */
  readonly where: string;
}

const URL_SHAPE = z.url({ protocol: /^https?$/ });
const SESSION_NAME = 'cruddur-messaging-scripts';

/** Adds the options of `ConnectionOptions` to a script. */
export function connectionOptions(script: Command, { table = true } = {}): Command {
  script
    .option('--endpoint <url>', 'the DynamoDB endpoint to act on', parseEndpoint)
    .option('--region <region>', 'AWS region')
    .option('--profile <name>', 'profile of the AWS configuration')
    .option('--role-arn <arn>', 'role to assume first');
  return table ? script.option('--table <name>', 'the table to act on') : script;
}

/**
 * Opens the table that the options mean for the time of a task. Without `prod` that is on the endpoint given, or on
 * the engine that runs from DATA_DIR, and never on AWS.
 * @throws UserError that explains what went wrong, in the task too, and ConfigError.
 */
export async function withConnection(
  options: ConnectionOptions,
  prod: string | undefined,
  task: (connection: Connection) => Promise<void>,
): Promise<void> {
  const config = await connectionConfig(withOptions(process.env, options), prod !== undefined);
  const { endpoint, tableName } = config;
  let client: DynamoDBClient | undefined;
  try {
    client = createDynamoClient(await assumeRole(config, options));
    await task({ client, table: openTable(client, tableName), where: endpoint ?? 'AWS' });
  } catch (error) {
    const place = endpoint === undefined ? { tableName } : { tableName, endpoint };
    throw new UserError(explainFailure(error, place), { cause: error });
  } finally {
    client?.destroy();
  }
}

/** Options win over the environment. The profile is the SDK's to find, wherever it looks for credentials. */
function withOptions(environment: Environment, options: ConnectionOptions): Environment {
  const { endpoint, region, profile, table } = options;
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
  };
}

/** Where the table is, by an environment in which the options have been put. */
async function connectionConfig(environment: Environment, prod: boolean): Promise<DynamoConfig> {
  const config = readDynamoConfig(environment);
  if (prod) return config;
  if (config.endpoint === undefined) {
    const engine = await runningEngine(readDataDir(environment));
    return ownEngineConfig(environment, engine.endpoint);
  }
  if (isAwsEndpoint(config.endpoint)) {
    throw new UserError(
      `${config.endpoint} is AWS: say so with the last word \`prod\`, or give another endpoint`,
    );
  }
  return config;
}

/** Credentials of the role, where one is to be assumed: valid for an hour. */
async function assumeRole(config: DynamoConfig, { roleArn }: ConnectionOptions): Promise<DynamoConfig> {
  if (roleArn === undefined) return config;
  // Loaded only now: it brings most of the SDK's clients along.
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const assume = fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: SESSION_NAME },
    ...(config.region !== undefined && { clientConfig: { region: config.region } }),
  });
  return { ...config, credentials: await assume() };
}

function parseEndpoint(text: string): string {
  if (!URL_SHAPE.safeParse(text).success) throw new InvalidArgumentError('It must be an http or https URL.');
  return text;
}
