import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, type LogGroup, MetricFilter, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { createAlarm, FIVE_MINUTES } from '../service/alarm.ts';
import { createLogGroup, writeLog } from '../service/log-group.ts';

/** Data events of the table by unknown identities. */
export const STRANGERS_METRIC = 'accesses-by-strangers';
/** How long the trail is kept. */
const TRAIL_KEPT = Duration.days(365);

export interface TrailProps {
  readonly tableArn: string;
  /** The roles of the service. Any other identity that accesses the table raises the alarm. */
  readonly knownRoleNames: readonly string[];
  readonly logDays: RetentionDays;
  /** Receives the alarm. */
  readonly topic: Topic;
}

/** A trail of changes in the account and of accesses to the table by unknown identities, which raise an alarm. */
export class Trail extends Construct {
  constructor(scope: Construct, id: string, props: TrailProps) {
    super(scope, id);
    const trailName = `${Stack.of(this).stackName}-trail`;
    const logGroup = createLogGroup(this, 'Log', props.logDays);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('cloudtrail.amazonaws.com'),
      inlinePolicies: { write: new PolicyDocument({ statements: [writeLog(logGroup)] }) },
    });
    const bucket = this.#createBucket(trailName);
    const { account, partition } = Stack.of(this);
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      s3BucketName: bucket.bucketName,
      cloudWatchLogsLogGroupArn: logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      advancedEventSelectors: eventSelectors(props, account, partition),
    });
    if (bucket.policy) trail.node.addDependency(bucket.policy);
    this.#alarmOfStrangers(logGroup, props);
  }

  #createBucket(trailName: string): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [{ expiration: TRAIL_KEPT, noncurrentVersionExpiration: TRAIL_KEPT }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(bucket, 'The trail itself records who reads it.', ['S1']);
    const { partition, region, account } = Stack.of(this);
    const trailArn = `arn:${partition}:cloudtrail:${region}:${account}:trail/${trailName}`;
    const writer = {
      principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceArn': trailArn } },
    };
    bucket.addToResourcePolicy(
      new PolicyStatement({ ...writer, actions: ['s3:GetBucketAcl'], resources: [bucket.bucketArn] }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        ...writer,
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${account}/*`)],
      }),
    );
    return bucket;
  }

  /**
   * An alarm when an unknown identity reads or writes: another role, a user, the root user. The selectors have left out
   * the service's own roles, so every data event in the log is one, except for requests of AWS services.
   */
  #alarmOfStrangers(logGroup: LogGroup, { topic }: TrailProps): void {
    const filter = new MetricFilter(this, 'Strangers', {
      logGroup,
      metricNamespace: Stack.of(this).stackName,
      metricName: STRANGERS_METRIC,
      filterPattern: FilterPattern.literal(
        '{ ($.eventSource = "dynamodb.amazonaws.com") && ($.eventCategory = "Data") && ($.userIdentity.type != "AWSService") }',
      ),
    });
    createAlarm(
      this,
      'strangers',
      {
        description: 'an identity other than the service’s roles read or wrote items, or read the stream',
        metric: filter.metric({ statistic: 'Sum', period: FIVE_MINUTES }),
        threshold: 1,
      },
      topic,
    );
  }
}

/**
 * The events to record: all changes of the account; and accesses to the items and to the stream, of the table and of
 * copies whose names begin with its name, by anyone but the service's roles. Their own are millions, each charged: $0.10
 * for 100,000.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
 */
function eventSelectors({ tableArn, knownRoleNames }: TrailProps, account: string, partition: string) {
  const sessions = knownRoleNames.map((name) => `arn:${partition}:sts::${account}:assumed-role/${name}/`);
  const dataOf = (name: string, type: string) => ({
    name,
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: [type] },
      { field: 'resources.ARN', startsWith: [tableArn] },
      { field: 'userIdentity.arn', notStartsWith: sessions },
    ],
  });
  return [
    { name: 'management', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] },
    dataOf('items', 'AWS::DynamoDB::Table'),
    dataOf('stream', 'AWS::DynamoDB::Stream'),
  ];
}
