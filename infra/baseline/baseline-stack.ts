import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import { createAlarmTopic, tableMetric } from '../service/alarms.ts';
import type { Settings } from '../settings.ts';
import { SHARED_ROLES, sharedValue } from '../shared-values.ts';
import { ConfigRules } from './config-rules.ts';
import { Trail } from './trail.ts';

/** A table without writes for this many days is not in use: it costs money, and can only be read. */
const UNUSED_DAYS = 3;

export interface BaselineProps extends StackProps {
  readonly settings: Settings;
}

/** Monitoring of the account, apart from the service: who read the table, and whether its configuration is unchanged. */
export class BaselineStack extends Stack {
  constructor(scope: Construct, id: string, props: BaselineProps) {
    super(scope, id, props);
    const { settings } = props;
    const { tableName } = settings;
    const topic = createAlarmTopic(this, settings.alarmEmail);
    const tableArn = this.formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName });
    // The roles that read the table in normal operation.
    const knownRoleArns = SHARED_ROLES.map((name) => sharedValue(this, settings, name));
    new Trail(this, 'Trail', { tableArn, knownRoleArns, logDays: settings.logDays, topic });
    new ConfigRules(this, 'Rules', { settings });
    new Alarm(this, 'Unused', {
      alarmName: `${this.stackName}-table-unused`,
      metric: tableMetric(tableName, 'ConsumedWriteCapacityUnits', {}).with({ period: Duration.days(1) }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: UNUSED_DAYS,
      treatMissingData: TreatMissingData.BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  }
}
