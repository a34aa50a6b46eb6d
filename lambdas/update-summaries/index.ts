import { SQSClient } from '@aws-sdk/client-sqs';
import { readDynamoConfig } from '../../backend/config.ts';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { MemberStore } from '../../backend/table/member-store.ts';
import { openTable } from '../../backend/table/table.ts';
import { sqsFailureQueue } from './failure-queue.ts';
import { createHandler } from './handler.ts';

/*
 * The Lambda's entry: wires the handler once for each cold start.
 * Environment: DDB_MESSAGE_TABLE, and FAILURE_QUEUE_URL, the SQS queue for keys of records that can never succeed.
 */

const config = readDynamoConfig(process.env);
const logger = createLogger('info');
const queueUrl = process.env['FAILURE_QUEUE_URL'];

export const handler = createHandler({
  members: new MemberStore(openTable(createDynamoClient(config), config.tableName)),
  // Without a queue the log line, which the handler writes in any case, is all there is.
  failures: queueUrl ? sqsFailureQueue(new SQSClient({}), queueUrl) : () => Promise.resolve(),
  logger,
});
