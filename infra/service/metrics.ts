import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, type MetricId, NAMESPACE, TABLE_DIMENSION } from '../../backend/metrics/catalogue.ts';
import { INBOX_INDEX } from '../../schema/table.ts';
import { TABLE_ACCESS } from '../permissions.ts';

const FIVE_MINUTES = Duration.minutes(5);
/** The dimension of the index, for metrics that DynamoDB reports for it. */
export const INBOX_DIMENSION = { GlobalSecondaryIndexName: INBOX_INDEX };

export interface MetricOptions {
  /** Values of the metric's own dimensions. */
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly statistic?: string;
  readonly period?: Duration;
}

/** A metric that the application publishes itself. Default: the sum of five minutes. */
export function appMetric(
  tableName: string,
  id: MetricId,
  { dimensions = {}, statistic = Stats.SUM, period = FIVE_MINUTES }: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: METRICS[id].name,
    dimensionsMap: { [TABLE_DIMENSION]: tableName, ...dimensions },
    statistic,
    period,
  });
}

/** A metric of the table: the sum of five minutes. */
export function tableMetric(
  tableName: string,
  metricName: string,
  dimensions: Readonly<Record<string, string>>,
): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: tableName, ...dimensions },
    statistic: Stats.SUM,
    period: FIVE_MINUTES,
  });
}

/** Throttled reads and writes, of the table or of its index. The SDK retries: users notice only throttling that lasts. */
export function throttles(tableName: string, dimensions: Readonly<Record<string, string>>): IMetric {
  return new MathExpression({
    expression: 'FILL(reads, 0) + FILL(writes, 0)',
    usingMetrics: {
      reads: tableMetric(tableName, 'ReadThrottleEvents', dimensions),
      writes: tableMetric(tableName, 'WriteThrottleEvents', dimensions),
    },
    label: 'throttled',
    period: FIVE_MINUTES,
  });
}

/** Failures of DynamoDB itself, added up over the operations in use: CloudWatch counts each one separately. */
export function systemErrors(tableName: string): IMetric {
  const operations = ['TransactWriteItems', ...Object.values(TABLE_ACCESS).flatMap(({ table }) => table)];
  const metrics = [...new Set(operations)].map(
    (operation) =>
      [
        operation.charAt(0).toLowerCase() + operation.slice(1),
        tableMetric(tableName, 'SystemErrors', { Operation: operation }),
      ] as const,
  );
  return new MathExpression({
    expression: 'SUM(METRICS())',
    usingMetrics: Object.fromEntries(metrics),
    label: 'system errors',
    period: FIVE_MINUTES,
  });
}
