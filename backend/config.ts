import { isIP } from 'node:net';
import * as z from 'zod';
import {
  attachmentConfig,
  attachmentEnvironment,
  type AttachmentLimits,
  type BucketConfig,
} from './attachment-config.ts';
import { MAX_MEMBERS } from '../schema/items.ts';
import { HIGHEST_MESSAGE_MAX_CHARS, MESSAGE_MAX_CHARS } from '../schema/plain-text.ts';
import { type DynamoConfig, dynamoConfig, dynamoEnvironment } from './dynamo-config.ts';
import {
  hasEncryptionKey,
  WITHOUT_KEY,
  type TextConfig,
  textConfig,
  textEnvironment,
} from './text-config.ts';
import { anyway, type Environment, httpUrl, integer, parse, redisUrl } from './environment.ts';
import {
  keepsStrangersOut,
  type ObserverConfig,
  observerConfig,
  observerEnvironment,
  OPEN_TO_STRANGERS,
} from './observer-config.ts';
import {
  type CognitoConfig,
  cognitoConfig,
  isHttp,
  hasReservedName,
  issuerEnvironment,
  keepsUsersApart,
  type OidcConfig,
  oidcConfig,
  USERS_NOT_APART,
} from './issuer-config.ts';

export {
  type ConnectionConfig,
  type DynamoConfig,
  isAwsEndpoint,
  readDynamoConfig,
  tableName,
} from './dynamo-config.ts';
export { type CognitoConfig, issuersOf, type OidcConfig, readProfileConfig } from './issuer-config.ts';
export { type AttachmentLimits, type BucketConfig } from './attachment-config.ts';
export { readTextConfig } from './text-config.ts';
export { type ObserverConfig } from './observer-config.ts';
export { ConfigError, type Environment, given, parse } from './environment.ts';

/** Rate limits, in requests per minute; 0 means no limit. */
export interface RateLimitConfig {
  /** Writes of one user. */
  readonly writesPerMinute: number;
  /** Reads of one user, each weighted by its cost. */
  readonly readsPerMinute: number;
  /** Requests from one address without a token that verifies. */
  readonly anonymousPerMinute: number;
}

/** The API's configuration, read and validated once. */
export interface ApiConfig {
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Origins whose pages may call the API; '*' is any. */
  readonly corsOrigins: readonly string[];
  /** Express's `trust proxy`: a number of hops, or addresses; absent: forwarded addresses are ignored. */
  readonly trustProxy?: number | readonly string[];
  readonly rateLimits: RateLimitConfig;
  /** The most members of a group. */
  readonly maxGroupMembers: number;
  /** Code points of a message's text at most. */
  readonly messageMaxChars: number;
  readonly attachments: AttachmentLimits;
  /** Where the files of messages are; absent: messages cannot have files. */
  readonly bucket?: BucketConfig;
  /** Where processes share rate limits and events; absent: each process has its own. It may contain a password. */
  readonly redisUrl?: string;
  readonly cognito?: CognitoConfig;
  readonly oidc?: OidcConfig;
  /** Seconds that an issuer's clock may differ from this one. */
  readonly clockSkewS: number;
  readonly dynamo: DynamoConfig;
  /** Absent: texts are stored as they are. */
  readonly texts?: TextConfig;
  readonly observer: ObserverConfig;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const origins = z.string().transform((text, context) => {
  const found: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '*') found.push(entry);
    else if (httpUrl.safeParse(entry).success) found.push(new URL(entry).origin);
    else context.addIssue({ code: 'custom', message: `"${entry}" is not an http or https origin` });
  }
  return found;
});

const trustProxy = z.string().transform((text, context): number | string[] => {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const entries = text.split(',').map((part) => part.trim());
  if (!entries.every(isProxyAddress)) {
    context.addIssue({
      code: 'custom',
      message: 'must be a number of hops, or addresses, subnets, "loopback", "linklocal" or "uniquelocal"',
    });
  }
  return entries;
});

const MAX_RATE_LIMIT = 1_000_000;

const apiEnvironment = dynamoEnvironment
  .extend({
    ...textEnvironment.shape,
    ...attachmentEnvironment.shape,
    ...issuerEnvironment.shape,
    ...observerEnvironment.shape,
    PORT: integer(0, 65_535).default(4567),
    LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
    FRONTEND_URL: origins.optional(),
    BACKEND_URL: origins.optional(),
    TRUST_PROXY: trustProxy.optional(),
    RATE_LIMIT_WRITES_PER_MINUTE: integer(0, MAX_RATE_LIMIT).default(600),
    RATE_LIMIT_READS_PER_MINUTE: integer(0, MAX_RATE_LIMIT).default(1_200),
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: integer(0, MAX_RATE_LIMIT).default(120),
    MAX_GROUP_MEMBERS: integer(2, MAX_MEMBERS).default(MAX_MEMBERS),
    MESSAGE_MAX_CHARS: integer(1, HIGHEST_MESSAGE_MAX_CHARS).default(MESSAGE_MAX_CHARS),
    REDIS_URL: redisUrl.optional(),
    NODE_ENV: z.string().optional(),
  })
  .refine(({ NODE_ENV: mode, JWT_JWKS_URI: jwksUri }) => mode === 'development' || !isHttp(jwksUri), {
    ...anyway,
    path: ['JWT_JWKS_URI'],
    error:
      'must be an https URL, because an attacker who can change the keys can sign tokens (NODE_ENV=development allows http)',
  })
  .refine(
    ({ AWS_COGNITO_USER_POOL_ID: userPoolId, AWS_COGNITO_USER_POOL_CLIENT_ID: clientId }) =>
      (userPoolId === undefined) === (clientId === undefined),
    {
      ...anyway,
      path: ['AWS_COGNITO_USER_POOL_ID and AWS_COGNITO_USER_POOL_CLIENT_ID'],
      error: 'set both or neither',
    },
  )
  .refine(
    ({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URI: jwksUri }) =>
      (issuer === undefined) === (audience === undefined) && (issuer !== undefined || jwksUri === undefined),
    {
      ...anyway,
      path: ['JWT_ISSUER and JWT_AUDIENCE'],
      error: 'set both (and JWT_JWKS_URI, if the keys are not at the default URL) or neither',
    },
  )
  .refine(({ JWT_ISSUER: issuer, JWT_JWKS_URI: jwksUri }) => jwksUri !== undefined || !isHttp(issuer), {
    ...anyway,
    path: ['JWT_ISSUER'],
    error: 'must be an https URL, because its keys are fetched from there, or set JWT_JWKS_URI',
  })
  .refine(
    ({ NODE_ENV: mode, JWT_ISSUER: issuer, JWT_JWKS_URI: jwksUri }) =>
      mode !== 'production' || jwksUri === undefined || !isHttp(issuer),
    { ...anyway, path: ['JWT_ISSUER'], error: 'must be an https URL with NODE_ENV=production' },
  )
  .refine(({ NODE_ENV: mode, JWT_ISSUER: issuer }) => mode !== 'production' || !hasReservedName(issuer), {
    ...anyway,
    path: ['JWT_ISSUER'],
    error:
      'must not be a reserved name with NODE_ENV=production: the development issuer signs in any caller as any user',
  })
  .refine(
    ({ NODE_ENV: mode, FRONTEND_URL = [], BACKEND_URL = [] }) =>
      mode !== 'production' || ![...FRONTEND_URL, ...BACKEND_URL].includes('*'),
    {
      ...anyway,
      path: ['FRONTEND_URL and BACKEND_URL'],
      error: 'must name the origins with NODE_ENV=production: "*" allows every website',
    },
  )
  .refine(keepsUsersApart, { ...anyway, ...USERS_NOT_APART })
  .refine(keepsStrangersOut, { ...anyway, ...OPEN_TO_STRANGERS })
  .refine(hasEncryptionKey, { ...anyway, ...WITHOUT_KEY });

/** The names of the environment variables that the API reads. */
export const API_VARIABLES = Object.keys(apiEnvironment.shape);

/**
 * Reads the API's configuration.
 * @throws ConfigError with everything that is wrong.
 */
export function readApiConfig(environment: Environment): ApiConfig {
  const values = parse(apiEnvironment, environment);
  const cognito = cognitoConfig(values);
  const oidc = oidcConfig(values);
  const dynamo = dynamoConfig(values);
  return {
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    corsOrigins: [...new Set([...(values.FRONTEND_URL ?? []), ...(values.BACKEND_URL ?? [])])],
    ...(values.TRUST_PROXY !== undefined && { trustProxy: values.TRUST_PROXY }),
    rateLimits: {
      writesPerMinute: values.RATE_LIMIT_WRITES_PER_MINUTE,
      readsPerMinute: values.RATE_LIMIT_READS_PER_MINUTE,
      anonymousPerMinute: values.RATE_LIMIT_ANONYMOUS_PER_MINUTE,
    },
    maxGroupMembers: values.MAX_GROUP_MEMBERS,
    messageMaxChars: values.MESSAGE_MAX_CHARS,
    ...(values.REDIS_URL !== undefined && { redisUrl: values.REDIS_URL }),
    ...(cognito && { cognito }),
    ...(oidc && { oidc }),
    clockSkewS: values.JWT_CLOCK_SKEW_SECONDS,
    dynamo,
    ...attachmentConfig(values, dynamo.region),
    ...textConfig(values),
    observer: observerConfig(values),
  };
}

/** Whether tokens come from the development issuer, which signs a token of any user for any caller. */
export function hasDevelopmentIssuer({ oidc }: Pick<ApiConfig, 'oidc'>): boolean {
  return hasReservedName(oidc?.issuer);
}

function isProxyAddress(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  const [address = '', bits = '32', ...rest] = entry.split('/');
  const family = isIP(address);
  return (
    family !== 0 &&
    rest.length === 0 &&
    /^[1-9]\d{0,2}$/.test(bits) &&
    Number(bits) <= (family === 4 ? 32 : 128)
  );
}
