import { createHash } from 'node:crypto';
import { CognitoJwtVerifier, JwtVerifier } from 'aws-jwt-verify';
import { FetchError, JwksValidationError, JwkValidationError, JwtBaseError } from 'aws-jwt-verify/error';
import { type Jwks, SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import { LRUCache } from 'lru-cache';
import { isUserId } from '../../schema/ids.ts';
import type { CognitoConfig, OidcConfig } from '../config.ts';
import { AppError, KeysUnavailableError, NotAuthenticatedError } from '../errors.ts';

/** What a token that verified says. */
export interface VerifiedToken {
  /** Whose it is: its `sub`. */
  readonly userId: string;
  /** Its `exp`, in milliseconds since 1970. */
  readonly expires: number;
}

/**
 * Verifies a bearer token.
 * @throws NotAuthenticatedError for a token that does not verify; KeysUnavailableError when that cannot be told.
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
}

interface VerifiedPayload {
  readonly sub?: string | undefined;
  readonly exp?: number | undefined;
}

interface Source {
  readonly issuer: string;
  readonly verify: (token: string) => Promise<VerifiedPayload>;
}

/** Tokens that were verified are not verified again (RS256 costs 77 µs of CPU) while they have not expired. */
const REMEMBERED_TOKENS = 10_000;
/** As long as the library waits for keys over https. */
const KEYS_TIMEOUT_MS = 3_000;

export function createTokenVerifier(tokenSources: TokenSources): TokenVerifier {
  const sources = [
    ...cognitoSource(tokenSources),
    ...oidcSource(tokenSources),
    ...developmentSource(tokenSources),
  ];
  if (sources.length === 0) throw new TypeError('no issuer of tokens is configured');
  const verified = new LRUCache<string, VerifiedToken>({ max: REMEMBERED_TOKENS });
  return async (token) => {
    // The token itself is not kept: who reads the process's memory later finds none.
    const key = createHash('sha256').update(token).digest('base64');
    const known = verified.get(key);
    if (known && Date.now() < known.expires) return known;
    const { sub, exp } = await verify(sources, token);
    if (sub === undefined || !isUserId(sub) || exp === undefined)
      throw new NotAuthenticatedError('token_invalid');
    const found = { userId: sub, expires: exp * 1_000 };
    verified.set(key, found);
    return found;
  };
}

/** Failures that lie with the issuer's keys and say nothing of the token. */
const KEY_FAILURES = [FetchError, JwksValidationError, JwkValidationError];

async function verify(sources: readonly Source[], token: string): Promise<VerifiedPayload> {
  try {
    const { iss } = decomposeUnverifiedJwt(token).payload;
    const source = sources.find(({ issuer }) => issuer === iss);
    if (!source) throw new NotAuthenticatedError('token_invalid');
    return await source.verify(token);
  } catch (error) {
    if (KEY_FAILURES.some((failure) => error instanceof failure))
      throw new KeysUnavailableError({ cause: error });
    if (error instanceof JwtBaseError) throw new NotAuthenticatedError('token_invalid', { cause: error });
    // Whatever else goes wrong does so on the way to the keys.
    throw error instanceof AppError ? error : new KeysUnavailableError({ cause: error });
  }
}

function cognitoSource({ cognito }: TokenSources): Source[] {
  if (!cognito) return [];
  const verifier = CognitoJwtVerifier.create({ ...cognito, tokenUse: 'access' });
  const { issuer } = CognitoJwtVerifier.parseUserPoolId(cognito.userPoolId);
  return [{ issuer, verify: (token) => verifier.verify(token) }];
}

function oidcSource({ oidc }: TokenSources): Source[] {
  if (!oidc) return [];
  const overHttp = oidc.jwksUri?.startsWith('http:') === true;
  const verifier = overHttp
    ? JwtVerifier.create(
        { ...oidc },
        { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchOverHttp } }) },
      )
    : JwtVerifier.create({ ...oidc });
  return [{ issuer: oidc.issuer, verify: (token) => verifier.verify(token) }];
}

/** The library's own way is https alone. The configuration lets nothing else through but for development. */
async function fetchOverHttp(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri, { signal: AbortSignal.timeout(KEYS_TIMEOUT_MS) });
  if (!response.ok) throw new FetchError(uri, `status ${response.status}`);
  return response.arrayBuffer();
}

function developmentSource({ development }: TokenSources): Source[] {
  if (!development) return [];
  const { issuer, audience, jwks } = development;
  // The library fetches over https only, and again for a key id it does not know: both times it is handed these keys.
  const fetcher = { fetch: () => Promise.resolve(new TextEncoder().encode(JSON.stringify(jwks)).buffer) };
  const jwksCache = new SimpleJwksCache({ fetcher });
  const verifier = JwtVerifier.create(
    { issuer, audience, jwksUri: 'https://localhost/jwks.json' },
    { jwksCache },
  );
  return [{ issuer, verify: (token) => verifier.verify(token) }];
}
