import { existsSync } from 'node:fs';
import {
  type ApiConfig,
  ConfigError,
  type DynamoConfig,
  hasDevelopmentIssuer,
  isAwsEndpoint,
  readApiConfig,
} from './config.ts';
import { createApp } from './app.ts';
import { wire } from './wiring.ts';
import { openObserver } from './open-observer.ts';
import { openShared } from './events/shared.ts';
import { createRateLimits } from './http/rate-limit.ts';
import { startServer } from './http/server.ts';
import { createTokenVerifier } from './http/verify-token.ts';
import { WEB_DIRECTORY, webFiles, webSettings } from './http/web-files.ts';
import type { FileStore } from './files/file-store.ts';
import { openBucket } from './files/open-bucket.ts';
import { createLogger } from './logger.ts';
import { createDynamoClient } from './table/client.ts';
import { EarlierVersionError, requireSecondEdition } from './table/edition.ts';
import { openTable, type Table } from './table/table.ts';
import { openEncryption } from './table/encryption/open-encryption.ts';

/* Starts the API with an existing table and a configured issuer; stops on SIGINT or SIGTERM. */

/** `docker compose up` runs this program with the development issuer, whose key is in the sign-in container. */
const TOKEN_HINT = 'Under docker compose, docker compose exec sign-in node bin/token.ts <handle> prints one.';

/** Whether the table is on a local engine. At AWS the API's role may not scan, and no earlier version was deployed. */
const isLocal = ({ endpoint }: DynamoConfig): boolean => endpoint !== undefined && !isAwsEndpoint(endpoint);

/** The API starts also where the table does not answer yet. @throws EarlierVersionError */
async function refuseEarlierVersion(table: Table): Promise<void> {
  try {
    await requireSecondEdition(table);
  } catch (error) {
    if (error instanceof EarlierVersionError) throw error;
  }
}

function screensOf(config: ApiConfig, fileStore: FileStore | undefined) {
  return webFiles({
    directory: WEB_DIRECTORY,
    settings: webSettings({ ...config, hasFiles: fileStore !== undefined }),
    filesOrigin: fileStore?.origin,
    ...config.cognito,
  });
}

async function main(): Promise<void> {
  const config = readApiConfig(process.env);
  if (!config.cognito && !config.oidc) {
    throw new ConfigError([
      'no issuer of tokens: set AWS_COGNITO_USER_POOL_ID and AWS_COGNITO_USER_POOL_CLIENT_ID, or JWT_ISSUER and JWT_AUDIENCE',
    ]);
  }
  const logger = createLogger(config.logLevel);
  const client = createDynamoClient(config.dynamo);
  const table = openTable(client, config.dynamo.tableName);
  if (isLocal(config.dynamo)) await refuseEarlierVersion(table);
  const { tableName } = config.dynamo;
  const observed = await openObserver({ config: config.observer, tableName, logger });
  const { observer } = observed;
  const { recorder } = observer;
  observed.observeClient(client);
  const { live, redis } = await openShared({ url: config.redisUrl, tableName, logger, recorder });
  const encryption = await openEncryption(config.texts, { logger, recorder });
  const fileStore = config.bucket && (await openBucket(config.bucket));
  const app = createApp({
    ...config,
    context: wire({
      table,
      encryption,
      live,
      logger,
      maxGroupMembers: config.maxGroupMembers,
      messageMaxChars: config.messageMaxChars,
      fileStore,
      attachmentLimits: config.attachments,
      observer,
    }),
    verifyToken: createTokenVerifier(config, { logger }),
    limits: createRateLimits({ limits: config.rateLimits, ...(redis && { redis }), tableName, logger }),
    logger,
    ...(hasDevelopmentIssuer(config) && { tokenHint: TOKEN_HINT }),
    // The API also works without the screens: another server may serve them, or a front end of its own.
    ...(existsSync(WEB_DIRECTORY) && { screens: [screensOf(config, fileStore)] }),
  });
  const server = await startServer(app, config.port);
  logger.info({ port: server.port }, 'ready');
  const stop = async (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    await server.stop();
    client.destroy();
    await live.events.close();
    await redis?.close();
    await observed.stop();
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const lines =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)];
  for (const line of lines) process.stderr.write(`cruddur-messaging: ${line}\n`);
  process.exitCode = 1;
});
