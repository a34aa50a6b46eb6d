import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { ConfigError, tableName } from '../backend/config.ts';
import { userIdPrefix } from '../backend/issuer-config.ts';
import { apiVariables, problemsOf } from './api-variables.ts';

/*
 * The settings of an environment: everything that distinguishes one deployment from another. They come from the
 * environment's file (environment.ts) alone, so that every deployment is what the file says.
 */

/** DynamoDB's default quota of a table. */
const MAX_UNITS = 40_000;
/**
 * CloudFormation keeps 24 characters of a stack's name in the names of roles, and the control policy recognises the role
 * for backups by them: `<prefix>-table`.
 */
const MAX_PREFIX_LENGTH = 18;

/** The defaults of both sizes, each of which a file can override. docs/costs.md has what they cost. */
const SIZES = {
  small: {
    encryptionKey: 'aws-owned',
    minTasks: 1,
    maxTasks: 1,
    cacheNodes: 0,
    natGateways: 0,
    containerInsights: false,
    objectives: false,
    maxReadUnits: 500,
    maxWriteUnits: 250,
  },
  standard: {
    encryptionKey: 'customer-managed',
    minTasks: 2,
    maxTasks: 10,
    cacheNodes: 1,
    natGateways: 1,
    containerInsights: true,
    objectives: true,
    maxReadUnits: 2_000,
    maxWriteUnits: 1_000,
  },
} as const;

const size = z.enum(['small', 'standard']).default('small');
const units = z.int().min(1).max(MAX_UNITS);
const count = (low: number, high: number) => z.int().min(low).max(high);
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must look like eu-west-1');
const arnOf = (service: string, resource: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:[^:]+:${service}:[^:]*:[0-9]*:${resource}.+$`),
      `must be an ARN of ${service}, such as arn:aws:${service}:eu-west-1:123456789012:${resource}…`,
    );

const hostName = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a host name, such as chat.example.com');

const logDays = z
  .number()
  .pipe(z.enum(RetentionDays, 'must be a number of days that CloudWatch offers, such as 30'));

const shape = z
  .strictObject({
    /** The environment's name, which is its file's. */
    environment: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be letters, digits and hyphens'),
    /** The account and the region: credentials of another account are refused. */
    account: z.string().regex(/^\d{12}$/, 'must be the 12 digits of an account'),
    region,
    /** Begins the names of everything, so that several environments share an account and region. */
    prefix: z
      .string()
      .max(MAX_PREFIX_LENGTH)
      .regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens'),
    /** The host name of the API and the screens. */
    domain: hostName,
    /** The domain's certificate in AWS Certificate Manager, in this region. */
    certificateArn: arnOf('acm', 'certificate/'),
    /** The recipient of alarms and of the budget's notices. */
    alarmEmail: z.email(),
    /** US dollars a month for the whole account: above this an e-mail is sent. */
    monthlyBudget: z.number().min(1).default(150),
    /** Sets the defaults of other settings: `small` is cheap when nobody comes, `standard` survives a failed zone. */
    size,
    tableName,
    /** `existing` does not create the table: for a restored one, and for the region that takes over from another. */
    table: z.enum(['create', 'existing']).default('create'),
    /** With an existing table: its stream, and its key if that is customer-managed. */
    tableStreamArn: arnOf('dynamodb', 'table/').optional(),
    tableKeyArn: arnOf('kms', 'key/').optional(),
    /** `provisioned` scales between the given and the maximum units. */
    billing: z.enum(['on-demand', 'provisioned']).default('on-demand'),
    readUnits: units.default(5),
    writeUnits: units.default(5),
    /** The most units a second, of the table and of its index, with either billing: what a day can cost. */
    maxReadUnits: units,
    maxWriteUnits: units,
    /**
     * Of the table, the user pool and the load balancer. Off until the first deployment has succeeded: CloudFormation
     * could not remove what a failed one created.
     */
    deletionProtection: z.boolean().default(true),
    /** Both encrypt. A customer-managed key shows its use in logs and can be disabled; it costs $1 a month. */
    encryptionKey: z.enum(['aws-owned', 'customer-managed']),
    /**
     * Whether the API encrypts texts of messages with their own key: `on`; or `reading`, which decrypts existing texts
     * but encrypts no new ones.
     */
    textEncryption: z.enum(['none', 'reading', 'on']).default('none'),
    /** Keys that only decrypt texts, in addition to the environment's own; with an existing table the first encrypts. */
    textKeyArns: z.array(arnOf('kms', 'key/')).default([]),
    /** A region with a replica of the table, in which nothing else runs until it is needed. */
    standbyRegion: region.optional(),
    /** With a customer-managed key: the key of the standby region. */
    standbyKeyArn: arnOf('kms', 'key/').optional(),
    /**
     * With a standby: a multi-Region key with a replica there, which Cognito requires to replicate the user pool, and the
     * host name of the sign-in pages in both regions, with its certificate in us-east-1 and the health check of Route 53
     * that switches it over.
     */
    userPoolKeyArn: arnOf('kms', 'key/mrk-').optional(),
    signIn: z
      .strictObject({
        domain: hostName,
        certificateArn: arnOf('acm', 'certificate/'),
        healthCheckId: z.string().regex(/^[0-9a-f-]{36}$/, 'must be the id of a health check of Route 53'),
      })
      .optional(),
    /** In the region that takes over: the replica of the user pool, instead of a pool of its own. */
    replicatedUserPool: z
      .strictObject({
        id: z.string().regex(/^[a-z0-9-]+_[0-9a-zA-Z]+$/),
        clientId: z.string().min(1),
        signInDomain: hostName,
      })
      .optional(),
    /** The name of a managed policy that limits every role (permissions-boundary.ts). */
    permissionsBoundary: z
      .string()
      .regex(/^[\w+=,.@-]{1,128}$/, 'must be the name of a managed policy')
      .optional(),
    /** The prefix of the user pool's user ids in the table. It cannot change once users have signed up. */
    userIdPrefix: userIdPrefix.optional(),
    /**
     * The sender of Cognito's e-mails, whose domain is an identity of Amazon SES in this region. Without one Cognito sends
     * them itself, at most 50 a day.
     */
    mailFrom: z.email().optional(),
    /** `closed`: only an administrator creates users. */
    signUp: z.enum(['open', 'closed']).default('open'),
    /** A bucket for the files of messages. Without it messages have no files. */
    files: z.boolean().default(false),
    /** A web application firewall that limits the requests of an address, for the load balancer and the user pool. */
    firewall: z.boolean().default(false),
    /** The API's image in a registry; without one it is built from the Dockerfile. */
    image: z.string().min(1).optional(),
    /** A secret with `username` and `password` of the image's registry, unless that is Amazon's or public. */
    imageCredentialsArn: arnOf('secretsmanager', 'secret:').optional(),
    /** Environment variables of the API that have no setting of their own, such as MESSAGE_MAX_CHARS. */
    api: apiVariables,
    minTasks: count(1, 100),
    maxTasks: count(1, 100),
    /** 0 for a single task; 1; or 2 so that the second takes over from a failed one. */
    cacheNodes: count(0, 2),
    /** 0 is without private subnets' way out; 1; or 2 so that the failure of one zone does not affect the other. */
    natGateways: count(0, 2),
    /** Metrics of the cluster, the service and its tasks together, at CloudWatch's price for own metrics. */
    containerInsights: z.boolean(),
    /** Alarms of the service level objectives (service/objectives.ts): $6 a month. */
    objectives: z.boolean(),
    /** A function that uses the deployment as a user does, every five minutes. Its user has to be created once. */
    canary: z.boolean().default(false),
    /** The keys that are throttled most, of the table and its index: $2 a month. */
    contributorInsights: z.boolean().default(false),
    /** How long logs are kept. */
    logDays: logDays.default(RetentionDays.ONE_MONTH),
    /** The account's baseline as a third stack. */
    baseline: z.boolean().default(false),
    /** Off if AWS Config records already: an account has one recorder for each region. */
    configRecorder: z.boolean().default(true),
  })
  .superRefine((settings, context) => {
    for (const { setting, message, holds } of CONTRADICTIONS) {
      if (holds(settings)) context.addIssue({ code: 'custom', path: [setting], message });
    }
    for (const message of problemsOf(settings.api, settings))
      context.addIssue({ code: 'custom', path: ['api'], message });
  });

export type Settings = z.output<typeof shape>;

/** Which settings contradict each other, each reported under one of them. */
const CONTRADICTIONS: readonly {
  readonly setting: keyof Settings;
  readonly message: string;
  readonly holds: (settings: Settings) => boolean;
}[] = [
  {
    setting: 'maxReadUnits',
    message: 'must not be below readUnits',
    holds: ({ readUnits, maxReadUnits }) => readUnits > maxReadUnits,
  },
  {
    setting: 'maxWriteUnits',
    message: 'must not be below writeUnits',
    holds: ({ writeUnits, maxWriteUnits }) => writeUnits > maxWriteUnits,
  },
  {
    setting: 'maxTasks',
    message: 'must not be below minTasks',
    holds: ({ minTasks, maxTasks }) => minTasks > maxTasks,
  },
  {
    setting: 'cacheNodes',
    message: 'must be 1 or 2 with several tasks, which pass events to each other through Valkey',
    holds: ({ maxTasks, cacheNodes }) => maxTasks > 1 && cacheNodes === 0,
  },
  {
    setting: 'natGateways',
    message: 'must be 1 or 2 with Valkey: the function that publishes to it also needs a way out',
    holds: ({ cacheNodes, natGateways }) => cacheNodes > 0 && natGateways === 0,
  },
  {
    setting: 'standbyKeyArn',
    message: 'goes with standbyRegion and the encryptionKey customer-managed, and they with it',
    holds: ({ standbyKeyArn, standbyRegion, encryptionKey }) =>
      (standbyKeyArn !== undefined) !== (standbyRegion !== undefined && encryptionKey === 'customer-managed'),
  },
  {
    setting: 'canary',
    message: 'goes with a user pool of the environment’s own',
    holds: ({ canary, replicatedUserPool }) => canary && replicatedUserPool !== undefined,
  },
  // Rows are keyed by the pool's user ids: a pool of its own in the other region would give everyone a new one.
  ...(['userPoolKeyArn', 'signIn'] as const).map((setting) => ({
    setting,
    message: 'goes with standbyRegion, and it with this: the users must be there too',
    holds: (settings: Settings) =>
      (settings[setting] !== undefined) !== (settings.standbyRegion !== undefined),
  })),
  {
    setting: 'replicatedUserPool',
    message: 'goes with the table existing',
    holds: ({ replicatedUserPool, table }) => replicatedUserPool !== undefined && table !== 'existing',
  },
  {
    setting: 'standbyRegion',
    message: 'must be another region',
    holds: ({ standbyRegion, region: here }) => standbyRegion === here,
  },
  {
    setting: 'tableStreamArn',
    message: 'goes with table existing, and this with it',
    holds: ({ table, tableStreamArn }) => (tableStreamArn !== undefined) !== (table === 'existing'),
  },
  {
    setting: 'tableKeyArn',
    message: 'goes with table existing and encryptionKey customer-managed, and they with it',
    holds: ({ table, tableKeyArn, encryptionKey }) =>
      (tableKeyArn !== undefined) !== (table === 'existing' && encryptionKey === 'customer-managed'),
  },
  {
    setting: 'textKeyArns',
    message: 'must name the key of the existing table’s texts',
    holds: ({ table, textEncryption, textKeyArns }) =>
      table === 'existing' && textEncryption !== 'none' && textKeyArns.length === 0,
  },
  {
    setting: 'textKeyArns',
    message: 'goes with textEncryption on or reading',
    holds: ({ textEncryption, textKeyArns }) => textEncryption === 'none' && textKeyArns.length > 0,
  },
  {
    setting: 'imageCredentialsArn',
    message: 'goes with image',
    holds: ({ image, imageCredentialsArn }) => imageCredentialsArn !== undefined && image === undefined,
  },
];

/**
 * Reads the settings of an environment.
 * @param values what its file holds.
 * @throws ConfigError with every invalid or unknown setting.
 */
export function readSettings(environment: string, values: unknown): Settings {
  const given = z
    .looseObject({ size, prefix: z.string().default(`cruddur-${environment}`) })
    .safeParse(values);
  const defaults = given.success && { ...SIZES[given.data.size], tableName: `${given.data.prefix}-messages` };
  const result = shape.safeParse(given.success ? { ...defaults, ...given.data, environment } : values);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
