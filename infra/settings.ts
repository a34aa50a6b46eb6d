import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { ConfigError, tableName } from '../backend/config.ts';
import { userIdPrefix } from '../backend/issuer-config.ts';
import { DEFAULT_TABLE_NAME } from '../schema/table.ts';

/*
 * The settings that change the shape of a deployment: `-c name=value`. Plain values (domain, certificate, e-mail) are
 * parameters of the stacks.
 */

/** DynamoDB's default quota of a table. */
const MAX_UNITS = 40_000;

const units = z.coerce.number().int().min(1).max(MAX_UNITS);
const flag = z.union([z.boolean(), z.stringbool()]);
const count = (low: number, high: number) => z.coerce.number().int().min(low).max(high);
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must look like eu-west-1');
const arn = z.string().regex(/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/, 'must be an ARN');

const logDays = z.coerce
  .number()
  .pipe(z.enum(RetentionDays, 'must be a number of days that CloudWatch offers, such as 30'));

const shape = z
  .strictObject({
    tableName: tableName.default(DEFAULT_TABLE_NAME),
    /** `existing` does not create the table: for the region that takes over from another. */
    table: z.enum(['create', 'existing']).default('create'),
    /** `provisioned` scales between the given and the maximum units. */
    billing: z.enum(['on-demand', 'provisioned']).default('on-demand'),
    readUnits: units.default(5),
    writeUnits: units.default(5),
    maxReadUnits: units.default(500),
    maxWriteUnits: units.default(500),
    deletionProtection: flag.default(true),
    /** Both encrypt. A customer-managed key shows its use in logs and can be disabled; it costs $1 a month. */
    encryptionKey: z.enum(['aws-owned', 'customer-managed']).default('customer-managed'),
    /**
     * Whether the API encrypts texts of messages with their own key: `on`; or `reading`, which decrypts existing texts
     * but encrypts no new ones.
     */
    textEncryption: z.enum(['none', 'reading', 'on']).default('none'),
    /** A region with a replica of the table, in which nothing else runs until it is needed. */
    standbyRegion: region.optional(),
    /** With a customer-managed key: the key of the standby region. */
    standbyKeyArn: arn.optional(),
    /** The prefix of the user pool's user ids in the table. It cannot change once users have signed up. */
    userIdPrefix: userIdPrefix.optional(),
    /** The API's image in a registry; without one it is built from the Dockerfile. */
    image: z.string().min(1).optional(),
    minTasks: count(1, 100).default(2),
    maxTasks: count(1, 100).default(10),
    /** 1, or 2 so that the second takes over from a failed one. */
    cacheNodes: count(1, 2).default(1),
    /** 1, or 2 so that the failure of one zone does not affect the other. */
    natGateways: count(1, 2).default(1),
    /** How long logs are kept. */
    logDays: logDays.default(RetentionDays.ONE_MONTH),
    /** The account's baseline as a third stack. */
    baseline: flag.default(false),
    /** Off if AWS Config records already: an account has one recorder for each region. */
    configRecorder: flag.default(true),
  })
  .refine(({ readUnits, maxReadUnits }) => readUnits <= maxReadUnits, {
    path: ['maxReadUnits'],
    error: 'must not be below readUnits',
  })
  .refine(({ writeUnits, maxWriteUnits }) => writeUnits <= maxWriteUnits, {
    path: ['maxWriteUnits'],
    error: 'must not be below writeUnits',
  })
  .refine(({ minTasks, maxTasks }) => minTasks <= maxTasks, {
    path: ['maxTasks'],
    error: 'must not be below minTasks',
  })
  .refine(({ standbyRegion, billing }) => standbyRegion === undefined || billing === 'on-demand', {
    path: ['standbyRegion'],
    error: 'goes with on-demand billing',
  })
  .refine(
    ({ standbyRegion, standbyKeyArn, encryptionKey }) =>
      (standbyKeyArn !== undefined) === (standbyRegion !== undefined && encryptionKey === 'customer-managed'),
    {
      path: ['standbyKeyArn'],
      error: 'goes with standbyRegion and encryptionKey=customer-managed, and they with it',
    },
  );

export type Settings = z.output<typeof shape>;

export const SETTING_NAMES = Object.keys(shape.shape);

/**
 * Reads the settings from their source, by name.
 * @throws ConfigError with every invalid setting.
 */
export function readSettings(valueOf: (name: string) => unknown): Settings {
  const given = SETTING_NAMES.map((name) => [name, valueOf(name)] as const);
  const result = shape.safeParse(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
