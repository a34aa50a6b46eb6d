import { ulid } from 'ulid';
import { readDynamoConfig } from '../../backend/config.ts';
import { createLogger } from '../../backend/logger.ts';
import { ProfileStore } from '../../backend/table/profile-store.ts';
import { openTable } from '../../backend/table/table.ts';
import { createLambdaClient } from '../dynamo-client.ts';
import { createHandler } from './handler.ts';

/*
 * The entry of Cognito's post-confirmation trigger: wires the handler once for each cold start.
 * Environment: DDB_MESSAGE_TABLE.
 */

const config = readDynamoConfig(process.env);

export const handler = createHandler({
  profiles: new ProfileStore(openTable(createLambdaClient(config), config.tableName)),
  clock: () => new Date(),
  newId: ulid,
  logger: createLogger('info'),
});
