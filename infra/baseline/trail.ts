import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, type LogGroup, MetricFilter, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { createLogGroup, writeLog } from '../service/log-group.ts';

/** How long the trail is kept. */
const TRAIL_KEPT = Duration.days(365);

export interface TrailProps {
  readonly tableArn: string;
  /** Receives an alarm when any other identity reads the table. */
  readonly knownRoleArns: readonly string[];
  readonly logDays: RetentionDays;
  readonly topic: Topic;
}

/** A trail of changes in the account and of every read and write of the table, with an alarm when a stranger reads it. */
export class Trail extends Construct {
  constructor(scope: Construct, id: string, props: TrailProps) {
    super(scope, id);
    const trailName = `${Stack.of(this).stackName}-trail`;
    const logGroup = createLogGroup(this, 'Log', 'trail', props.logDays);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('cloudtrail.amazonaws.com'),
      inlinePolicies: { write: new PolicyDocument({ statements: [writeLog(logGroup)] }) },
    });
    const bucket = this.#createBucket(trailName);
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      s3BucketName: bucket.bucketName,
      cloudWatchLogsLogGroupArn: logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      advancedEventSelectors: eventSelectors(props.tableArn),
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

  /** An alarm for reads by unknown identities: another role, a user, the root user. AWS services do not count. */
  #alarmOfStrangers(logGroup: LogGroup, { knownRoleArns, topic }: TrailProps): void {
    const issuer = '$.userIdentity.sessionContext.sessionIssuer.arn';
    const strange = knownRoleArns.map((arn) => `(${issuer} != "${arn}")`).join(' && ');
    const pattern =
      '{ ($.eventSource = "dynamodb.amazonaws.com") && ($.eventCategory = "Data") && ($.readOnly IS TRUE) && ' +
      `($.userIdentity.type != "AWSService") && ((${issuer} NOT EXISTS) || (${strange})) }`;
    const metricNamespace = Stack.of(this).stackName;
    const filter = new MetricFilter(this, 'Strangers', {
      logGroup,
      metricNamespace,
      metricName: 'reads-by-strangers',
      filterPattern: FilterPattern.literal(pattern),
    });
    new Alarm(this, 'StrangersAlarm', {
      alarmName: `${metricNamespace}-reads-by-strangers`,
      metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  }
}

/** The events to record: all changes of the account, and all accesses to the items of this one table. */
function eventSelectors(tableArn: string) {
  return [
    { name: 'management', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] },
    {
      name: 'table',
      fieldSelectors: [
        { field: 'eventCategory', equalTo: ['Data'] },
        { field: 'resources.type', equalTo: ['AWS::DynamoDB::Table'] },
        { field: 'resources.ARN', equalTo: [tableArn] },
      ],
    },
  ];
}
