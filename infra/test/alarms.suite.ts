import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { WATCHED_CALLS } from '../baseline/changes.ts';
import { OBJECTIVE_NAMES } from '../service/objectives.ts';
import {
  alarmsOf,
  alarmsThatSendNothing,
  metricsThatNobodyPublishes,
  topicsThatRefuseTheirPublishers,
} from './support/alarm-rules.ts';
import { AWS_METRICS, isPublished } from './support/aws-metrics.ts';
import { resourcesOf, type Stack, synthesise } from './support/synthesis.ts';

/** The alarms and notices of a deployment with everything, by their names after the stack's. */
const ALARMS = [
  'api-at-maximum',
  'api-cpu',
  'api-errors',
  'api-gone',
  'api-memory',
  'api-slow',
  'api-unhealthy',
  'balancer-errors',
  'certificate-expires',
  'files-errors',
  'files-given-up',
  'index-throttled',
  'profiles-errors',
  'profiles-not-written',
  'profiles-throttled',
  'publishes-lost',
  'release-fails',
  'release-is-slow',
  'summaries-errors',
  'summaries-given-up',
  'summaries-late',
  'summaries-throttled',
  'table-system-errors',
  'table-throttled',
  'texts-key',
  'valkey-1-cpu',
  'valkey-1-memory',
  'valkey-2-cpu',
  'valkey-2-memory',
];

let stacks: readonly Stack[];
beforeAll(() => {
  stacks = synthesise({ baseline: true, textEncryption: 'on', cacheNodes: 2, files: true });
});

const propertiesOf = (type: string) => resourcesOf(stacks, type).map(({ Properties }) => Properties);
const alarmNamed = (name: string) =>
  propertiesOf('AWS::CloudWatch::Alarm').find(({ AlarmName }) => String(AlarmName).endsWith(`-${name}`));

describe('every alarm', () => {
  it('watches a metric that AWS or the application publishes with these dimensions', () => {
    expect(alarmsOf(stacks).length).toBeGreaterThan(ALARMS.length);
    expect(metricsThatNobodyPublishes(stacks)).toEqual([]);
  });

  it('and notice may be published to its topic, and with the topic’s key', () => {
    expect(topicsThatRefuseTheirPublishers(stacks)).toEqual([]);
  });

  it('sends an e-mail, is part of one that does, or rolls a release back', () => {
    expect(alarmsThatSendNothing(stacks)).toEqual([]);
    expect(propertiesOf('AWS::SNS::Subscription')).toEqual([
      expect.objectContaining({ Protocol: 'email' }),
      expect.objectContaining({ Protocol: 'email' }),
    ]);
  });

  it('is known by name, and the operations page says what to do', () => {
    const names = alarmsOf(stacks).map(({ name }) => name.replace(/^cruddur-(service|baseline)-/, ''));
    const own = names.filter((name) => !/-(fast|slow)-(long|short)$/.test(name));
    expect(own.sort()).toEqual([...ALARMS, 'strangers', 'table-unused'].sort());
    const page = readFileSync('docs/operations.md', 'utf8');
    const described = (name: string) => page.includes(`\`${name.replace(/\d/, '<n>')}\``);
    expect(own.filter((name) => !described(name))).toEqual([]);
  });
});

describe('a total outage', () => {
  it('is seen without any data: no healthy container, and no node of Valkey', () => {
    for (const name of ['api-gone', 'valkey-1-memory'])
      expect(alarmNamed(name)).toMatchObject({ TreatMissingData: 'breaching' });
    expect(alarmNamed('api-gone')).toMatchObject({
      MetricName: 'HealthyHostCount',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
    });
  });
});

describe('the objectives', () => {
  it('each have a fast and a slow alarm, of a long and a short window', () => {
    const composites = propertiesOf('AWS::CloudWatch::CompositeAlarm');
    const names = composites.map(({ AlarmName }) => String(AlarmName).split('-').slice(-2).join('-'));
    expect(names.sort()).toEqual(OBJECTIVE_NAMES.flatMap((name) => [`${name}-fast`, `${name}-slow`]).sort());
    for (const { AlarmRule, AlarmActions } of composites) {
      expect(JSON.stringify(AlarmRule).match(/ALARM\(/g)).toHaveLength(2);
      expect(JSON.stringify(AlarmRule)).toContain(' AND ');
      expect(AlarmActions).toHaveLength(1);
    }
  });

  it('allow what their budgets allow: 14.4 times 0.1 % of requests in an hour', () => {
    expect(alarmNamed('availability-fast-long')).toMatchObject({ Threshold: 1.44 });
    expect(alarmNamed('sends-slow-short')).toMatchObject({ Threshold: 6 });
    const fast = JSON.stringify(alarmNamed('availability-fast-long'));
    expect(fast).toContain('"Period":3600');
    expect(JSON.stringify(alarmNamed('delivery-fast-short'))).toContain('"Stat":"PR(:2000)"');
  });
});

describe('the notices', () => {
  const rules = () =>
    propertiesOf('AWS::Events::Rule').map(({ EventPattern }) => JSON.stringify(EventPattern));

  it('are of failed backups, of findings of AWS Config, and of calls that remove protection or take data out', () => {
    expect(rules()).toHaveLength(3);
    expect(rules().filter((one) => one.includes('Config Rules Compliance Change'))).toHaveLength(1);
    expect(rules().filter((one) => one.includes('Backup Job State Change'))).toHaveLength(1);
    const changes = rules().find((one) => one.includes('AWS API Call via CloudTrail')) ?? '';
    for (const call of Object.values(WATCHED_CALLS).flat()) expect(changes).toContain(`"${call}"`);
    expect(changes).toContain('"deletionProtectionEnabled":[false]');
    expect(changes).toContain('"pointInTimeRecoveryEnabled":[false]');
    // EventBridge's quota for a pattern.
    expect(changes.length).toBeLessThan(2_048);
  });
});

it('the table of AWS’s metrics names a page of AWS for each namespace, and knows no metric that does not exist', () => {
  for (const { page } of Object.values(AWS_METRICS))
    expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  expect(isPublished('AWS/ApplicationELB', 'HealthyHostCount', ['LoadBalancer'])).toBe(false);
  expect(isPublished('AWS/ECS', 'RunningTaskCount', ['ClusterName', 'ServiceName'])).toBe(false);
});

it('the saved queries search the logs of the API and the functions, by fields that lines have', () => {
  const queries = propertiesOf('AWS::Logs::QueryDefinition');
  expect(queries).toHaveLength(4);
  for (const { LogGroupNames } of queries) expect(JSON.stringify(LogGroupNames)).toContain('ApiLog');
  const text = queries.map(({ QueryString }) => String(QueryString)).join('\n');
  const fields = new Set(
    text.match(/\b(request_id|method|path|status|ms|level|msg|err\.name|err\.message)\b/g),
  );
  expect(fields.size).toBe(9);
});

it('Contributor Insights lists the throttled keys of the table and of its index, by choice', () => {
  const throttled = (found: readonly Stack[]) =>
    JSON.stringify(found).split('"Mode":"THROTTLED_KEYS"').length - 1;
  expect(throttled(stacks)).toBe(0);
  expect(throttled(synthesise({ contributorInsights: true }))).toBe(2);
});
