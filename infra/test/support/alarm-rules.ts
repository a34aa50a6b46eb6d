import * as z from 'zod';
import { isPublished } from './aws-metrics.ts';
import { policyDocument, referredTo, servicesOf, type Statement } from './policy-statements.ts';
import type { CloudTemplate, Resource, Stack } from './synthesis.ts';

/*
 * What AWS would do with alarms and their topics, which the stand-in cannot deploy. Each rule returns its findings, one
 * line each.
 */

const dimension = z.object({ Name: z.string(), Value: z.unknown() });
const metric = z.looseObject({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(dimension).default([]),
});
const alarm = z.looseObject({
  AlarmName: z.string(),
  AlarmActions: z.array(z.unknown()).default([]),
  Metrics: z.array(z.looseObject({ MetricStat: z.looseObject({ Metric: metric }).optional() })).default([]),
});
const target = z.array(z.looseObject({ Arn: z.unknown() })).default([]);
const topicPolicy = z.looseObject({ Topics: z.array(z.unknown()), PolicyDocument: policyDocument });
const key = z.looseObject({ KeyPolicy: policyDocument });

export type WatchedMetric = z.output<typeof metric>;

/** Every alarm of the stacks, by name, with the metrics that it watches; a composite one has none of its own. */
export function alarmsOf(stacks: readonly Stack[]): { name: string; metrics: WatchedMetric[] }[] {
  return resources(stacks, 'AWS::CloudWatch::Alarm').map(({ Properties }) => {
    const { AlarmName, Metrics } = alarm.parse(Properties);
    const own = Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
    return { name: AlarmName, metrics: own.length > 0 ? own : [metric.parse(Properties)] };
  });
}

/** CloudWatch accepts an alarm on a metric that does not exist: it has no data for ever. */
export function metricsThatNobodyPublishes(stacks: readonly Stack[]): string[] {
  return alarmsOf(stacks).flatMap(({ name, metrics }) =>
    metrics
      .map(
        ({ Namespace, MetricName, Dimensions }) =>
          [Namespace, MetricName, Dimensions.map((one) => one.Name)] as const,
      )
      .filter((one) => !isPublished(...one))
      .map(([namespace, metricName, names]) => `${name}: ${namespace} ${metricName} by ${names.join(', ')}`),
  );
}

/**
 * A topic with a policy of its own has no other permissions: a service that is not allowed publishes nothing, and says so
 * nowhere. On an encrypted topic it also needs the key. EventBridge's requests to KMS carry no `aws:SourceAccount`, so
 * no condition on it may be there.
 */
export function topicsThatRefuseTheirPublishers(stacks: readonly Stack[]): string[] {
  return stacks.flatMap(({ template }) =>
    publications(template).flatMap(({ topic, service, by }) => {
      const may = [
        ...allowedBy(topicStatements(template, topic), service, 'sns:Publish', bySourceAccount),
        ...keyProblems(template, topic, service),
      ];
      return may.map((problem) => `${by}: ${service} ${problem}`);
    }),
  );
}

interface Publication {
  readonly topic: string;
  readonly service: string;
  readonly by: string;
}

/** What the template publishes to its topics: alarms by CloudWatch, events of rules by EventBridge. */
function publications(template: CloudTemplate): Publication[] {
  return Object.entries(template.Resources).flatMap(([by, { Type, Properties }]) => {
    const toTopics = (arns: readonly unknown[], service: string) =>
      arns
        .map((arn) => referredTo(arn) ?? '')
        .filter((name) => template.Resources[name]?.Type === 'AWS::SNS::Topic')
        .map((topic) => ({ topic, service, by }));
    switch (Type) {
      case 'AWS::CloudWatch::Alarm':
      case 'AWS::CloudWatch::CompositeAlarm': {
        const { AlarmActions = [] } = z
          .looseObject({ AlarmActions: z.array(z.unknown()).optional() })
          .parse(Properties);
        return toTopics(AlarmActions, 'cloudwatch.amazonaws.com');
      }
      case 'AWS::Events::Rule':
        return toTopics(
          target.parse(Properties['Targets']).map(({ Arn }) => Arn),
          'events.amazonaws.com',
        );
      default:
        return [];
    }
  });
}

function topicStatements(template: CloudTemplate, topic: string): Statement[] {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::SNS::TopicPolicy')
    .map(({ Properties }) => topicPolicy.parse(Properties))
    .filter(({ Topics }) => Topics.some((one) => referredTo(one) === topic))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** The problems of a service with the key of a topic. AWS's own key for SNS can be used by no other service. */
function keyProblems(template: CloudTemplate, topic: string, service: string): string[] {
  const masterKey = template.Resources[topic]?.Properties['KmsMasterKeyId'];
  if (masterKey === undefined) return [];
  const statements = key.safeParse(template.Resources[referredTo(masterKey) ?? '']?.Properties).data
    ?.KeyPolicy.Statement;
  const condition = service === 'events.amazonaws.com' ? unconditional : bySourceAccount;
  return ['kms:GenerateDataKey*', 'kms:Decrypt'].flatMap((action) =>
    allowedBy(statements ?? [], service, action, condition),
  );
}

/** Returns one problem if no statement allows the action to the service, with the right condition. */
function allowedBy(
  statements: readonly Statement[],
  service: string,
  action: string,
  condition: (one: Statement) => boolean,
): string[] {
  const found = statements.filter(
    (one) => one.Effect === 'Allow' && servicesOf(one).includes(service) && one.Action.includes(action),
  );
  if (found.some(condition)) return [];
  return [found.length === 0 ? `may not ${action}` : `may ${action} under the wrong condition`];
}

const unconditional = ({ Condition }: Statement) => Object.keys(Condition).length === 0;

function bySourceAccount({ Condition }: Statement): boolean {
  const account = JSON.stringify(Condition['StringEquals']?.['aws:SourceAccount'] ?? '');
  return Object.keys(Condition).length === 1 && /"AWS::AccountId"|"\d{12}"/.test(account);
}

/** An alarm that sends nothing to anyone, is no part of one that does, and rolls no release back. */
export function alarmsThatSendNothing(stacks: readonly Stack[]): string[] {
  const composites = JSON.stringify(resources(stacks, 'AWS::CloudWatch::CompositeAlarm'));
  const services = JSON.stringify(resources(stacks, 'AWS::ECS::Service'));
  return stacks.flatMap(({ template }) =>
    Object.entries(template.Resources)
      .filter(([id, one]) => one.Type === 'AWS::CloudWatch::Alarm' && !composites.includes(`"${id}"`))
      .map(([, { Properties }]) => alarm.parse(Properties))
      .filter(
        ({ AlarmName, AlarmActions }) => AlarmActions.length === 0 && !services.includes(`"${AlarmName}"`),
      )
      .map(({ AlarmName }) => AlarmName),
  );
}

function resources(stacks: readonly Stack[], type: string): Resource[] {
  return stacks.flatMap(({ template }) =>
    Object.values(template.Resources).filter((resource) => resource.Type === type),
  );
}
