import { change, find, type Rule } from '../rule.ts';
import {
  alarmsThatSendNothing,
  metricsThatNobodyPublishes,
  topicsThatRefuseTheirPublishers,
} from '../../support/alarm-rules.ts';
import { keysThatAnyRoleMayUse } from '../../support/key-rules.ts';

/* What CloudWatch, SNS and KMS accept in a template, and what then happens to nobody's notice. */

const ALARM = 'AWS::CloudWatch::Alarm';

export const ALARMS: readonly Rule[] = [
  {
    sentence: 'every alarm watches a metric that AWS or the application publishes with these dimensions',
    violations: ({ stacks }) => metricsThatNobodyPublishes(stacks),
    break: (deployment) => {
      const [own] = find(deployment, ALARM).filter(({ properties }) => 'MetricName' in properties);
      if (own) own.properties['MetricName'] = 'HealthyHosts';
    },
  },
  {
    sentence: 'an alarm or notice may be published to its topic, and with the topic’s key',
    violations: ({ stacks }) => topicsThatRefuseTheirPublishers(stacks),
    break: (deployment) =>
      change(deployment, 'AWS::SNS::TopicPolicy', (properties) => {
        properties['PolicyDocument'] = { Statement: [] };
      }),
  },
  {
    sentence: 'an alarm sends an e-mail, is part of one that does, or rolls a release back',
    violations: ({ stacks }) => alarmsThatSendNothing(stacks),
    break: (deployment) => {
      const [sends] = find(deployment, ALARM).filter(({ properties }) => 'AlarmActions' in properties);
      if (sends) delete sends.properties['AlarmActions'];
    },
  },
  {
    sentence: 'a key of the table or of texts is used through a service or by named roles, not by any role',
    violations: ({ stacks }) => keysThatAnyRoleMayUse(stacks),
    break: (deployment) =>
      change(deployment, 'AWS::KMS::Key', (properties) => {
        properties['KeyPolicy'] = {
          Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
        };
      }),
  },
];
