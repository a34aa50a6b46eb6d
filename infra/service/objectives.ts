import { Duration, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  type IMetric,
  MathExpression,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Outcome } from '../../backend/metrics/catalogue.ts';
import { createAlarm } from './alarm.ts';
import type { Api } from './api.ts';
import { appMetric } from './metrics.ts';

/** The service level objectives, each as the share of good outcomes in 30 days. docs/operations.md explains them. */
export const OBJECTIVES = {
  /** Requests that are not answered by a 5xx. */
  availability: { target: 0.999 },
  /** Acknowledged messages that were acknowledged within this time. */
  sends: { target: 0.99, withinMs: 500 },
  /** Messages, edits and deletions that are written to their readers' event streams within this time. */
  delivery: { target: 0.99, withinMs: 2_000 },
} as const;

export type ObjectiveName = keyof typeof OBJECTIVES;

/**
 * How fast an error budget is spent, as a multiple of the rate that would spend it in 30 days. The fast pair has spent 2 %
 * of it in an hour, the slow one 5 % in six. The short window ends the alarm soon after the failures end.
 * Google, The Site Reliability Workbook, chapter 5, table 5-8.
 */
const BURNS = [
  { speed: 'fast', rate: 14.4, long: Duration.hours(1), short: Duration.minutes(5) },
  { speed: 'slow', rate: 6, long: Duration.hours(6), short: Duration.minutes(30) },
] as const;
/** With fewer outcomes in the window a single failure would look like an outage. */
const MIN_OUTCOMES = 50;

/** Sends that failed are responses of 5xx, which the availability counts. */
const SENT: Outcome = 'ok';

/** Outcomes in a period, as parts of a metric expression. */
interface Outcomes {
  /** Expressions of bad and of all outcomes. */
  readonly bad: string;
  readonly all: string;
  readonly metrics: Record<string, IMetric>;
}

export interface ObjectivesProps {
  readonly topic: Topic;
  readonly tableName: string;
  readonly api: Api;
  /** Without alarms the objectives are on the dashboard alone. */
  readonly alarms: boolean;
}

/** The objectives' alarms: an e-mail when an error budget is being spent too fast, whatever the cause. */
export class Objectives extends Construct {
  readonly #props: ObjectivesProps;

  constructor(scope: Construct, id: string, props: ObjectivesProps) {
    super(scope, id);
    this.#props = props;
    if (!props.alarms) return;
    for (const name of OBJECTIVE_NAMES) for (const burn of BURNS) this.#watch(name, burn);
  }

  /** Per cent of bad outcomes in each period. */
  badPercent(name: ObjectiveName, period: Duration): MathExpression {
    const { bad, all, metrics } = outcomesOf(name, this.#props, period);
    return new MathExpression({
      expression: `IF(${all} < ${MIN_OUTCOMES}, 0, 100 * (${bad}) / (${all}))`,
      usingMetrics: metrics,
      label: `${name}: bad outcomes (%)`,
      period,
    });
  }

  #watch(name: ObjectiveName, { speed, rate, long, short }: (typeof BURNS)[number]): void {
    const threshold = percent(rate * (1 - OBJECTIVES[name].target));
    const part = (window: string, period: Duration): Alarm =>
      createAlarm(
        this,
        `${name}-${speed}-${window}`,
        {
          description: `part of ${name}-${speed}, which sends the e-mail`,
          metric: this.badPercent(name, period),
          threshold,
        },
        undefined,
      );
    const rules = [part('long', long), part('short', short)].map((alarm) =>
      AlarmRule.fromAlarm(alarm, AlarmState.ALARM),
    );
    const composite = new CompositeAlarm(this, `${name}-${speed}`, {
      compositeAlarmName: `${Stack.of(this).stackName}-${name}-${speed}`,
      alarmDescription: `the error budget of ${name} is spent ${rate} times too fast`,
      alarmRule: AlarmRule.allOf(...rules),
    });
    composite.addAlarmAction(new SnsAction(this.#props.topic));
    composite.addOkAction(new SnsAction(this.#props.topic));
  }
}

export const OBJECTIVE_NAMES = Object.keys(OBJECTIVES) as readonly ObjectiveName[];

/** Rounds a share to hundredths of a per cent: binary fractions would be in the templates otherwise. */
function percent(share: number): number {
  return Math.round(share * 10_000) / 100;
}

function outcomesOf(name: ObjectiveName, { api, tableName }: ObjectivesProps, period: Duration): Outcomes {
  switch (name) {
    case 'availability':
      return responses(api, period);
    case 'sends':
      return late(tableName, 'sendDuration', { Outcome: SENT }, OBJECTIVES.sends.withinMs, period);
    case 'delivery':
      return late(tableName, 'eventLag', {}, OBJECTIVES.delivery.withinMs, period);
  }
}

/** Responses of the load balancer: its own failures and those of the containers. Without failures there is no data. */
function responses({ loadBalancer }: Api, period: Duration): Outcomes {
  const sum = { period, statistic: Stats.SUM };
  return {
    bad: 'FILL(own, 0) + FILL(theirs, 0)',
    // A request that the load balancer refuses itself is not counted as one.
    all: 'FILL(requests, 0) + FILL(own, 0)',
    metrics: {
      requests: loadBalancer.metrics.requestCount(sum),
      own: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, sum),
      theirs: loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, sum),
    },
  };
}

/** Durations above a limit: CloudWatch gives the per cent of values that are not (`PR`). */
function late(
  tableName: string,
  id: 'sendDuration' | 'eventLag',
  dimensions: Readonly<Record<string, string>>,
  withinMs: number,
  period: Duration,
): Outcomes {
  const metric = (statistic: string) => appMetric(tableName, id, { dimensions, statistic, period });
  return {
    bad: 'FILL(count, 0) * (100 - FILL(intime, 100)) / 100',
    all: 'FILL(count, 0)',
    metrics: { count: metric(Stats.SAMPLE_COUNT), intime: metric(Stats.percentileRank(withinMs)) },
  };
}
