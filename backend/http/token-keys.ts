import { createPublicKey, type KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isJwk, type Jwk } from 'aws-jwt-verify/jwk';
import { isJsonObject, type Json, safeJsonParse } from 'aws-jwt-verify/safe-json-parse';
import { KeysUnavailableError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** A public key of an issuer. */
export interface TokenKey {
  /** The same object for as long as the issuer publishes the same key. */
  readonly jwk: Jwk;
  readonly publicKey: KeyObject;
  /** The valid values of a token's `alg` for this key. */
  readonly algorithms: readonly string[];
}

/** The public keys of one issuer. */
export interface TokenKeys {
  /**
   * Returns the key with this id; undefined when the issuer has no such key.
   * @throws KeysUnavailableError when this cannot be decided at the moment.
   */
  find(kid: string): Promise<TokenKey | undefined>;
}

/** Reads the issuer's JSON Web Key Set (RFC 7517) as text. */
export type FetchKeys = (uri: string) => Promise<string>;

/** Keys of this age are fetched again in the background, on the next token. */
export const REFRESH_MS = 4 * 60_000;
/** Keys of this age are not used until they are fetched again: a withdrawn key verifies nothing after this time. */
export const MAX_AGE_MS = 5 * 60_000;
/** How long keys are used when they cannot be fetched again: a withdrawn key verifies nothing after this time. */
export const MAX_KEPT_MS = 60 * 60_000;
/** Pause between a successful fetch and the next one that an unknown key id starts. */
export const COOL_DOWN_MS = 5_000;
/** Pause between a failed fetch and the next one. */
export const RETRY_MS = 1_000;

/** Maximum number of withdrawn key ids remembered. An issuer has a few keys, and rotates them after weeks or months. */
const MAX_WITHDRAWN = 100;
const FETCH_TIMEOUT_MS = 3_000;
/** Ten keys take 5 KB. */
const MAX_KEY_SET_BYTES = 256 * 1_024;
/** RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2_048;

interface Parts {
  readonly uri: string;
  readonly fetchKeys?: FetchKeys | undefined;
  readonly logger?: Pick<Logger, 'warn' | 'info'> | undefined;
  /** Milliseconds, from any start. */
  readonly now?: () => number;
}

/**
 * An issuer's keys, fetched on the first token, and again before they expire (see the times above).
 *
 * A token with an unknown key id starts a fetch, because the issuer may have begun to use a new key. Any client can send
 * such tokens, so there is only one fetch at a time, and a pause between two. Only a fetch that began after the token
 * arrived can decide that its key does not exist: an earlier one may have read the keys before the new one was published.
 * Until this is decided, `find` throws KeysUnavailableError. So tokens with invented key ids can delay the first tokens
 * of a new key by COOL_DOWN_MS, and do not delay tokens of known keys.
 */
export class IssuerKeys implements TokenKeys {
  readonly #uri: string;
  readonly #fetchKeys: FetchKeys;
  readonly #logger: Parts['logger'];
  readonly #now: () => number;
  #keys: ReadonlyMap<string, TokenKey> = new Map();
  /** Ids of keys that the issuer has withdrawn. */
  readonly #withdrawn = new Set<string>();
  /** When the fetch of the current keys began. */
  #asOf = -Infinity;
  /** The number of fetches begun, and the number of the fetch that the current keys are from. */
  #begun = 0;
  #keysFrom = 0;
  #running: Promise<void> | undefined;
  /** Before this time no fetch begins. */
  #nextAt = -Infinity;
  /** Why the last fetch failed; undefined when it did not. */
  #failure: unknown;

  constructor({ uri, fetchKeys = fetchKeySet, logger, now = () => performance.now() }: Parts) {
    this.#uri = uri;
    this.#fetchKeys = fetchKeys;
    this.#logger = logger;
    this.#now = now;
  }

  async find(kid: string): Promise<TokenKey | undefined> {
    const begunBefore = this.#begun;
    await this.#refresh();
    const isDecided = () => this.#keysFrom > begunBefore;
    if (!this.#keys.has(kid) && !isDecided()) await this.#fetch();
    const key = this.#keys.get(kid);
    // A withdrawn key is rejected even during the pause: a client asked to wait would not renew its token.
    if (key || isDecided() || this.#withdrawn.has(kid)) return key;
    throw this.#unavailable();
  }

  /**
   * Fetches old keys again. A token waits for this only if the keys are older than MAX_AGE_MS and the last fetch did not
   * fail: an unresponsive issuer must not slow down tokens of known keys.
   */
  async #refresh(): Promise<void> {
    const age = this.#now() - this.#asOf;
    if (age < REFRESH_MS) return;
    const fetched = this.#fetch();
    if (age < MAX_AGE_MS || (this.#failure !== undefined && age < MAX_KEPT_MS)) return;
    await fetched;
    if (this.#now() - this.#asOf >= MAX_KEPT_MS) throw this.#unavailable();
  }

  /** Joins the running fetch, or begins one unless it is too soon. Never rejects. */
  async #fetch(): Promise<void> {
    if (!this.#running && this.#now() < this.#nextAt) return;
    this.#running ??= this.#load().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #load(): Promise<void> {
    const number = (this.#begun += 1);
    const began = this.#now();
    try {
      this.#replaceKeys(readKeys(safeJsonParse(await this.#fetchKeys(this.#uri))));
      this.#asOf = began;
      this.#keysFrom = number;
      this.#nextAt = this.#now() + COOL_DOWN_MS;
      if (this.#failure !== undefined) this.#logger?.info({ uri: this.#uri }, 'token keys are fetched again');
      this.#failure = undefined;
    } catch (error) {
      this.#nextAt = this.#now() + RETRY_MS;
      if (this.#failure === undefined)
        this.#logger?.warn({ err: error, uri: this.#uri }, 'token keys cannot be fetched');
      this.#failure = error ?? new Error('no reason');
    }
  }

  #replaceKeys(keys: Map<string, TokenKey>): void {
    for (const [kid, { jwk }] of this.#keys) {
      const now = keys.get(kid);
      // Verified tokens are cached with their key, so an unchanged key stays the same object.
      if (now && isDeepStrictEqual(now.jwk, jwk)) keys.set(kid, { ...now, jwk });
      if (!now) this.#withdrawn.add(kid);
    }
    for (const kid of keys.keys()) this.#withdrawn.delete(kid);
    for (const kid of [...this.#withdrawn].slice(0, -MAX_WITHDRAWN)) this.#withdrawn.delete(kid);
    this.#keys = keys;
  }

  #unavailable(): KeysUnavailableError {
    const seconds = Math.ceil((this.#nextAt - this.#now()) / 1_000);
    return new KeysUnavailableError({ retryAfterS: Math.max(1, seconds), cause: this.#failure });
  }
}

/** Returns keys that are never fetched and never change. */
export function fixedKeys(jwks: Json): TokenKeys {
  const keys = readKeys(jwks);
  return { find: (kid) => Promise.resolve(keys.get(kid)) };
}

/**
 * Returns the keys of a set by id. Unusable keys are left out, as RFC 7517, section 5, recommends: a key of an unknown
 * type must not prevent the use of the others. An empty set is valid: all keys were withdrawn.
 * @throws TypeError for an invalid key set, and for a set whose keys are all unusable.
 */
function readKeys(jwks: Json): Map<string, TokenKey> {
  const entries = isJsonObject(jwks) ? jwks['keys'] : undefined;
  if (!Array.isArray(entries)) throw new TypeError('the issuer’s response is not a JSON Web Key Set');
  const keys = new Map<string, TokenKey>();
  for (const entry of entries) {
    const key = isJwk(entry) ? readKey(entry) : undefined;
    if (key?.jwk.kid !== undefined && !keys.has(key.jwk.kid)) keys.set(key.jwk.kid, key);
  }
  if (keys.size === 0 && entries.length > 0)
    throw new TypeError('the issuer’s JSON Web Key Set has no key to verify signatures with');
  return keys;
}

function readKey(jwk: Jwk): TokenKey | undefined {
  const { alg, use, key_ops: operations } = jwk;
  if (use !== undefined && use !== 'sig') return undefined;
  if (Array.isArray(operations) && !operations.includes('verify')) return undefined;
  const publicKey = importKey(jwk);
  const possible = publicKey ? algorithmsOf(publicKey) : [];
  const algorithms = possible.filter((one) => alg === undefined || one === alg);
  return publicKey && algorithms.length > 0 ? { jwk, publicKey, algorithms } : undefined;
}

function importKey(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512'];

/** By the name of the curve (RFC 7518, section 3.4) or of the type of key. */
const OTHER_ALGORITHMS: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ['prime256v1', ['ES256']],
  ['secp384r1', ['ES384']],
  ['secp521r1', ['ES512']],
  ['ed25519', ['EdDSA']],
  ['ed448', ['EdDSA']],
]);

/** Returns the signature algorithms of a key; none for a key that is not for signatures, or is too weak. */
function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'rsa') return modulusLength >= MIN_RSA_BITS ? RSA_ALGORITHMS : [];
  return OTHER_ALGORITHMS.get(namedCurve ?? asymmetricKeyType) ?? [];
}

/**
 * Fetches a key set, with a timeout and a size limit. Redirects are not followed: they could lead to another host or to
 * `http`, which the configuration allows only in development.
 */
export async function fetchKeySet(uri: string, timeoutMs = FETCH_TIMEOUT_MS): Promise<string> {
  const response = await fetch(uri, {
    headers: { Accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`the issuer responds with status ${response.status}`);
  }
  const body: ReadableStream<Uint8Array> = response.body;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_KEY_SET_BYTES) throw new Error(`the issuer’s key set exceeds ${MAX_KEY_SET_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
