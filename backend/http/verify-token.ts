import { hash } from 'node:crypto';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtBaseError } from 'aws-jwt-verify/error';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import type { JwtHeader, JwtPayload } from 'aws-jwt-verify/jwt-model';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { isUserId } from '../../schema/ids.ts';
import { boundedCache } from '../bounded-cache.ts';
import { type CognitoConfig, issuersOf, type OidcConfig } from '../config.ts';
import { NotAuthenticatedError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type FetchKeys, fixedKeys, IssuerKeys, type TokenKey, type TokenKeys } from './token-keys.ts';

/** The content of a verified token. */
export interface VerifiedToken {
  /** Its `sub`, with its issuer's prefix, if any. */
  readonly userId: string;
  /** When it expires: its `exp` plus the allowed clock skew, in milliseconds since 1970. */
  readonly expires: number;
}

/**
 * Verifies a bearer token.
 * @throws NotAuthenticatedError for a token that does not verify; KeysUnavailableError when this cannot be decided at the moment.
 */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

/** The issuers whose tokens are accepted. */
export interface TokenSources {
  /** Access tokens of a Cognito user pool, for one app client. */
  readonly cognito?: CognitoConfig;
  /** Tokens of an OpenID Connect issuer, for one audience. */
  readonly oidc?: OidcConfig;
  /** Tokens of an issuer with fixed public keys, which are not fetched. */
  readonly development?: { readonly issuer: string; readonly audience: string; readonly jwks: Jwks };
  /** Seconds that an issuer's clock may differ from this one, for `exp` and `nbf`. Default: 0. */
  readonly clockSkewS?: number;
}

export interface VerifierOptions {
  /** Logs the beginning and end of an issuer's outage. */
  readonly logger?: Pick<Logger, 'warn' | 'info'>;
  /** Default: over HTTP. */
  readonly fetchKeys?: FetchKeys;
  /** The clock for the age of keys: milliseconds, from any start. */
  readonly now?: () => number;
}

interface Source {
  readonly issuer: string;
  /** Null: `check` validates another claim instead of `aud`. */
  readonly audience: string | null;
  readonly keys: TokenKeys;
  readonly userIdPrefix?: string | undefined;
  /** Validates further claims of this issuer's tokens. @throws JwtBaseError */
  readonly check?: (payload: JwtPayload) => void;
}

/** A verified token, with the issuer and key that verified it. */
interface Verification {
  readonly token: VerifiedToken;
  readonly source: Source;
  readonly kid: string;
  readonly key: TokenKey;
}

/** Maximum number of verified tokens cached, while they and their keys are valid: verifying RS256 costs 77 µs of CPU. */
const REMEMBERED_TOKENS = 10_000;

export function createTokenVerifier(
  tokenSources: TokenSources,
  options: VerifierOptions = {},
): TokenVerifier {
  const sources = [
    ...cognitoSource(tokenSources, options),
    ...oidcSource(tokenSources, options),
    ...developmentSource(tokenSources),
  ];
  if (sources.length === 0) throw new TypeError('no issuer of tokens is configured');
  const verified = boundedCache<Verification>(REMEMBERED_TOKENS);
  return async (token) => {
    // Only a digest is stored: a later memory dump reveals no token.
    const digest = hash('sha256', token, 'base64');
    const known = verified.get(digest);
    if (known && (await isStillValid(known))) return known.token;
    verified.delete(digest);
    const found = await verify(sources, token, tokenSources.clockSkewS ?? 0);
    verified.set(digest, found);
    return found.token;
  };
}

/** Whether the token has not expired, and its issuer still publishes its key. */
async function isStillValid({ token, source, kid, key }: Verification): Promise<boolean> {
  if (Date.now() >= token.expires) return false;
  return (await source.keys.find(kid))?.jwk === key.jwk;
}

async function verify(
  sources: readonly Source[],
  token: string,
  graceSeconds: number,
): Promise<Verification> {
  try {
    const { header, payload } = decomposeUnverifiedJwt(token);
    const { kid, alg } = header;
    const source = sources.find(({ issuer }) => issuer === payload.iss);
    if (!source || kid === undefined || alg === undefined || !isSupported(header))
      throw new NotAuthenticatedError('token_invalid');
    const key = await source.keys.find(kid);
    if (!key?.algorithms.includes(alg)) throw new NotAuthenticatedError('token_invalid');
    const { issuer, audience } = source;
    verifyJwtSync(token, key.jwk, { issuer, audience, graceSeconds }, () => key.publicKey);
    source.check?.(payload);
    return { token: readToken(payload, source, graceSeconds), source, kid, key };
  } catch (error) {
    if (error instanceof JwtBaseError) throw new NotAuthenticatedError('token_invalid', { cause: error });
    throw error;
  }
}

function readToken(
  { sub, exp }: JwtPayload,
  { userIdPrefix = '' }: Source,
  graceSeconds: number,
): VerifiedToken {
  if (sub === undefined || exp === undefined) throw new NotAuthenticatedError('token_invalid');
  const userId = sub === '' ? '' : `${userIdPrefix}${sub}`;
  if (!isUserId(userId)) throw new NotAuthenticatedError('user_id_invalid');
  return { userId, expires: (exp + graceSeconds) * 1_000 };
}

/** Valid values of `typ`: an access token (RFC 9068), or a JWT of no particular type. */
const TOKEN_TYPES: ReadonlySet<unknown> = new Set(['jwt', 'at+jwt']);

/**
 * Whether a header requires only supported features. No extension that `crit` can list (RFC 7515, section 4.1.11) and no
 * unencoded payload (RFC 7797, section 7) is supported. `typ` excludes an issuer's other signed documents, such as logout
 * tokens (RFC 8725, section 3.11).
 */
function isSupported({ crit, b64, typ }: JwtHeader): boolean {
  if (crit !== undefined || b64 !== undefined) return false;
  return (
    typ === undefined ||
    (typeof typ === 'string' && TOKEN_TYPES.has(typ.toLowerCase().replace(/^application\//, '')))
  );
}

function cognitoSource({ cognito }: TokenSources, options: VerifierOptions): Source[] {
  if (!cognito) return [];
  const { clientId, userIdPrefix } = cognito;
  const check = (payload: JwtPayload) => validateCognitoJwtFields(payload, { tokenUse: 'access', clientId });
  // Access tokens of Cognito have no `aud`: the app client is in `client_id`.
  return issuersOf(cognito).map((issuer) => {
    const keys = new IssuerKeys({ ...options, uri: `${issuer}/.well-known/jwks.json` });
    return { issuer, audience: null, keys, userIdPrefix, check };
  });
}

function oidcSource({ oidc }: TokenSources, options: VerifierOptions): Source[] {
  if (!oidc) return [];
  const { issuer, audience, userIdPrefix } = oidc;
  const uri = oidc.jwksUri ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  return [{ issuer, audience, keys: new IssuerKeys({ ...options, uri }), userIdPrefix }];
}

function developmentSource({ development }: TokenSources): Source[] {
  if (!development) return [];
  const { issuer, audience, jwks } = development;
  return [{ issuer, audience, keys: fixedKeys(jwks) }];
}
