import { PredefinedMetric, ScalableTarget, ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Aws } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { INBOX_INDEX } from '../../schema/table.ts';
import type { Settings } from '../settings.ts';

/** Target use of the provisioned units: the rest is a reserve until the next step up, which takes about two minutes. */
const TARGET_PERCENT = 70;

/** Scales the provisioned units with their use, of the table and of its index: a throttled index throttles the table. */
export function scaleTable(scope: Construct, tableName: string, settings: Settings): void {
  const { readUnits, maxReadUnits, writeUnits, maxWriteUnits } = settings;
  const role = Role.fromRoleArn(
    scope,
    'ScalingRole',
    `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable`,
  );
  const resources = [
    { name: 'Table', kind: 'table', resourceId: `table/${tableName}` },
    { name: 'Inbox', kind: 'index', resourceId: `table/${tableName}/index/${INBOX_INDEX}` },
  ];
  const bounds = [
    {
      unit: 'Read',
      min: readUnits,
      max: maxReadUnits,
      metric: PredefinedMetric.DYNAMODB_READ_CAPACITY_UTILIZATION,
    },
    {
      unit: 'Write',
      min: writeUnits,
      max: maxWriteUnits,
      metric: PredefinedMetric.DYNAMODB_WRITE_CAPACITY_UTILIZATION,
    },
  ];
  for (const { name, kind, resourceId } of resources) {
    for (const { unit, min, max, metric } of bounds) {
      const target = new ScalableTarget(scope, `${name}${unit}Units`, {
        serviceNamespace: ServiceNamespace.DYNAMODB,
        scalableDimension: `dynamodb:${kind}:${unit}CapacityUnits`,
        resourceId,
        minCapacity: min,
        maxCapacity: max,
        role,
      });
      target.scaleToTrackMetric('Utilisation', { predefinedMetric: metric, targetValue: TARGET_PERCENT });
    }
  }
}
