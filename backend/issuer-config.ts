import * as z from 'zod';
import { type DynamoConfig, dynamoConfig, dynamoEnvironment } from './dynamo-config.ts';
import { type Environment, httpUrl, integer, parse } from './environment.ts';

/* The part of the configuration that says whose tokens are accepted. */

export interface CognitoConfig {
  readonly userPoolId: string;
  readonly clientId: string;
  /** What this pool's user ids start with here; absent: a user id is the token's `sub`. */
  readonly userIdPrefix?: string;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Absent: `/.well-known/jwks.json` under the issuer. */
  readonly jwksUri?: string;
  /** What this issuer's user ids start with here; absent: a user id is the token's `sub`. */
  readonly userIdPrefix?: string;
}

/** "No more than a few minutes" by RFC 7519, section 4.1.4. */
const MAX_CLOCK_SKEW_S = 300;

/** What an issuer's user ids start with. A user id has at most 255 bytes: the `sub` has room behind it. */
export const userIdPrefix = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.:-]{0,15}$/,
    'must be 1 to 16 of a-z, A-Z, 0-9, _, ., : and -, as cognito:',
  );

export const issuerEnvironment = z.object({
  AWS_COGNITO_USER_POOL_ID: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d_[0-9a-zA-Z]+$/, 'must look like us-east-1_AbCdEfGhI')
    .optional(),
  AWS_COGNITO_USER_POOL_CLIENT_ID: z.string().optional(),
  AWS_COGNITO_USER_ID_PREFIX: userIdPrefix.optional(),
  JWT_ISSUER: httpUrl.optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWT_JWKS_URI: httpUrl.optional(),
  JWT_USER_ID_PREFIX: userIdPrefix.optional(),
  JWT_CLOCK_SKEW_SECONDS: integer(0, MAX_CLOCK_SKEW_S).default(60),
});

type IssuerValues = z.output<typeof issuerEnvironment>;

export function cognitoConfig(values: IssuerValues): CognitoConfig | undefined {
  const { AWS_COGNITO_USER_POOL_ID: userPoolId, AWS_COGNITO_USER_POOL_CLIENT_ID: clientId } = values;
  if (userPoolId === undefined || clientId === undefined) return undefined;
  return { userPoolId, clientId, ...prefixed(values.AWS_COGNITO_USER_ID_PREFIX) };
}

export function oidcConfig(values: IssuerValues): OidcConfig | undefined {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URI: jwksUri } = values;
  if (issuer === undefined || audience === undefined) return undefined;
  return {
    issuer,
    audience,
    ...(jwksUri !== undefined && { jwksUri }),
    ...prefixed(values.JWT_USER_ID_PREFIX),
  };
}

const prefixed = (prefix: string | undefined) => (prefix === undefined ? {} : { userIdPrefix: prefix });

/**
 * Whether no user of one issuer can have the user id of another's: each issuer has a prefix, and none begins with the
 * other, as `a` and `ab` would. An issuer that lets people choose their `sub` could otherwise give away accounts of
 * the other. The development issuer's name is exempt: it signs in anybody as anybody, and production refuses it.
 */
export function keepsUsersApart(values: Partial<IssuerValues>): boolean {
  const { AWS_COGNITO_USER_POOL_ID: userPoolId, JWT_ISSUER: issuer } = values;
  if (userPoolId === undefined || issuer === undefined || isNobodys(issuer)) return true;
  const { AWS_COGNITO_USER_ID_PREFIX: one, JWT_USER_ID_PREFIX: other } = values;
  return one !== undefined && other !== undefined && !one.startsWith(other) && !other.startsWith(one);
}

export const USERS_NOT_APART = {
  path: ['AWS_COGNITO_USER_ID_PREFIX and JWT_USER_ID_PREFIX'],
  error:
    'set both where there are two issuers, neither the beginning of the other: the issuers could give two people one user id',
};

/** The post-confirmation function's configuration. */
export interface ProfileConfig {
  readonly dynamo: DynamoConfig;
  /** The API's prefix for the pool whose users the function writes profiles of. */
  readonly userIdPrefix?: string;
}

const profileEnvironment = dynamoEnvironment.extend({
  AWS_COGNITO_USER_ID_PREFIX: userIdPrefix.optional(),
});

/** @throws ConfigError with everything that is wrong. */
export function readProfileConfig(environment: Environment): ProfileConfig {
  const values = parse(profileEnvironment, environment);
  return { dynamo: dynamoConfig(values), ...prefixed(values.AWS_COGNITO_USER_ID_PREFIX) };
}

export function isHttp(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) && new URL(url).protocol === 'http:';
}

/** Whether its name can be nobody's (RFC 6761), as the development issuer's, which signs for whoever asks. */
export function isNobodys(url: string | undefined): boolean {
  return (
    url !== undefined && URL.canParse(url) && /(^|\.)(invalid|localhost)\.?$/.test(new URL(url).hostname)
  );
}
