import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { createAlarm } from '../service/alarm.ts';
import { createAlarmTopic } from '../service/alarm-topic.ts';
import { tableMetric } from '../service/metrics.ts';
import type { Settings } from '../settings.ts';
import { SHARED_ROLES, sharedValue } from '../shared-values.ts';
import { ConfigRules } from './config-rules.ts';
import { watchChanges } from './changes.ts';
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
    // The roles that access the table in normal operation.
    const knownRoleNames = SHARED_ROLES.map((name) => sharedValue(this, settings, name));
    new Trail(this, 'Trail', { tableArn, knownRoleNames, logDays: settings.logDays, topic });
    new ConfigRules(this, 'Rules', { settings, topic });
    watchChanges(this, topic);
    createAlarm(
      this,
      'table-unused',
      {
        description: 'nobody writes to the table: it costs money, or nobody can',
        metric: tableMetric(tableName, 'ConsumedWriteCapacityUnits', {}).with({ period: Duration.days(1) }),
        threshold: 1,
        raisedBy: 'below',
        periods: UNUSED_DAYS,
        missing: 'fails',
      },
      topic,
    );
  }
}
