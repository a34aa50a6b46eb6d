import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { MetricId } from '../../backend/metrics/catalogue.ts';
import { type AlarmSettings, createAlarm, FIVE_MINUTES, MINUTE } from './alarm.ts';
import { createAlarmTopic, notify } from './alarm-topic.ts';
import type { Api } from './api.ts';
import type { Cache } from './cache.ts';
import { appMetric, INBOX_DIMENSION, systemErrors, throttles } from './metrics.ts';
import type { Files } from './files.ts';
import type { Summaries } from './summaries.ts';
import type { Users } from './users.ts';

/** Users notice summaries that are a minute late. */
const LATE_MS = 60_000;
/** A restart causes a few 5xx responses; more is a fault. */
const MANY_SERVER_ERRORS = 10;
/** Seconds. A request of the API takes some ten milliseconds. */
const SLOW_S = 1;
/** Per cent of CPU or memory that leave no reserve. */
const BUSY_PERCENT = 85;
const FULL_PERCENT = 80;
/** ACM renews 60 days before the end, and cannot when the domain's record is gone. */
const CERTIFICATE_DAYS = 30;

export interface AlarmsProps {
  readonly alarmEmail: string;
  readonly tableName: string;
  readonly tableArn: string;
  readonly summaries: Summaries;
  /** Absent where a replica signs users in, but nobody up. */
  readonly users: Users | undefined;
  readonly api: Api;
  /** Absent: one task, without Valkey. */
  readonly cache: Cache | undefined;
  /** Absent: messages have no files. */
  readonly files: Files | undefined;
  readonly certificateArn: string;
  readonly minTasks: number;
  readonly maxTasks: number;
  /** Whether texts are encrypted with a key of KMS. */
  readonly encryptsTexts: boolean;
}

/** The alarms that are sent by e-mail. docs/operations.md says what to do for each. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = createAlarmTopic(this, props.alarmEmail);
    this.#ofEntrance(props);
    this.#ofTasks(props);
    this.#ofSummaries(props);
    if (props.files) this.#ofFiles(props.files);
    if (props.users) this.#ofSignUps(props, props.users);
    this.#ofTable(props);
    this.#ofBackups(props);
    if (props.cache) this.#ofCache(props.cache);
    if (props.cache) this.#ofApp(props, 'publishes-lost', 'publishesLost', 'events do not reach Valkey', 2);
    if (props.encryptsTexts)
      this.#ofApp(props, 'texts-key', 'keyFailures', 'KMS refuses the key of the texts', 1);
  }

  #add(name: string, settings: AlarmSettings): void {
    createAlarm(this, name, settings, this.topic);
  }

  /** The load balancer. It reports no target that is healthy as no data, and a fault of its own not as one of a target. */
  #ofEntrance({ api, certificateArn }: AlarmsProps): void {
    const { targets, loadBalancer } = api;
    const sum = { period: FIVE_MINUTES, statistic: Stats.SUM };
    this.#add('api-gone', {
      description: 'no container is healthy: the service is down',
      metric: targets.metrics.healthyHostCount({ period: MINUTE, statistic: Stats.MAXIMUM }),
      threshold: 1,
      raisedBy: 'below',
      periods: 3,
      missing: 'fails',
    });
    this.#add('api-unhealthy', {
      description: 'a container does not pass its health checks',
      metric: targets.metrics.unhealthyHostCount({ period: MINUTE, statistic: Stats.MAXIMUM }),
      threshold: 1,
      periods: 3,
    });
    this.#add('api-errors', {
      description: 'the API responds with 5xx',
      metric: targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, sum),
      threshold: MANY_SERVER_ERRORS,
    });
    this.#add('balancer-errors', {
      description: 'the load balancer itself responds with 5xx: no container took the request in time',
      metric: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, sum),
      threshold: MANY_SERVER_ERRORS,
    });
    this.#add('api-slow', {
      description: 'one request in a hundred takes more than a second',
      metric: targets.metrics.targetResponseTime({ period: FIVE_MINUTES, statistic: Stats.p(99) }),
      threshold: SLOW_S,
      periods: 3,
    });
    this.#add('certificate-expires', {
      description: 'the certificate was not renewed',
      metric: new Metric({
        namespace: 'AWS/CertificateManager',
        metricName: 'DaysToExpiry',
        dimensionsMap: { CertificateArn: certificateArn },
        statistic: Stats.MINIMUM,
        period: Duration.days(1),
      }),
      threshold: CERTIFICATE_DAYS,
      raisedBy: 'below',
    });
  }

  #ofTasks({ api, minTasks, maxTasks }: AlarmsProps): void {
    const average = { period: FIVE_MINUTES, statistic: Stats.AVERAGE };
    const busy = { threshold: BUSY_PERCENT, periods: 3 };
    this.#add('api-cpu', {
      ...busy,
      description: 'the containers have no CPU left',
      metric: api.service.metricCpuUtilization(average),
    });
    this.#add('api-memory', {
      ...busy,
      description: 'the containers have little memory left',
      metric: api.service.metricMemoryUtilization(average),
    });
    if (maxTasks === minTasks) return;
    this.#add('api-at-maximum', {
      description: 'as many containers run as are allowed: no further load can be taken',
      metric: api.targets.metrics.healthyHostCount({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM }),
      threshold: maxTasks,
      periods: 3,
    });
  }

  #ofSummaries({ summaries }: AlarmsProps): void {
    const { fn } = summaries.function;
    this.#add('summaries-late', {
      description: 'the stream’s function is over a minute behind',
      metric: fn.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: MINUTE }),
      threshold: LATE_MS,
      periods: 5,
    });
    this.#add('summaries-errors', {
      description: 'the stream’s function failed as a whole',
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      threshold: 1,
    });
    this.#add('summaries-throttled', {
      description: 'Lambda refuses to run the stream’s function',
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 1,
    });
    this.#add('summaries-given-up', {
      description: 'the failure queue is not empty',
      metric: summaries.failures.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      threshold: 1,
    });
  }

  #ofFiles({ failures, remover }: Files): void {
    this.#add('files-errors', {
      description: 'the function that deletes files failed as a whole',
      metric: remover.fn.metricErrors({ period: FIVE_MINUTES }),
      threshold: 1,
    });
    this.#add('files-given-up', {
      description: 'the files of deleted messages could not be deleted',
      metric: failures.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      threshold: 1,
    });
  }

  /** The function catches its failures, so that users can sign in: they are no errors of Lambda's. */
  #ofSignUps(props: AlarmsProps, { createProfile: { fn } }: Users): void {
    this.#ofApp(props, 'profiles-not-written', 'profilesNotWritten', 'users signed up and got no profile', 1);
    this.#add('profiles-errors', {
      description: 'the function of sign-ups failed as a whole: sign-ups are refused',
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      threshold: 1,
    });
    this.#add('profiles-throttled', {
      description: 'Lambda refuses to run the function of sign-ups: sign-ups are refused',
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 1,
    });
  }

  #ofTable({ tableName }: AlarmsProps): void {
    this.#add('table-system-errors', {
      description: 'DynamoDB had internal failures',
      metric: systemErrors(tableName),
      threshold: 1,
    });
    this.#add('table-throttled', {
      description: 'DynamoDB refuses reads or writes of the table',
      metric: throttles(tableName, {}),
      threshold: 1,
      periods: 2,
    });
    this.#add('index-throttled', {
      description: 'DynamoDB refuses reads of the index, or writes of the table because of the index',
      metric: throttles(tableName, INBOX_DIMENSION),
      threshold: 1,
      periods: 2,
    });
  }

  /** A copy that was not made: the plan makes one each day. https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html */
  #ofBackups({ tableArn }: AlarmsProps): void {
    notify(this, 'Backups', this.topic, {
      description: 'A backup of the table failed',
      events: {
        source: ['aws.backup'],
        detailType: ['Backup Job State Change'],
        detail: { state: ['ABORTED', 'EXPIRED', 'FAILED'], resourceArn: [tableArn] },
      },
      text: RuleTargetInput.fromText(
        `A backup of the table ended as ${EventField.fromPath('$.detail.state')}: ` +
          `${EventField.fromPath('$.detail.statusMessage')}. See docs/operations.md, alarms.`,
      ),
    });
  }

  /** Each node reports each minute: none is left if there is no data. */
  #ofCache({ nodeIds }: Cache): void {
    for (const [index, CacheClusterId] of nodeIds.entries()) {
      const metric = (metricName: string) =>
        new Metric({
          namespace: 'AWS/ElastiCache',
          metricName,
          dimensionsMap: { CacheClusterId },
          statistic: Stats.MAXIMUM,
          period: FIVE_MINUTES,
        });
      this.#add(`valkey-${index + 1}-memory`, {
        description: 'Valkey is full, or does not run',
        metric: metric('DatabaseMemoryUsagePercentage'),
        threshold: FULL_PERCENT,
        periods: 2,
        missing: 'fails',
      });
      this.#add(`valkey-${index + 1}-cpu`, {
        description: 'Valkey has no CPU left: events are late',
        metric: metric('EngineCPUUtilization'),
        threshold: BUSY_PERCENT,
        periods: 3,
      });
    }
  }

  #ofApp({ tableName }: AlarmsProps, name: string, id: MetricId, description: string, periods: number): void {
    this.#add(name, { description, metric: appMetric(tableName, id), threshold: 1, periods });
  }
}
