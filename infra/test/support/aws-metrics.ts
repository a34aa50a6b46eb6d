import {
  METRICS,
  NAMESPACE,
  TABLE_DIMENSION,
  type MetricDefinition,
} from '../../../backend/metrics/catalogue.ts';
import { STRANGERS_METRIC } from '../../baseline/trail.ts';

/** Metrics of a namespace, each with the sets of dimensions that it is published with. */
interface Namespace {
  /** The page that lists them. */
  readonly page: string;
  readonly metrics: Readonly<Record<string, readonly (readonly string[])[]>>;
}

const DOCS = 'https://docs.aws.amazon.com';
const BALANCER = [['LoadBalancer'], ['AvailabilityZone', 'LoadBalancer']];
const TARGETS = [
  ['LoadBalancer', 'TargetGroup'],
  ['AvailabilityZone', 'LoadBalancer', 'TargetGroup'],
];
const TABLE = [['TableName'], ['GlobalSecondaryIndexName', 'TableName']];
const FUNCTION = [['FunctionName'], ['FunctionName', 'Resource']];
const SERVICE = [['ClusterName'], ['ClusterName', 'ServiceName']];
const NODE = [['CacheClusterId'], ['CacheClusterId', 'CacheNodeId']];

/**
 * The metrics of AWS that alarms and the dashboard may use, copied from AWS's documentation in November 2026. CloudWatch
 * accepts an alarm on any name: one that nobody publishes has no data, and never changes.
 */
export const AWS_METRICS: Readonly<Record<string, Namespace>> = {
  'AWS/ApplicationELB': {
    page: `${DOCS}/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html`,
    metrics: {
      HTTPCode_ELB_5XX_Count: BALANCER,
      HTTPCode_Target_4XX_Count: [...BALANCER, ...TARGETS],
      HTTPCode_Target_5XX_Count: [...BALANCER, ...TARGETS],
      HealthyHostCount: TARGETS,
      RequestCount: [...BALANCER, ...TARGETS],
      TargetResponseTime: [...BALANCER, ...TARGETS],
      UnHealthyHostCount: TARGETS,
    },
  },
  'AWS/CertificateManager': {
    page: `${DOCS}/acm/latest/userguide/cloudwatch-metrics.html`,
    metrics: { DaysToExpiry: [['CertificateArn']] },
  },
  'AWS/DynamoDB': {
    page: `${DOCS}/amazondynamodb/latest/developerguide/metrics-dimensions.html`,
    metrics: {
      ConsumedReadCapacityUnits: TABLE,
      ConsumedWriteCapacityUnits: TABLE,
      ReadThrottleEvents: TABLE,
      SystemErrors: [['Operation', 'TableName']],
      TransactionConflict: [['TableName']],
      WriteThrottleEvents: TABLE,
    },
  },
  'AWS/ECS': {
    page: `${DOCS}/AmazonECS/latest/developerguide/available-metrics.html`,
    metrics: { CPUUtilization: SERVICE, MemoryUtilization: SERVICE },
  },
  'AWS/ElastiCache': {
    page: `${DOCS}/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html`,
    metrics: { DatabaseMemoryUsagePercentage: NODE, EngineCPUUtilization: NODE },
  },
  'AWS/Lambda': {
    page: `${DOCS}/lambda/latest/dg/monitoring-metrics-types.html`,
    metrics: { Errors: FUNCTION, IteratorAge: FUNCTION, Throttles: FUNCTION },
  },
  'AWS/SQS': {
    page: `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html`,
    metrics: { ApproximateNumberOfMessagesVisible: [['QueueName']] },
  },
};

/** The metrics of the application, and of the trail's log, with their dimensions. */
function ownMetrics(): Map<string, readonly string[]> {
  const own = new Map<string, readonly string[]>([[`cruddur-baseline/${STRANGERS_METRIC}`, []]]);
  for (const { name, dimensions, inCloudWatch } of Object.values<MetricDefinition>(METRICS)) {
    if (inCloudWatch !== false) own.set(`${NAMESPACE}/${name}`, [TABLE_DIMENSION, ...dimensions].sort());
  }
  return own;
}

/** Whether a metric with exactly these dimensions is published. */
export function isPublished(namespace: string, name: string, dimensions: readonly string[]): boolean {
  const sorted = [...dimensions].sort().join();
  const own = ownMetrics().get(`${namespace}/${name}`);
  if (own) return own.join() === sorted;
  return (AWS_METRICS[namespace]?.metrics[name] ?? []).some((set) => set.join() === sorted);
}
