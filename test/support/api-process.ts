import { createApp } from '../../backend/app.ts';
import { readDynamoConfig, readTextConfig } from '../../backend/config.ts';
import { wire } from '../../backend/wiring.ts';
import { openShared } from '../../backend/events/shared.ts';
import { startServer } from '../../backend/http/server.ts';
import { createTokenVerifier, type TokenSources } from '../../backend/http/verify-token.ts';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { openTable } from '../../backend/table/table.ts';
import { openEncryption } from '../../backend/table/encryption/open-encryption.ts';

/*
 * The API in its own process, for tests with several: on any free port, which it writes as its only line.
 * Environment: the API's, and TOKEN_SOURCE, an issuer with its public keys as JSON. It ends when its input ends, with
 * the process that started it.
 */

type Issuer = NonNullable<TokenSources['development']>;

const config = readDynamoConfig(process.env);
const logger = createLogger('silent');
const { tableName } = config;
const { live } = await openShared({ url: process.env['REDIS_URL'], tableName, logger });
const app = createApp({
  context: wire({
    table: openTable(createDynamoClient(config), tableName),
    encryption: await openEncryption(readTextConfig(process.env), { logger }),
    live,
  }),
  verifyToken: createTokenVerifier({ development: JSON.parse(process.env['TOKEN_SOURCE'] ?? '') as Issuer }),
  logger,
  corsOrigins: [],
});
const { port } = await startServer(app, 0);
process.stdout.write(`${port}\n`);
process.stdin.resume().once('end', () => process.exit());
