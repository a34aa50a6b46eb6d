import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export const MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);

export interface AlarmSettings {
  readonly metric: IMetric;
  /** The alarm is raised at this value, on the side that `raisedBy` names. */
  readonly threshold: number;
  /** What an operator reads first in the e-mail. */
  readonly description: string;
  /** Default: `reaching` the threshold or more; `below` is less than it. */
  readonly raisedBy?: 'reaching' | 'below';
  /** Consecutive periods. Default: 1. */
  readonly periods?: number;
  /** Whether a metric without data is a failure. Default: no. */
  readonly missing?: 'fails' | 'passes';
}

/** Creates an alarm with the stack's name before its own. Without a topic it sends nothing. */
export function createAlarm(
  scope: Construct,
  name: string,
  settings: AlarmSettings,
  topic: Topic | undefined,
): Alarm {
  const { metric, threshold, description, raisedBy = 'reaching', periods = 1, missing = 'passes' } = settings;
  const alarm = new Alarm(scope, name, {
    alarmName: `${Stack.of(scope).stackName}-${name}`,
    alarmDescription: description,
    metric,
    threshold,
    comparisonOperator:
      raisedBy === 'below'
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods,
    treatMissingData: missing === 'fails' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  if (topic) {
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  }
  return alarm;
}
