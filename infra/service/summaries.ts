import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { STREAM_FILTER } from '../../schema/stream-filter.ts';
import { acknowledge } from '../acknowledge.ts';
import { STREAM_ACTIONS } from '../permissions.ts';
import { TableFunction } from './lambda-function.ts';
import type { Network } from './network.ts';
import type { DeployedTable } from './table-policy.ts';

/** A batch of 500 records of as many groups takes a few seconds; longer if the table throttles. */
const TIMEOUT = Duration.minutes(1);
/** The maximum of SQS: time to see the alarm and to rebuild the summaries. */
const FAILURES_KEPT = Duration.days(14);

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
    this.failures = new Queue(this, 'Failures', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: FAILURES_KEPT,
    });
    acknowledge(this.failures, 'It is the queue of failures itself; only people consume it.', ['SQS3']);
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
        new PolicyStatement({
          actions: STREAM_ACTIONS.map((action) => `dynamodb:${action}`),
          resources: [table.streamArn],
        }),
        new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: [`${table.tableArn}/stream/*`] }),
        // For records that the handler skips, and batches that Lambda gives up.
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failures.queueArn] }),
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
    const streams = `arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${table.tableName}/stream/*`;
    acknowledge(this.function.role, 'Listing streams has no stream as its resource.', [
      `IAM5[Resource::${streams}]`,
    ]);
    this.#follow(table.streamArn);
  }

  /**
   * Only what members write to messages, reactions and pins: the function's own writes do not invoke it. One batch of a
   * shard at a time: Lambda keeps the order of an item's records, not of a group's, so with more lanes the messages of a busy group
   * are in many batches at once, and each of them writes the same summary. A fault is retried until the records are half
   * as old as the stream keeps them; then the batch's position goes to the queue.
   */
  #follow(streamArn: string): void {
    const { eventNames, sortKeyPrefixes, sortKeys } = STREAM_FILTER;
    const S = [...sortKeyPrefixes.map((prefix) => ({ prefix })), ...sortKeys];
    const pattern = { eventName: eventNames, dynamodb: { Keys: { sk: { S } } } };
    new CfnEventSourceMapping(this, 'Stream', {
      functionName: this.function.fn.functionName,
      eventSourceArn: streamArn,
      startingPosition: 'TRIM_HORIZON',
      filterCriteria: { filters: [{ pattern: JSON.stringify(pattern) }] },
      batchSize: 500,
      maximumBatchingWindowInSeconds: 1,
      parallelizationFactor: 1,
      functionResponseTypes: ['ReportBatchItemFailures'],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: Duration.hours(12).toSeconds(),
      destinationConfig: { onFailure: { destination: this.failures.queueArn } },
    });
  }
}
