import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { TABLE_ACCESS } from '../permissions.ts';
import type { Api } from './api.ts';
import type { Summaries } from './summaries.ts';
import type { Users } from './users.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
/** Users notice summaries that are a minute late. */
const LATE_MS = 60_000;
/** A restart causes a few 5xx responses; more is a fault. */
const MANY_SERVER_ERRORS = 10;

export interface AlarmsProps {
  readonly email: string;
  readonly tableName: string;
  readonly summaries: Summaries;
  readonly users: Users;
  readonly api: Api;
}

/** The alarms that are sent by e-mail. docs/operations.md says what to do for each. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = createAlarmTopic(this, props.email);
    const { fn } = props.summaries.function;
    const age = fn.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: MINUTE });
    this.#add('summaries-late', age, LATE_MS, { periods: 5 });
    this.#add('summaries-errors', fn.metricErrors({ period: FIVE_MINUTES }), 1);
    this.#add('summaries-throttled', fn.metricThrottles({ period: FIVE_MINUTES }), 1);
    const failures = props.summaries.failures.metricApproximateNumberOfMessagesVisible({
      statistic: Stats.MAXIMUM,
    });
    this.#add('summaries-given-up', failures, 1);
    this.#add('profiles-errors', props.users.createProfile.fn.metricErrors({ period: FIVE_MINUTES }), 1);
    this.#add('table-system-errors', systemErrors(props.tableName), 1);
    this.#add('table-throttled', throttles(props.tableName), 1, { periods: 2 });
    this.#add('api-unhealthy', props.api.targets.metrics.unhealthyHostCount(), 1, { periods: 3 });
    const answers = props.api.targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, {
      period: FIVE_MINUTES,
      statistic: Stats.SUM,
    });
    this.#add('api-errors', answers, MANY_SERVER_ERRORS);
  }

  #add(name: string, metric: IMetric, threshold: number, { periods = 1 } = {}): void {
    const alarm = new Alarm(this, name, {
      alarmName: `${Stack.of(this).stackName}-${name}`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }
}

/** The topic that sends alarms by e-mail, with a key that CloudWatch may use: it may not use AWS's own key. */
export function createAlarmTopic(scope: Construct, email: string): Topic {
  const key = new Key(scope, 'TopicKey', {
    description: 'Encrypts alarms in transit',
    enableKeyRotation: true,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  const topic = new Topic(scope, 'Topic', { masterKey: key, enforceSSL: true });
  topic.addSubscription(new EmailSubscription(email));
  return topic;
}

/** Throttled reads and writes. The SDK retries: users notice only throttling that lasts. */
function throttles(tableName: string): IMetric {
  return new MathExpression({
    expression: 'reads + writes',
    usingMetrics: {
      reads: tableMetric(tableName, 'ReadThrottleEvents', {}),
      writes: tableMetric(tableName, 'WriteThrottleEvents', {}),
    },
    label: 'throttled',
    period: FIVE_MINUTES,
  });
}

/** Failures of DynamoDB itself, added up over the operations in use: CloudWatch counts each one separately. */
function systemErrors(tableName: string): IMetric {
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
