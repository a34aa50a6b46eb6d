import * as z from 'zod';
import { type DynamoConfig, dynamoConfig, dynamoEnvironment } from './dynamo-config.ts';
import { type Environment, httpUrl, integer, parse } from './environment.ts';

/* The configuration of the token issuers. */

export interface CognitoConfig {
  readonly userPoolId: string;
  readonly clientId: string;
  /** Prefix of this pool's user ids; absent: a user id is the token's `sub`. */
  readonly userIdPrefix?: string;
  /** The host of the sign-in pages, if it is the deployment's own and not one of Cognito's. */
  readonly signInDomain?: string;
  /** Whether the pool has a replica in another region: then its tokens name an issuer that both regions have. */
  readonly isReplicated?: boolean;
}

/**
 * The issuers that a pool's tokens name, the current one first. A pool that is replicated has one that does not depend on
 * its region; tokens from before name the region's.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html
 */
export function issuersOf({
  userPoolId,
  isReplicated = false,
}: CognitoConfig): readonly [string, ...string[]] {
  const region = userPoolId.split('_', 1)[0] ?? '';
  const ofRegion = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  const ofAll = `https://issuer-cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  return isReplicated ? [ofAll, ofRegion] : [ofRegion];
}

export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Absent: `/.well-known/jwks.json` under the issuer. */
  readonly jwksUri?: string;
  /** Prefix of this issuer's user ids; absent: a user id is the token's `sub`. */
  readonly userIdPrefix?: string;
}

/** "No more than a few minutes" by RFC 7519, section 4.1.4. */
const MAX_CLOCK_SKEW_S = 300;

/** Prefix of an issuer's user ids. A user id has at most 255 bytes, which leaves room for the `sub`. */
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
  AWS_COGNITO_SIGN_IN_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a host name')
    .optional(),
  AWS_COGNITO_REPLICATED: z.stringbool().default(false),
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
  const { AWS_COGNITO_SIGN_IN_DOMAIN: signInDomain, AWS_COGNITO_REPLICATED: isReplicated } = values;
  return {
    userPoolId,
    clientId,
    ...prefixed(values.AWS_COGNITO_USER_ID_PREFIX),
    ...(signInDomain !== undefined && { signInDomain }),
    ...(isReplicated && { isReplicated }),
  };
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
 * Whether users of different issuers always have different user ids: each issuer has a prefix, and neither prefix begins
 * with the other, as with `a` and `ab`. Otherwise an issuer that lets users choose their `sub` could give away accounts
 * of the other. The development issuer is exempt: it signs in any caller as any user, and production rejects it.
 */
export function keepsUsersApart(values: Partial<IssuerValues>): boolean {
  const { AWS_COGNITO_USER_POOL_ID: userPoolId, JWT_ISSUER: issuer } = values;
  if (userPoolId === undefined || issuer === undefined || hasReservedName(issuer)) return true;
  const { AWS_COGNITO_USER_ID_PREFIX: one, JWT_USER_ID_PREFIX: other } = values;
  return one !== undefined && other !== undefined && !one.startsWith(other) && !other.startsWith(one);
}

export const USERS_NOT_APART = {
  path: ['AWS_COGNITO_USER_ID_PREFIX and JWT_USER_ID_PREFIX'],
  error:
    'set both when there are two issuers, and let neither begin with the other: two users could get the same user id',
};

/** The post-confirmation function's configuration. */
export interface ProfileConfig {
  readonly dynamo: DynamoConfig;
  /** The API's user id prefix for the pool of this function. */
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

/** Whether the host name is reserved (RFC 6761). The development issuer has such a name: it signs for any caller. */
export function hasReservedName(url: string | undefined): boolean {
  return (
    url !== undefined && URL.canParse(url) && /(^|\.)(invalid|localhost)\.?$/.test(new URL(url).hostname)
  );
}
