import { readApiConfig, ConfigError } from './config.ts';
import { createApp } from './app.ts';
import { createContext } from './context.ts';
import { startServer } from './http/server.ts';
import { createTokenVerifier } from './http/verify-token.ts';
import { createLogger } from './logger.ts';
import { createDynamoClient } from './table/client.ts';
import { openTable } from './table/table.ts';

/* Starts the API by itself, against a table that is there and an issuer that is configured; stops on SIGINT or SIGTERM. */

async function main(): Promise<void> {
  const config = readApiConfig(process.env);
  if (!config.cognito && !config.oidc) {
    throw new ConfigError([
      'no issuer of tokens: set AWS_COGNITO_USER_POOL_ID and AWS_COGNITO_USER_POOL_CLIENT_ID, or JWT_ISSUER and JWT_AUDIENCE',
    ]);
  }
  const logger = createLogger(config.logLevel);
  const client = createDynamoClient(config.dynamo);
  const app = createApp({
    ...config,
    context: createContext({ table: openTable(client, config.dynamo.tableName) }),
    verifyToken: createTokenVerifier(config),
    logger,
  });
  const server = await startServer(app, config.port);
  logger.info({ port: server.port }, 'ready');
  const stop = async (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    await server.stop();
    client.destroy();
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
