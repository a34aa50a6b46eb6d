import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readStreamConfig } from '../../backend/config.ts';
import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import { openPublisher } from '../../backend/events/live-events.ts';
import { createLogger } from '../../backend/logger.ts';
import { openTable } from '../../backend/table/table.ts';
import { createLambdaClient } from '../dynamo-client.ts';
import { observeFunction } from '../observe.ts';
import { sqsFailureQueue } from './failure-queue.ts';
import { createHandler } from './handler.ts';
import { findRedisUrl } from './redis-url.ts';
import { streamStores } from './stores.ts';

/*
 * The Lambda's entry: wires the handler once for each cold start.
 * Environment: DDB_MESSAGE_TABLE; FAILURE_QUEUE_URL, the SQS queue for keys of records that can never succeed; and
 * REDIS_URL, through which the API's processes receive events, or REDIS_URL_SECRET, the secret that has it.
 */

const config = readStreamConfig(process.env);
const { dynamo, failureQueueUrl } = config;
const url = await findRedisUrl(config, () => new SecretsManagerClient({}));
const logger = createLogger('info');
const { tableName } = dynamo;
const table = openTable(createLambdaClient(dynamo), tableName);
const { observer, flushing } = observeFunction(tableName);
const { recorder } = observer;

const handle = createHandler({
  ...streamStores(table),
  // Without Redis there are no other processes to notify.
  events:
    url === undefined ? inProcessLiveEvents().events : openPublisher({ url, tableName, logger, recorder }),
  // Without a queue the log line, which the handler writes in any case, is all there is.
  failures:
    failureQueueUrl === undefined
      ? () => Promise.resolve()
      : sqsFailureQueue(new SQSClient({}), failureQueueUrl),
  logger,
  observer,
});

export const handler = flushing(handle);
