import { METRICS } from '../../backend/metrics/catalogue.ts';
import type { Settings } from '../settings.ts';
import type { Prices } from './prices.ts';
import { type Found, find, listIn, numberIn, type Template } from './templates.ts';

/** Hours of a month, as AWS's price pages count them. */
export const HOURS = 730;
/**
 * Metrics that Container Insights publishes, however many tasks run: ten of the cluster, of its service and of the family of
 * its tasks, five of the service and three of the cluster. Each has the price of an own metric.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
 */
const INSIGHTS_METRICS = 10 * 3 + 5 + 3;

/** What a resource costs a month while nobody uses it. */
export interface Cost {
  /** Resources with the same name are one line. */
  readonly what: string;
  readonly count: number;
  readonly each: number;
}

export interface Priced {
  readonly settings: Settings;
  readonly templates: readonly Template[];
  readonly standing: Prices['standing'];
}

/** `free`: nothing, ever. `by use`: nothing while nobody uses it. */
export type ResourceCost = 'free' | 'by use' | ((found: Found, context: Priced) => readonly Cost[]);

const one = (what: string, each: number): readonly Cost[] => [{ what, count: 1, each }];

/** What each type of resource costs. A type without an entry has no known price, and nothing is printed. */
export const RESOURCE_COSTS: Readonly<Record<string, ResourceCost>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': 'free',
  'AWS::ApplicationAutoScaling::ScalingPolicy': 'free',
  'AWS::Backup::BackupPlan': 'free',
  'AWS::Backup::BackupSelection': 'free',
  'AWS::Backup::BackupVault': 'by use',
  // Two budgets of an account are free; one without actions always is.
  'AWS::Budgets::Budget': 'free',
  // The first copy of management events is free; the table's events cost as many cents as it is used.
  'AWS::CloudTrail::Trail': 'by use',
  'AWS::CloudWatch::Alarm': ({ properties }, { standing }) => [
    { what: 'metrics of alarms', count: metricsOf(properties), each: standing.alarmMetricMonth },
  ],
  'AWS::CloudWatch::CompositeAlarm': (_found, { standing }) =>
    one('alarms of objectives', standing.compositeAlarmMonth),
  'AWS::CloudWatch::Dashboard': (_found, { standing }) => one('dashboard', standing.dashboardMonth),
  'AWS::Cognito::UserPool': 'by use',
  'AWS::Cognito::UserPoolClient': 'free',
  'AWS::Cognito::UserPoolDomain': 'free',
  'AWS::Cognito::UserPoolRegionalConfigurationAttachment': 'free',
  // Each active user of the replica is paid for in addition.
  'AWS::Cognito::UserPoolReplica': 'by use',
  'AWS::Config::ConfigRule': 'by use',
  'AWS::Config::ConfigurationRecorder': 'by use',
  'AWS::Config::DeliveryChannel': 'free',
  'AWS::DynamoDB::GlobalTable': (found, context) => [
    ...provisionedTable(found, context),
    ...throttledKeys(found, context),
  ],
  'AWS::EC2::EIP': (_found, { standing }) =>
    one('public address of a NAT gateway', standing.publicAddressHour * HOURS),
  'AWS::EC2::FlowLog': 'by use',
  'AWS::EC2::InternetGateway': 'free',
  'AWS::EC2::NatGateway': (_found, { standing }) => one('NAT gateway', standing.natGatewayHour * HOURS),
  'AWS::EC2::Route': 'free',
  'AWS::EC2::RouteTable': 'free',
  'AWS::EC2::SecurityGroup': 'free',
  'AWS::EC2::SecurityGroupEgress': 'free',
  'AWS::EC2::SecurityGroupIngress': 'free',
  'AWS::EC2::Subnet': 'free',
  'AWS::EC2::SubnetRouteTableAssociation': 'free',
  'AWS::EC2::VPC': 'free',
  'AWS::EC2::VPCEndpoint': ({ properties }, { standing }) =>
    properties['VpcEndpointType'] === 'Interface'
      ? [
          {
            what: 'interface endpoint, in a zone',
            count: listIn(properties, 'SubnetIds').length,
            each: standing.interfaceEndpointHour * HOURS,
          },
        ]
      : [],
  'AWS::EC2::VPCGatewayAttachment': 'free',
  'AWS::ECS::Cluster': (_found, { settings, standing }) =>
    settings.containerInsights
      ? [
          {
            what: 'metrics of Container Insights',
            count: INSIGHTS_METRICS,
            each: standing.ownMetricMonth,
          },
        ]
      : [],
  'AWS::ECS::Service': ({ properties }, { settings, standing }) => {
    const hasAddress = JSON.stringify(properties).includes('"AssignPublicIp":"ENABLED"');
    const address = { what: 'public address of a task', count: settings.minTasks };
    return hasAddress ? [{ ...address, each: standing.publicAddressHour * HOURS }] : [];
  },
  'AWS::ECS::TaskDefinition': ({ properties }, { settings, standing }) => {
    const [cpu, memory] = [numberIn(properties, 'Cpu') / 1_024, numberIn(properties, 'Memory') / 1_024];
    const each = (cpu * standing.vcpuHour + memory * standing.memoryGbHour) * HOURS;
    return [
      { what: `task of ${cpu} vCPU and ${memory} GB`, count: settings.minTasks, each },
      { what: 'metric that the API always writes', count: alwaysWritten(), each: standing.ownMetricMonth },
    ];
  },
  'AWS::ElastiCache::ReplicationGroup': ({ properties }, { standing }) => {
    const type = String(properties['CacheNodeType']);
    const hour = standing.cacheNodeHour[type];
    if (hour === undefined) throw new Error(`infra/cost/prices.json has no price of ${type}`);
    return [{ what: `Valkey, ${type}`, count: numberIn(properties, 'NumCacheClusters'), each: hour * HOURS }];
  },
  'AWS::ElastiCache::SubnetGroup': 'free',
  'AWS::ElasticLoadBalancingV2::Listener': 'free',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ properties }, { standing }) => [
    ...one('load balancer', standing.loadBalancerHour * HOURS),
    {
      what: 'public address of the load balancer',
      count: listIn(properties, 'Subnets').length,
      each: standing.publicAddressHour * HOURS,
    },
  ],
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'free',
  'AWS::Events::Rule': 'free',
  'AWS::IAM::Policy': 'free',
  'AWS::IAM::Role': 'free',
  'AWS::KMS::Alias': 'free',
  'AWS::KMS::Key': (_found, { standing }) => one('key', standing.keyMonth),
  'AWS::Lambda::EventSourceMapping': 'free',
  'AWS::Lambda::Function': ({ properties }, { standing }) =>
    JSON.stringify(properties).includes('"CANARY_URL"')
      ? one('metric of the canary', standing.ownMetricMonth)
      : [],
  'AWS::Lambda::Permission': 'free',
  'AWS::Logs::LogGroup': 'by use',
  'AWS::Logs::MetricFilter': 'by use',
  'AWS::Logs::QueryDefinition': 'free',
  'AWS::S3::Bucket': 'by use',
  'AWS::S3::BucketPolicy': 'free',
  'AWS::SNS::Subscription': 'by use',
  'AWS::SNS::Topic': 'by use',
  'AWS::SNS::TopicPolicy': 'free',
  'AWS::SQS::Queue': 'by use',
  'AWS::SQS::QueuePolicy': 'free',
  'AWS::SSM::Parameter': 'free',
  'AWS::SecretsManager::Secret': (_found, { standing }) => one('secret', standing.secretMonth),
  'AWS::WAFv2::WebACL': ({ properties }, { standing }) => [
    ...one('firewall', standing.webAclMonth),
    {
      what: 'rule of the firewall',
      count: listIn(properties, 'Rules').length,
      each: standing.webAclRuleMonth,
    },
  ],
  'AWS::WAFv2::WebACLAssociation': 'free',
  'Custom::VpcRestrictDefaultSG': 'free',
};

/** The levels of the API, which it writes each minute; the values of other metrics come with use (usage.ts). */
function alwaysWritten(): number {
  return Object.values(METRICS).filter(({ kind }) => kind === 'gauge').length;
}

/** The metrics that an alarm reads: those of its expression, or its only one. */
function metricsOf(properties: Found['properties']): number {
  const queries = listIn(properties, 'Metrics');
  return Math.max(1, queries.filter((query) => JSON.stringify(query).includes('"MetricStat"')).length);
}

/** Provisioned units are paid for while nobody uses them, of the table and of its index, in each region. */
function provisionedTable({ properties }: Found, { settings, standing }: Priced): readonly Cost[] {
  if (settings.billing !== 'provisioned') return [];
  const places =
    (1 + listIn(properties, 'GlobalSecondaryIndexes').length) * listIn(properties, 'Replicas').length;
  return [
    {
      what: 'provisioned W',
      count: settings.writeUnits * places,
      each: standing.provisionedWriteHour * HOURS,
    },
    { what: 'provisioned R', count: settings.readUnits * places, each: standing.provisionedReadHour * HOURS },
  ];
}

/** Contributor Insights: a rule for the partition keys and one for the sort keys, of the table and of its index. */
function throttledKeys({ properties }: Found, { standing }: Priced): readonly Cost[] {
  const watched = JSON.stringify(properties).split('"THROTTLED_KEYS"').length - 1;
  return [{ what: 'rule of Contributor Insights', count: 2 * watched, each: standing.contributorRuleMonth }];
}

/** Returns the costs of all resources, or the types that have none. */
export function standingCosts(context: Priced): {
  readonly costs: readonly Cost[];
  readonly unknown: readonly string[];
} {
  const found = find(context.templates);
  const unknown = new Set(found.map(({ type }) => type).filter((type) => !(type in RESOURCE_COSTS)));
  const costs = found.flatMap((resource) => {
    const cost = RESOURCE_COSTS[resource.type];
    return typeof cost === 'function' ? cost(resource, context) : [];
  });
  return { costs: together(costs), unknown: [...unknown].sort() };
}

/** Adds up the costs of the same name, highest first. */
function together(costs: readonly Cost[]): Cost[] {
  const lines = new Map<string, Cost>();
  for (const { what, count, each } of costs) {
    lines.set(what, { what, count: (lines.get(what)?.count ?? 0) + count, each });
  }
  return [...lines.values()]
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count * b.each - a.count * a.each);
}
