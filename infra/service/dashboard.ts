import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { INBOX_INDEX } from '../../schema/table.ts';
import { tableMetric } from './alarms.ts';
import type { Api } from './api.ts';
import type { Summaries } from './summaries.ts';

const MINUTE = Duration.minutes(1);
const WIDTH = 12;

export interface DashboardProps {
  readonly tableName: string;
  readonly api: Api;
  readonly summaries: Summaries;
}

/** One screen, from the outside in: what users experience, the parts that serve them, and their cost. */
export function createDashboard(scope: Construct, props: DashboardProps): void {
  const { api, summaries, tableName } = props;
  const { metrics } = api.targets;
  const { fn } = summaries.function;
  const time = (statistic: string) =>
    metrics.targetResponseTime({ statistic, label: statistic, period: MINUTE });
  const index = { GlobalSecondaryIndexName: INBOX_INDEX };
  new Dashboard(scope, 'Dashboard', { dashboardName: Stack.of(scope).stackName }).addWidgets(
    graph('Requests', [
      metrics.requestCount({ period: MINUTE }),
      metrics.httpCodeTarget(HttpCodeTarget.TARGET_4XX_COUNT, { period: MINUTE }),
      metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: MINUTE }),
    ]),
    graph('Response time (s)', [time(Stats.p(50)), time(Stats.p(99))]),
    graph('Containers: CPU and memory (%)', [
      api.service.metricCpuUtilization(),
      api.service.metricMemoryUtilization(),
    ]),
    graph('Summaries: how late (ms)', [
      fn.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: MINUTE }),
      fn.metricDuration({ statistic: Stats.p(99), period: MINUTE }),
    ]),
    graph('Summaries: errors, throttles, given up', [
      fn.metricErrors(),
      fn.metricThrottles(),
      summaries.failures.metricApproximateNumberOfMessagesVisible(),
    ]),
    graph('Table: units used', [
      tableMetric(tableName, 'ConsumedReadCapacityUnits', {}),
      tableMetric(tableName, 'ConsumedWriteCapacityUnits', {}),
      tableMetric(tableName, 'ConsumedReadCapacityUnits', index),
      tableMetric(tableName, 'ConsumedWriteCapacityUnits', index),
    ]),
    graph('Table: throttles and conflicts', [
      tableMetric(tableName, 'ReadThrottleEvents', {}),
      tableMetric(tableName, 'WriteThrottleEvents', {}),
      tableMetric(tableName, 'TransactionConflict', {}),
    ]),
  );
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: WIDTH });
}
