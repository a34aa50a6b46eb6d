import { readStreamConfig } from '../../backend/function-config.ts';
import type { Publisher } from '../../backend/events/changes.ts';
import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import { createLogger } from '../../backend/logger.ts';
import { openTable } from '../../backend/table/table.ts';
import { createLambdaClient } from '../dynamo-client.ts';
import { observeFunction } from '../observe.ts';
import { createHandler, type FailureQueue } from './handler.ts';
import { streamStores } from './stores.ts';

/*
 * The Lambda's entry: wires the handler once for each cold start.
 * Environment: DDB_MESSAGE_TABLE; FAILURE_QUEUE_URL, the SQS queue for keys of records that can never succeed; and
 * REDIS_URL, through which the API's processes receive events, or REDIS_URL_SECRET, the secret that has it.
 *
 * The clients of Redis, Secrets Manager and SQS are two fifths of the code. Only a function that uses them loads them: that of SQS
 * with the first failure.
 */

const config = readStreamConfig(process.env);
const { dynamo, failureQueueUrl } = config;
const { tableName } = dynamo;
const logger = createLogger('info');
const { observer, flushing } = observeFunction(tableName);
const { recorder } = observer;

const handle = createHandler({
  ...streamStores(openTable(createLambdaClient(dynamo), tableName)),
  events: await openEvents(),
  // Without a queue the log line, which the handler writes in any case, is all there is.
  failures: failureQueueUrl === undefined ? () => Promise.resolve() : lazyFailureQueue(failureQueueUrl),
  logger,
  observer,
});

/** Without Redis there are no other processes to notify. */
async function openEvents(): Promise<Publisher> {
  if (config.redisUrl === undefined && config.redisUrlSecret === undefined)
    return inProcessLiveEvents().events;
  const { openRedisEvents } = await import('./redis-events.ts');
  return openRedisEvents(config, { tableName, logger, recorder });
}

function lazyFailureQueue(queueUrl: string): FailureQueue {
  let queue: FailureQueue | undefined;
  return async (keys) => {
    const { openFailureQueue } = await import('./failure-queue.ts');
    queue ??= openFailureQueue(queueUrl);
    await queue(keys);
  };
}

export const handler = flushing(handle);
