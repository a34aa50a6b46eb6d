import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { STREAM_FILTER } from '../../schema/stream-filter.ts';
import { TableFunction } from './lambda-function.ts';
import type { Network } from './network.ts';
import { createFailureQueue, followerStatements, followStream } from './stream-follower.ts';
import type { DeployedTable } from './table-policy.ts';

/** A batch of 500 records of as many groups takes a few seconds; longer if the table throttles. */
const TIMEOUT = Duration.minutes(1);
const BATCH_SIZE = 500;

export interface SummariesProps {
  /** Absent without Valkey. */
  readonly network?: Network;
  readonly table: DeployedTable;
  /** The secret that is the URL of Valkey. Absent: the API's only process publishes by itself. */
  readonly redisUrl?: Secret;
  readonly logDays: RetentionDays;
}

/** The function that follows the table's stream, and the queue of the records that it could not handle. */
export class Summaries extends Construct {
  readonly function: TableFunction;
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: SummariesProps) {
    super(scope, id);
    const { network, table, redisUrl } = props;
    this.failures = createFailureQueue(this);
    this.function = new TableFunction(this, 'Function', 'update-summaries', {
      ...(network && { network }),
      table,
      timeout: TIMEOUT,
      logDays: props.logDays,
      environment: {
        FAILURE_QUEUE_URL: this.failures.queueUrl,
        ...(redisUrl && { REDIS_URL_SECRET: redisUrl.secretArn }),
      },
      statements: [
        ...followerStatements(table, this.failures),
        // A setting of the function would be readable by everyone who may describe functions.
        ...(redisUrl
          ? [
              new PolicyStatement({
                actions: ['secretsmanager:GetSecretValue'],
                resources: [redisUrl.secretArn],
              }),
            ]
          : []),
      ],
    });
    /*
     * Only what members write to messages, reactions and pins: the function's own writes do not invoke it. With more than one
     * batch of a shard at a time, the messages of a busy group would be in many batches at once, each of which writes the same summary.
     */
    const { eventNames, sortKeyPrefixes, sortKeys } = STREAM_FILTER;
    const S = [...sortKeyPrefixes.map((prefix) => ({ prefix })), ...sortKeys];
    const pattern = { eventName: eventNames, dynamodb: { Keys: { sk: { S } } } };
    const { failures } = this;
    followStream(this, this.function, { table, failures, patterns: [pattern], batchSize: BATCH_SIZE });
  }
}
