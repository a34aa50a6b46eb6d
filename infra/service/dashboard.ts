import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { MINUTE } from './alarm.ts';
import type { Api } from './api.ts';
import { appMetric, INBOX_DIMENSION, tableMetric } from './metrics.ts';
import { OBJECTIVE_NAMES, OBJECTIVES, type Objectives } from './objectives.ts';
import type { Summaries } from './summaries.ts';

const WIDTH = 12;
const THIRD = 8;
const FULL = 24;
const HOUR = Duration.hours(1);

export interface DashboardProps {
  readonly tableName: string;
  readonly api: Api;
  readonly summaries: Summaries;
  readonly objectives: Objectives;
}

/** One screen, from the outside in: the objectives, what users experience, the parts that serve them, and their cost. */
export function createDashboard(scope: Construct, props: DashboardProps): void {
  new Dashboard(scope, 'Dashboard', { dashboardName: Stack.of(scope).stackName }).addWidgets(
    new TextWidget({
      markdown:
        '**Objectives**: bad outcomes in each hour. The line is what the objective allows on average.',
      width: FULL,
      height: 1,
    }),
    ...ofObjectives(props),
    ...ofRequests(props),
    ...ofSummaries(props),
    ...ofTable(props),
  );
}

function ofObjectives({ objectives }: DashboardProps): GraphWidget[] {
  return OBJECTIVE_NAMES.map((name) => {
    const allowed = Math.round((1 - OBJECTIVES[name].target) * 10_000) / 100;
    return new GraphWidget({
      title: `${name}: ${100 - allowed} % in 30 days`,
      left: [objectives.badPercent(name, HOUR)],
      leftAnnotations: [{ value: allowed, label: 'allowed' }],
      leftYAxis: { min: 0 },
      width: THIRD,
    });
  });
}

function ofRequests({ api, tableName }: DashboardProps): GraphWidget[] {
  const { metrics } = api.targets;
  const time = (statistic: string) =>
    metrics.targetResponseTime({ statistic, label: statistic, period: MINUTE });
  const sent = (statistic: string) =>
    appMetric(tableName, 'sendDuration', { dimensions: { Outcome: 'ok' }, statistic, period: MINUTE });
  return [
    graph('Requests', [
      metrics.requestCount({ period: MINUTE }),
      metrics.httpCodeTarget(HttpCodeTarget.TARGET_4XX_COUNT, { period: MINUTE }),
      metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: MINUTE }),
      api.loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: MINUTE }),
    ]),
    graph('Response time (s)', [time(Stats.p(50)), time(Stats.p(99))]),
    graph('Sends (ms)', [sent(Stats.p(50)), sent(Stats.p(99))]),
    graph('Containers: CPU and memory (%)', [
      api.service.metricCpuUtilization(),
      api.service.metricMemoryUtilization(),
    ]),
    graph('Containers that are healthy', [metrics.healthyHostCount({ period: MINUTE })]),
    graph('Open event streams', [appMetric(tableName, 'openStreams', { period: MINUTE })]),
  ];
}

function ofSummaries({ summaries, tableName }: DashboardProps): GraphWidget[] {
  const { fn } = summaries.function;
  const p99 = { statistic: Stats.p(99), period: MINUTE };
  return [
    graph('Summaries and events: how late (ms)', [
      fn.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: MINUTE }),
      appMetric(tableName, 'summaryLag', p99),
      appMetric(tableName, 'eventLag', p99),
    ]),
    graph('Summaries: errors, throttles, given up', [
      fn.metricErrors(),
      fn.metricThrottles(),
      summaries.failures.metricApproximateNumberOfMessagesVisible(),
      appMetric(tableName, 'publishesLost'),
    ]),
  ];
}

function ofTable({ tableName }: DashboardProps): GraphWidget[] {
  return [
    graph('Table: units used', [
      tableMetric(tableName, 'ConsumedReadCapacityUnits', {}),
      tableMetric(tableName, 'ConsumedWriteCapacityUnits', {}),
      tableMetric(tableName, 'ConsumedReadCapacityUnits', INBOX_DIMENSION),
      tableMetric(tableName, 'ConsumedWriteCapacityUnits', INBOX_DIMENSION),
    ]),
    graph('Table: throttles and conflicts', [
      tableMetric(tableName, 'ReadThrottleEvents', {}),
      tableMetric(tableName, 'WriteThrottleEvents', {}),
      tableMetric(tableName, 'ReadThrottleEvents', INBOX_DIMENSION),
      tableMetric(tableName, 'WriteThrottleEvents', INBOX_DIMENSION),
      tableMetric(tableName, 'TransactionConflict', {}),
      appMetric(tableName, 'appendConflicts'),
    ]),
  ];
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: WIDTH });
}
