import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoConfig } from '../../backend/config.ts';
import type { Logger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import type { LocalConfig } from '../config.ts';
import { prepareDataDir } from '../data-dir.ts';
import { explainFailure } from '../../cli/explain-failure.ts';
import { explainingLogger, openLogger, readConfig } from '../terminal.ts';
import { UserError } from '../../cli/user-error.ts';

/** The dependencies of the programs that `docker compose up` runs in addition to the API. */
export interface Base {
  readonly config: LocalConfig;
  readonly dynamo: DynamoConfig;
  readonly client: DynamoDBClient;
  readonly table: Table;
  readonly dataDir: string;
  readonly logger: Logger;
}

/** Ends a program that runs until it is stopped. */
export type Stop = () => Promise<void>;

/**
 * Runs a program until it is done, or until SIGTERM. A failure during its start is one line on stderr, and status 1.
 * @param name the name in its log lines.
 * @param start does the work, or returns the function that ends it.
 */
export async function runProgram(
  name: string,
  start: (base: Base) => Promise<Stop | undefined>,
): Promise<void> {
  const config = readConfig(process.env);
  if (!config) return;
  const { dynamo } = config.api;
  const { endpoint, tableName } = dynamo;
  const target = endpoint === undefined ? { tableName } : { endpoint, tableName };
  const logger = explainingLogger(openLogger(config.api.logLevel).child({ name }), () => target);
  const client = createDynamoClient(dynamo);
  try {
    if (endpoint === undefined) throw new UserError('AWS_ENDPOINT_URL: set it to the engine’s');
    const dataDir = prepareDataDir(config.dataDir);
    const stop = await start({
      config,
      dynamo,
      client,
      table: openTable(client, tableName),
      dataDir,
      logger,
    });
    if (!stop) return;
    logger.info('ready');
    const end = () => void stop().finally(() => process.exit(0));
    process.once('SIGTERM', end).once('SIGINT', end);
  } catch (error) {
    process.stderr.write(`${name}: ${explainFailure(error, target)}\n`);
    process.exit(1);
  }
}
