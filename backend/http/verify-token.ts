import { createHash } from 'node:crypto';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtBaseError } from 'aws-jwt-verify/error';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import type { JwtHeader, JwtPayload } from 'aws-jwt-verify/jwt-model';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { LRUCache } from 'lru-cache';
import { isUserId } from '../../schema/ids.ts';
import type { CognitoConfig, OidcConfig } from '../config.ts';
import { NotAuthenticatedError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type FetchKeys, fixedKeys, IssuerKeys, type TokenKey, type TokenKeys } from './token-keys.ts';

/** What a token that verified says. */
export interface VerifiedToken {
  /** Whose it is: its `sub`, behind its issuer's prefix where it has one. */
  readonly userId: string;
  /** Until when it is accepted: its `exp` and the allowed clock skew, in milliseconds since 1970. */
  readonly expires: number;
}

/**
 * Verifies a bearer token.
 * @throws NotAuthenticatedError for a token that does not verify; KeysUnavailableError when that cannot be decided now.
 */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

/** Whose tokens are accepted. */
export interface TokenSources {
  /** Access tokens of a Cognito user pool, for one app client. */
  readonly cognito?: CognitoConfig;
  /** Tokens of an OpenID Connect issuer, for one audience. */
  readonly oidc?: OidcConfig;
  /** Tokens of an issuer whose public keys are at hand: none are fetched. */
  readonly development?: { readonly issuer: string; readonly audience: string; readonly jwks: Jwks };
  /** Seconds that an issuer's clock may differ from this one, for `exp` and `nbf`. Default: 0. */
  readonly clockSkewS?: number;
}

export interface VerifierOptions {
  /** Logs when an issuer's keys cannot be fetched, and when they can be again. */
  readonly logger?: Pick<Logger, 'warn' | 'info'>;
  /** Default: over HTTP. */
  readonly fetchKeys?: FetchKeys;
  /** The age of keys is measured with it: milliseconds, from any start. */
  readonly now?: () => number;
}

interface Source {
  readonly issuer: string;
  /** Null: the check looks at something else than `aud`. */
  readonly audience: string | null;
  readonly keys: TokenKeys;
  readonly userIdPrefix?: string | undefined;
  /** What this issuer's tokens have to say besides. @throws JwtBaseError */
  readonly check?: (payload: JwtPayload) => void;
}

/** A token that verified, and with what. */
interface Verification {
  readonly token: VerifiedToken;
  readonly source: Source;
  readonly kid: string;
  readonly key: TokenKey;
}

/** Tokens that were verified are not verified again (RS256 costs 77 µs of CPU) while they and their key are valid. */
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
  const verified = new LRUCache<string, Verification>({ max: REMEMBERED_TOKENS });
  return async (token) => {
    // The token itself is not kept: reading the process's memory later reveals none.
    const digest = createHash('sha256').update(token).digest('base64');
    const known = verified.get(digest);
    if (known && (await isStillValid(known))) return known.token;
    verified.delete(digest);
    const found = await verify(sources, token, tokenSources.clockSkewS ?? 0);
    verified.set(digest, found);
    return found.token;
  };
}

/** Whether the token has not expired, and its issuer still publishes the key that it was verified with. */
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
    if (!source || kid === undefined || alg === undefined || !isUnderstood(header))
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

/** `typ` of an access token (RFC 9068), or of one that says no more than that it is a token. */
const TOKEN_TYPES: ReadonlySet<unknown> = new Set(['jwt', 'at+jwt']);

/**
 * Whether everything in a header is understood that has to be. No extension is supported that `crit` can name (RFC
 * 7515, section 4.1.11), nor an unencoded payload (RFC 7797, section 7). `typ` keeps an issuer's other signed documents
 * apart, such as logout tokens (RFC 8725, section 3.11).
 */
function isUnderstood({ crit, b64, typ }: JwtHeader): boolean {
  if (crit !== undefined || b64 !== undefined) return false;
  return (
    typ === undefined ||
    (typeof typ === 'string' && TOKEN_TYPES.has(typ.toLowerCase().replace(/^application\//, '')))
  );
}

function cognitoSource({ cognito }: TokenSources, options: VerifierOptions): Source[] {
  if (!cognito) return [];
  const { userPoolId, clientId, userIdPrefix } = cognito;
  const { issuer, jwksUri: uri } = CognitoJwtVerifier.parseUserPoolId(userPoolId);
  const check = (payload: JwtPayload) => validateCognitoJwtFields(payload, { tokenUse: 'access', clientId });
  // An access token of Cognito has no `aud`: it names its app client in `client_id`.
  return [{ issuer, audience: null, keys: new IssuerKeys({ ...options, uri }), userIdPrefix, check }];
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
