import { ulid } from 'ulid';
import { readProfileConfig } from '../../backend/config.ts';
import { createLogger } from '../../backend/logger.ts';
import { ProfileStore } from '../../backend/table/profile-store.ts';
import { openTable } from '../../backend/table/table.ts';
import { createLambdaClient } from '../dynamo-client.ts';
import { observeFunction } from '../observe.ts';
import { DEFAULT_TABLE_NAME } from '../../schema/table.ts';
import { createHandler } from './handler.ts';

/*
 * The entry of Cognito's post-confirmation trigger: wires the handler once for each cold start.
 * Environment: DDB_MESSAGE_TABLE; AWS_COGNITO_USER_ID_PREFIX, as the API has it.
 */

const logger = createLogger('info');
const { observer, flushing } = observeFunction(process.env['DDB_MESSAGE_TABLE'] ?? DEFAULT_TABLE_NAME);
const { recorder } = observer;

export const handler = openHandler();

/** A function that cannot start would refuse sign-ups: with wrong settings it logs the error and writes no profile. */
function openHandler(): ReturnType<typeof createHandler> {
  try {
    const { dynamo, userIdPrefix } = readProfileConfig(process.env);
    const handle = createHandler({
      profiles: new ProfileStore(openTable(createLambdaClient(dynamo), dynamo.tableName)),
      clock: () => new Date(),
      newId: ulid,
      logger,
      recorder,
      ...(userIdPrefix !== undefined && { userIdPrefix }),
    });
    return flushing(handle);
  } catch (error) {
    return flushing((event) => {
      recorder.record('profilesNotWritten', 1);
      logger.error({ err: error }, 'a profile was not written');
      return Promise.resolve(event);
    });
  }
}
