import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeysUnavailableError, NotAuthenticatedError } from '../../backend/errors.ts';
import {
  COOL_DOWN_MS,
  fetchKeySet,
  fixedKeys,
  MAX_AGE_MS,
  MAX_KEPT_MS,
  REFRESH_MS,
  RETRY_MS,
} from '../../backend/http/token-keys.ts';
import { createTokenVerifier, type TokenVerifier } from '../../backend/http/verify-token.ts';
import { createLogger } from '../../backend/logger.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { type KeyServer, sendKeys, startKeyServer } from '../support/key-server.ts';
import { createTestIssuer, type TestIssuer } from '../support/test-issuer.ts';

/* An issuer that rotates, withdraws and does not serve its keys, which are fetched over http. */

let server: KeyServer;
let old: TestIssuer;
let next: TestIssuer;
let impostor: TestIssuer;
let clock: number;
let verify: TokenVerifier;
const logged: unknown[] = [];
const logger = createLogger('info', {
  write: (line) => void logged.push((JSON.parse(line) as { msg: string }).msg),
});

beforeAll(async () => {
  server = await startKeyServer();
  old = await createTestIssuer('old');
  next = await createTestIssuer('next');
  impostor = await createTestIssuer('impostor');
});
afterAll(() => server.close());
beforeEach(() => {
  clock = 0;
  server.issuers = [old];
  server.fetches = 0;
  const { issuer, audience } = old;
  verify = createTokenVerifier(
    { oidc: { issuer, audience, jwksUri: server.uri } },
    { now: () => clock, logger },
  );
});
afterEach(() => {
  server.respond = undefined;
  logged.length = 0;
});

/** A token with a key id that the issuer never had. */
const invented = () => impostor.sign({}, { kid: crypto.randomUUID() });

async function unavailable(token: string): Promise<KeysUnavailableError> {
  const error: unknown = await verify(token).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KeysUnavailableError);
  return error as KeysUnavailableError;
}

const refused = (token: string) => expect(verify(token)).rejects.toThrow(NotAuthenticatedError);

function holdAnswer() {
  const [arrived, released] = [deferred<undefined>(), deferred<undefined>()];
  const published = server.issuers;
  server.respond = (response) => {
    arrived.resolve(undefined);
    void released.promise.then(() => sendKeys(response, published));
  };
  return { arrived: arrived.promise, release: () => released.resolve(undefined) };
}

describe('a token of a new key', () => {
  it('is undecided for a moment after an invented key id was sent, and verifies after that', async () => {
    await verify(await old.sign());
    clock += COOL_DOWN_MS;
    await refused(await invented());
    server.issuers = [old, next];
    const token = await next.sign({ sub: 'ada' });
    const { retryAfterS } = await unavailable(token);
    expect(retryAfterS).toBe(COOL_DOWN_MS / 1_000);
    clock += retryAfterS * 1_000;
    expect(await verify(token)).toMatchObject({ userId: 'ada' });
  });

  it('verifies after that moment too where invented key ids go on coming', async () => {
    await verify(await old.sign());
    clock += COOL_DOWN_MS;
    await refused(await invented());
    server.issuers = [old, next];
    const token = await next.sign();
    const flood = await Promise.all(Array.from({ length: 20 }, () => invented()));
    await Promise.all([...flood, token].map(unavailable));
    clock += COOL_DOWN_MS;
    const [, outcome] = await Promise.allSettled([verify(flood[0] ?? ''), verify(token)]);
    expect(outcome.status).toBe('fulfilled');
    expect(server.fetches).toBe(3);
  });

  it('is undecided where the fetch that it met began before the key was published', async () => {
    await verify(await old.sign());
    clock += COOL_DOWN_MS;
    const held = holdAnswer();
    const first = refused(await invented());
    await held.arrived;
    server.issuers = [old, next];
    const token = await next.sign();
    const second = unavailable(token);
    held.release();
    server.respond = undefined;
    await Promise.all([first, second]);
    clock += COOL_DOWN_MS;
    await verify(token);
  });

  it('verifies at once where nobody sent an unknown key id before', async () => {
    await verify(await old.sign());
    clock += COOL_DOWN_MS;
    server.issuers = [next];
    await verify(await next.sign());
  });
});

describe('tokens with invented key ids', () => {
  it('change nothing for tokens of known keys', async () => {
    await verify(await old.sign());
    clock += COOL_DOWN_MS;
    await refused(await invented());
    await unavailable(await invented());
    await verify(await old.sign());
  });

  it('that come at once cause one fetch', async () => {
    const flood = await Promise.all(Array.from({ length: 20 }, () => invented()));
    await Promise.allSettled(flood.map((token) => verify(token)));
    expect(server.fetches).toBe(1);
  });

  it('cause no fetch before the pause is over, and then one more', async () => {
    await refused(await invented());
    clock += COOL_DOWN_MS - 1;
    await unavailable(await invented());
    expect(server.fetches).toBe(1);
    clock += 1;
    await refused(await invented());
    expect(server.fetches).toBe(2);
  });

  it('do not make tokens of known keys wait for a slow issuer', async () => {
    await verify(await old.sign());
    clock += COOL_DOWN_MS;
    const held = holdAnswer();
    const waiting = refused(await invented());
    await held.arrived;
    await verify(await old.sign());
    held.release();
    await waiting;
  });
});

describe('a key that the issuer withdrew', () => {
  it('verifies nothing after MAX_AGE_MS, neither tokens that verified before nor others', async () => {
    const [known, other] = [await old.sign(), await old.sign()];
    await verify(known);
    server.issuers = [next];
    clock += MAX_AGE_MS;
    await refused(known);
    await refused(other);
    await verify(await next.sign());
  });

  it('is noticed in the background by a token that comes before that', async () => {
    const token = await old.sign();
    await verify(token);
    server.issuers = [next];
    clock += REFRESH_MS;
    const held = holdAnswer();
    await verify(token);
    held.release();
    await eventually(() => refused(token));
    // It is refused in the pause as well: a client that was asked to wait would not renew its token.
    await refused(token);
    expect(server.fetches).toBe(2);
  });

  it('and published again verifies again', async () => {
    const token = await old.sign();
    await verify(token);
    server.issuers = [next];
    clock += MAX_AGE_MS;
    await refused(token);
    server.issuers = [old, next];
    clock += COOL_DOWN_MS;
    await verify(token);
  });

  it('and replaced by another with the same id verifies nothing', async () => {
    const token = await old.sign();
    await verify(token);
    const successor = await createTestIssuer('old');
    server.issuers = [successor];
    clock += MAX_AGE_MS;
    await refused(token);
    await verify(await successor.sign());
  });

  it('with all others leaves nobody signed in', async () => {
    const token = await old.sign();
    await verify(token);
    server.issuers = [];
    clock += MAX_AGE_MS;
    await refused(token);
  });
});

describe('keys that cannot be fetched again', () => {
  const fail = () => {
    server.respond = (response) => void response.writeHead(500).end();
  };

  it('are kept up to MAX_KEPT_MS, and no longer', async () => {
    const token = await old.sign();
    await verify(token);
    fail();
    clock = MAX_KEPT_MS - 1;
    await verify(token);
    clock = MAX_KEPT_MS + RETRY_MS;
    expect((await unavailable(token)).retryAfterS).toBe(1);
    server.respond = undefined;
    clock += RETRY_MS;
    await verify(token);
    expect(logged).toEqual(['token keys cannot be fetched', 'token keys are fetched again']);
  });

  it('make tokens wait once, and not again while the issuer hangs', async () => {
    const token = await old.sign();
    await verify(token);
    fail();
    clock = MAX_AGE_MS;
    await verify(token);
    clock += RETRY_MS;
    const held = holdAnswer();
    await verify(token);
    await held.arrived;
    await verify(token);
    held.release();
  });

  it('leave a token of a new key undecided', async () => {
    await verify(await old.sign());
    server.issuers = [old, next];
    fail();
    clock += COOL_DOWN_MS;
    const token = await next.sign();
    await unavailable(token);
    server.respond = undefined;
    clock += RETRY_MS;
    await verify(token);
  });

  it.each<[string, string]>([
    ['are no JSON', '<html>'],
    ['are no key set', '{}'],
    ['are null', 'null'],
    ['have keys that are no list', '{"keys":{}}'],
    ['have nothing to verify signatures with', '{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"old"}]}'],
    ['are larger than a key set can be', `{"keys":[],"x":"${'x'.repeat(300_000)}"}`],
  ])('since they %s are kept', async (_what, body) => {
    const token = await old.sign();
    await verify(token);
    server.respond = (response) => void response.writeHead(200).end(body);
    clock = MAX_AGE_MS;
    await verify(token);
    expect(logged).toEqual(['token keys cannot be fetched']);
  });

  it('since the issuer redirects are kept', async () => {
    const token = await old.sign();
    await verify(token);
    server.respond = (response) => void response.writeHead(302, { Location: server.uri }).end();
    clock = MAX_AGE_MS;
    await verify(token);
    expect(logged).toEqual(['token keys cannot be fetched']);
  });

  it('in time are given up, also where the answer began', async () => {
    server.respond = () => undefined;
    await expect(fetchKeySet(server.uri, 20)).rejects.toThrow(/timeout/);
    server.respond = (response) => void response.writeHead(200).write('{');
    await expect(fetchKeySet(server.uri, 20)).rejects.toThrow(/timeout/);
  });
});

describe('a key set', () => {
  it.each<[string, unknown]>([
    ['of an unknown type', { kty: 'XYZ', kid: 'other' }],
    ['that is no object', 'key'],
    ['that is null', null],
    ['for encryption', { kty: 'RSA', use: 'enc', kid: 'other', n: 'AQAB', e: 'AQAB' }],
    ['with parts of another type', { kty: 'RSA', kid: 'other', n: 7, e: 'AQAB' }],
    ['that cannot be imported', { kty: 'EC', crv: 'P-256', kid: 'other', x: 'AA', y: 'AA' }],
    ['without an id', { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) }],
  ])('with a key %s has its other keys', async (_what, key) => {
    const jwks = JSON.parse(JSON.stringify({ keys: [key, ...old.jwks.keys] })) as Parameters<
      typeof fixedKeys
    >[0];
    const keys = fixedKeys(jwks);
    expect(await keys.find('old')).toBeDefined();
    expect(await keys.find('other')).toBeUndefined();
  });

  it('has no key whose signatures can be forged: RSA of less than 2,048 bits', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const weak = { ...publicKey.export({ format: 'jwk' }), kid: 'weak' };
    const jwks = JSON.parse(JSON.stringify({ keys: [weak, ...old.jwks.keys] })) as Parameters<
      typeof fixedKeys
    >[0];
    expect(await fixedKeys(jwks).find('weak')).toBeUndefined();
  });
});
