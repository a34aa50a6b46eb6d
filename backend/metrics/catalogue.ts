/*
 * Every metric of the application by name: alarms, dashboards, the documentation and the recorders are made from this one
 * list. It imports nothing, so infra can read it.
 */

/** The namespace of the metrics in CloudWatch. */
export const NAMESPACE = 'Cruddur/Messaging';

/**
 * The dimension that every metric in CloudWatch has: the table's name (`DDB_MESSAGE_TABLE`). It keeps two deployments in one
 * account apart.
 */
export const TABLE_DIMENSION = 'Table';

/** How a request ended: 2xx; 4xx; 503; another 5xx; or the client disconnected before the response was complete. */
export const OUTCOMES = ['ok', 'refused', 'unavailable', 'failed', 'aborted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The steps of a canary run, in their order. */
export const CANARY_STEPS = ['sign-in', 'listen', 'send', 'receive', 'read', 'list', 'delete'] as const;
export type CanaryStep = (typeof CANARY_STEPS)[number];

export interface MetricDefinition {
  /** In CloudWatch. Prometheus has the same name in its own form: `cruddur_send_duration_seconds`. */
  readonly name: string;
  /** `counter`: add up. `gauge`: a level, of one process. `distribution`: percentiles, averages and counts. */
  readonly kind: 'counter' | 'gauge' | 'distribution';
  readonly unit: 'Count' | 'Milliseconds';
  /** Dimensions in CloudWatch beside `Table`, and labels in Prometheus. */
  readonly dimensions: readonly string[];
  /** Absent: CloudWatch has it. `false`: only Prometheus, because CloudWatch charges for each combination of dimensions. */
  readonly inCloudWatch?: false;
  readonly help: string;
}

export const METRICS = {
  /** CloudWatch has a series for each outcome that occurred: `Outcome`, one of OUTCOMES. */
  sendDuration: {
    name: 'SendDuration',
    kind: 'distribution',
    unit: 'Milliseconds',
    dimensions: ['Outcome'],
    help: 'Time from a request to send a message until its response is complete.',
  },
  /** `Code`: the error code of the response, such as `table_unavailable`. */
  unavailable: {
    name: 'Unavailable',
    kind: 'counter',
    unit: 'Count',
    dimensions: ['Code'],
    help: 'Responses of 503.',
  },
  appendConflicts: {
    name: 'AppendConflicts',
    kind: 'counter',
    unit: 'Count',
    dimensions: [],
    help: 'Attempts to append to a log that lost against another writer.',
  },
  summaryLag: {
    name: 'SummaryLag',
    kind: 'distribution',
    unit: 'Milliseconds',
    dimensions: [],
    help: 'Time from a message, an edit or a deletion until the summaries have it.',
  },
  eventLag: {
    name: 'EventLag',
    kind: 'distribution',
    unit: 'Milliseconds',
    dimensions: [],
    help: 'Time from a message, an edit or a deletion until a process writes it to its event streams.',
  },
  openStreams: {
    name: 'OpenStreams',
    kind: 'gauge',
    unit: 'Count',
    dimensions: [],
    help: 'Event streams that are open on this process.',
  },
  publishesLost: {
    name: 'PublishesLost',
    kind: 'counter',
    unit: 'Count',
    dimensions: [],
    help: 'Changes that could not be published to Redis or Valkey.',
  },
  keyFailures: {
    name: 'KeyFailures',
    kind: 'counter',
    unit: 'Count',
    dimensions: [],
    help: 'Calls to KMS that failed after all attempts.',
  },
  profilesNotWritten: {
    name: 'ProfilesNotWritten',
    kind: 'counter',
    unit: 'Count',
    dimensions: [],
    help: 'Users who signed up and got no profile: the function reports no error, so that they can sign in.',
  },
  /** 0 after a successful run, so a missing value means that the canary does not run. */
  canaryFailures: {
    name: 'CanaryFailures',
    kind: 'counter',
    unit: 'Count',
    dimensions: [],
    help: 'Canary runs that failed.',
  },
  /** `Step`: one of CANARY_STEPS. */
  canaryStepDuration: {
    name: 'CanaryStepDuration',
    kind: 'distribution',
    unit: 'Milliseconds',
    dimensions: ['Step'],
    inCloudWatch: false,
    help: 'Time that a step of a canary run took.',
  },
  requests: {
    name: 'Requests',
    kind: 'counter',
    unit: 'Count',
    dimensions: ['Route', 'Outcome'],
    inCloudWatch: false,
    help: 'Requests by route (operation id) and outcome.',
  },
  readUnits: {
    name: 'ReadUnits',
    kind: 'distribution',
    unit: 'Count',
    dimensions: ['Route'],
    inCloudWatch: false,
    help: 'DynamoDB read units that a request used, of a sample of requests.',
  },
  writeUnits: {
    name: 'WriteUnits',
    kind: 'distribution',
    unit: 'Count',
    dimensions: ['Route'],
    inCloudWatch: false,
    help: 'DynamoDB write units that a request used, of a sample of requests.',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricId = keyof typeof METRICS;
