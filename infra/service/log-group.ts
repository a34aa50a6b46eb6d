import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** The log group of a part of the service; its lines are deleted after some days. */
export function createLogGroup(scope: Construct, id: string, part: string, days: RetentionDays): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName: `/${Stack.of(scope).stackName}/${part}`,
    retention: days,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** The permissions of a writer to a log group. */
export function writeLog(logGroup: LogGroup): PolicyStatement {
  return new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  });
}
