import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnConfigRule, CfnConfigurationRecorder, CfnDeliveryChannel } from 'aws-cdk-lib/aws-config';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { notify } from '../service/alarm-topic.ts';
import type { Settings } from '../settings.ts';

const TABLE_TYPE = 'AWS::DynamoDB::Table';
const KEPT = Duration.days(365);

interface Rule {
  readonly name: string;
  readonly identifier: string;
}

/** The properties that the table must keep, as AWS's own rules check them. */
const RULES: readonly Rule[] = [
  { name: 'recovery', identifier: 'DYNAMODB_PITR_ENABLED' },
  { name: 'deletion-protection', identifier: 'DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED' },
  { name: 'in-backup-plan', identifier: 'DYNAMODB_IN_BACKUP_PLAN' },
];
/** Every table is encrypted; this rule checks that the key is customer-managed. */
const OWN_KEY: Rule = { name: 'own-key', identifier: 'DYNAMODB_TABLE_ENCRYPTED_KMS' };

/** AWS Config checks every table of the account at each change, and reports those that no longer comply. */
export class ConfigRules extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, topic }: { readonly settings: Settings; readonly topic: Topic },
  ) {
    super(scope, id);
    const recorder = settings.configRecorder ? this.#record() : undefined;
    const own = settings.encryptionKey === 'customer-managed' ? [OWN_KEY] : [];
    for (const { name, identifier } of [...RULES, ...own]) {
      const rule = new CfnConfigRule(this, name, {
        configRuleName: `${Stack.of(this).stackName}-${name}`,
        source: { owner: 'AWS', sourceIdentifier: identifier },
        // The rule on plans checks tables by itself, once a day.
        ...(name !== 'in-backup-plan' && { scope: { complianceResourceTypes: [TABLE_TYPE] } }),
      });
      if (recorder) rule.addResourceDependency(recorder);
    }
    // Config itself cannot publish to a topic that is encrypted, EventBridge can.
    // https://docs.aws.amazon.com/config/latest/developerguide/sns-topic-policy.html
    notify(this, 'Findings', topic, {
      description: 'A resource no longer complies with a rule of the baseline',
      events: {
        source: ['aws.config'],
        detailType: ['Config Rules Compliance Change'],
        detail: {
          configRuleName: [{ prefix: `${Stack.of(this).stackName}-` }],
          newEvaluationResult: { complianceType: ['NON_COMPLIANT'] },
        },
      },
      text: RuleTargetInput.fromText(
        `${EventField.fromPath('$.detail.resourceType')} ${EventField.fromPath('$.detail.resourceId')} no longer ` +
          `complies with the rule ${EventField.fromPath('$.detail.configRuleName')}. See docs/operations.md, alarms.`,
      ),
    });
  }

  /** Creates the region's recorder, of which an account can have only one. It records only tables and roles. */
  #record(): CfnConfigurationRecorder {
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: KEPT }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(bucket, 'It holds settings of resources; the trail records who reads it.', ['S1']);
    const { account, partition } = Stack.of(this);
    const writer = {
      principals: [new ServicePrincipal('config.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    };
    bucket.addToResourcePolicy(
      new PolicyStatement({
        ...writer,
        actions: ['s3:GetBucketAcl', 's3:ListBucket'],
        resources: [bucket.bucketArn],
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        ...writer,
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${account}/Config/*`)],
      }),
    );
    const recorder = new CfnConfigurationRecorder(this, 'Recorder', {
      // The service's own role, which the account has or gets with one command: see docs/deploy.md.
      roleArn: `arn:${partition}:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
      recordingGroup: { allSupported: false, resourceTypes: [TABLE_TYPE, 'AWS::IAM::Role'] },
    });
    const channel = new CfnDeliveryChannel(this, 'Channel', { s3BucketName: bucket.bucketName });
    if (bucket.policy) channel.node.addDependency(bucket.policy);
    return recorder;
  }
}
