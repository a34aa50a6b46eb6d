import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmBehavior } from 'aws-cdk-lib/aws-ecs';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { Api } from './api.ts';

const MINUTE = Duration.minutes(1);
/** Minutes in a row with too many failures, or too late responses, that end a release. */
const PERIODS = 2;
/** Of all responses, in per cent; a release replaces containers without a failed response. */
const FAILED_PERCENT = 5;
/** One failure of a quiet night is no pattern. */
const FEWEST_FAILURES = 5;
/** The slowest hundredth of responses, in seconds; a send takes a hundredth of it. */
const LATE_S = 2;

/**
 * Rolls a release of the API back when its responses fail or come late: while its containers replace the earlier ones, and
 * then for the time that Amazon ECS derives from the alarms' periods. They notify nobody, because other alarms do.
 */
export function rollBackOnAlarms(scope: Construct, { targets, service }: Api): void {
  const { metrics } = targets;
  const failed = new MathExpression({
    expression: `IF(failures >= ${FEWEST_FAILURES}, 100 * failures / requests, 0)`,
    usingMetrics: {
      failures: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { statistic: Stats.SUM }),
      requests: metrics.requestCount({ statistic: Stats.SUM }),
    },
    label: 'failed responses (%)',
    period: MINUTE,
  });
  const late = metrics.targetResponseTime({ statistic: Stats.p(99), period: MINUTE });
  const alarms = [
    { name: 'release-fails', metric: failed, threshold: FAILED_PERCENT },
    { name: 'release-is-slow', metric: late, threshold: LATE_S },
  ].map(({ name, ...props }) => {
    const alarmName = `${Stack.of(scope).stackName}-${name}`;
    const alarm = new Alarm(scope, name, {
      ...props,
      alarmName,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: PERIODS,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    // The service names its alarms, and they must exist before it does.
    service.node.addDependency(alarm);
    return alarmName;
  });
  service.enableDeploymentAlarms(alarms, { behavior: AlarmBehavior.ROLLBACK_ON_ALARM });
}
