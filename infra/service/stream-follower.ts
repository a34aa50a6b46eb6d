import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { STREAM_ACTIONS } from '../permissions.ts';
import type { TableFunction } from './lambda-function.ts';
import type { DeployedTable } from './table-policy.ts';

/* What the functions that follow the table's stream have in common. */

/** The maximum of SQS: time to see the alarm and to repair what was missed. */
const FAILURES_KEPT = Duration.days(14);

/** Creates the queue of what a function could not handle. */
export function createFailureQueue(scope: Construct): Queue {
  const queue = new Queue(scope, 'Failures', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: FAILURES_KEPT,
  });
  acknowledge(queue, 'It is the queue of failures itself; only people consume it.', ['SQS3']);
  return queue;
}

/** Statements for following the stream, and for the queue: what the handler skips, and batches that Lambda gives up. */
export function followerStatements(table: DeployedTable, failures: Queue): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: STREAM_ACTIONS.map((action) => `dynamodb:${action}`),
      resources: [table.streamArn],
    }),
    new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: [`${table.tableArn}/stream/*`] }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
  ];
}

export interface FollowProps {
  readonly table: DeployedTable;
  readonly failures: Queue;
  /** Which records invoke the function: those that match one of these. */
  readonly patterns: readonly object[];
  readonly batchSize: number;
}

/**
 * Has a function with `followerStatements` follow the stream. One batch of a shard at a time: Lambda keeps the order of an
 * item's records, not of a group's. A fault is retried until the records are half as old as the stream keeps them; then the
 * batch's position goes to the queue.
 */
export function followStream(scope: Construct, follower: TableFunction, props: FollowProps): void {
  const { table, failures, patterns, batchSize } = props;
  const streams = `arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${table.tableName}/stream/*`;
  acknowledge(follower.role, 'Listing streams has no stream as its resource.', [
    `IAM5[Resource::${streams}]`,
  ]);
  new CfnEventSourceMapping(scope, 'Stream', {
    functionName: follower.fn.functionName,
    eventSourceArn: table.streamArn,
    startingPosition: 'TRIM_HORIZON',
    filterCriteria: { filters: patterns.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
    batchSize,
    maximumBatchingWindowInSeconds: 1,
    parallelizationFactor: 1,
    functionResponseTypes: ['ReportBatchItemFailures'],
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: Duration.hours(12).toSeconds(),
    destinationConfig: { onFailure: { destination: failures.queueArn } },
  });
}
