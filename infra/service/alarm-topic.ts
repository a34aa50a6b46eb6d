import { Stack } from 'aws-cdk-lib';
import type { EventPattern, IRuleTarget, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/** Publishes alarms. */
const CLOUDWATCH = new ServicePrincipal('cloudwatch.amazonaws.com');
/** Publishes events that rules match. */
const EVENTBRIDGE = new ServicePrincipal('events.amazonaws.com');

/**
 * Creates the topic that sends alarms and notices by e-mail. `enforceSSL` replaces a topic's default policy by one that
 * only denies, so each service that publishes is allowed here, for this account; and so is its use of the topic's key.
 *
 * EventBridge's requests to KMS carry no source: with a condition on it every notice would be lost. CloudWatch's carry it.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 */
export function createAlarmTopic(scope: Construct, email: string): Topic {
  const ours = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  const key = new Key(scope, 'TopicKey', {
    description: 'Encrypts alarms in transit',
    enableKeyRotation: true,
  });
  const use = { actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'] };
  key.addToResourcePolicy(new PolicyStatement({ ...use, principals: [CLOUDWATCH], conditions: ours }));
  key.addToResourcePolicy(new PolicyStatement({ ...use, principals: [EVENTBRIDGE] }));
  const topic = new Topic(scope, 'Topic', { masterKey: key, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [CLOUDWATCH, EVENTBRIDGE],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: ours,
    }),
  );
  topic.addSubscription(new EmailSubscription(email));
  return topic;
}

export interface Notice {
  readonly description: string;
  readonly events: EventPattern;
  /** The e-mail. */
  readonly text: RuleTargetInput;
}

/** Sends an e-mail for each event that matches. */
export function notify(scope: Construct, id: string, topic: Topic, notice: Notice): void {
  // The CDK's own target would allow EventBridge to publish for any account.
  const target: IRuleTarget = {
    bind: () => ({ arn: topic.topicArn, input: notice.text, targetResource: topic }),
  };
  new Rule(scope, id, {
    description: notice.description,
    eventPattern: notice.events,
    targets: [target],
  });
}
