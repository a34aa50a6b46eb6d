import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Jwk } from 'aws-jwt-verify/jwk';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { KeysUnavailableError, NotAuthenticatedError } from '../../backend/errors.ts';
import { createTokenVerifier, type TokenVerifier } from '../../backend/http/verify-token.ts';
import { type KeyServer, startKeyServer } from '../support/key-server.ts';
import { createTestIssuer, epochSeconds, type TestIssuer } from '../support/test-issuer.ts';

const SKEW_S = 60;

let issuer: TestIssuer;
let verify: TokenVerifier;

beforeAll(async () => {
  issuer = await createTestIssuer();
  verify = createTokenVerifier({ development: issuer, clockSkewS: SKEW_S });
});

const refused = (token: string) => expect(verify(token)).rejects.toThrow(NotAuthenticatedError);

const claims = () => ({ iss: issuer.issuer, aud: issuer.audience, sub: 'ada', exp: epochSeconds() + 60 });

/** Verifies tokens of one key. */
function verifierOf(jwk: object): TokenVerifier {
  const jwks = { keys: [JSON.parse(JSON.stringify(jwk)) as Jwk] };
  return createTokenVerifier({ development: { ...issuer, jwks } });
}

describe('keys that are fetched over http', () => {
  let server: KeyServer;
  beforeAll(async () => {
    server = await startKeyServer();
    server.issuers = [issuer];
  });
  afterAll(() => server.close());

  const open = (): TokenVerifier =>
    createTokenVerifier({ oidc: { issuer: issuer.issuer, audience: issuer.audience, jwksUri: server.uri } });

  it('verify what they signed, and nothing else; they are fetched once', async () => {
    const verifyFetched = open();
    expect(await verifyFetched(await issuer.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
    expect(await verifyFetched(await issuer.sign({ sub: 'grace' }))).toMatchObject({ userId: 'grace' });
    const forged = await (await createTestIssuer()).sign({ sub: 'ada' });
    await expect(verifyFetched(forged)).rejects.toThrow(NotAuthenticatedError);
    expect(server.fetches).toBe(1);
  });

  it('that are not to be had say nothing of the token', async () => {
    server.respond = (response) => void response.writeHead(500).end();
    await expect(open()(await issuer.sign())).rejects.toThrow(KeysUnavailableError);
  });
});

describe('an issuer’s clock', () => {
  it.each(['nbf', 'iat'])('may be ahead: a token with an %s of the next second verifies', async (claim) => {
    await verify(await issuer.sign({ [claim]: epochSeconds() + 1 }));
    await verify(await issuer.sign({ [claim]: epochSeconds() + SKEW_S - 5 }));
  });

  it('may not be further ahead than the setting allows', async () => {
    await refused(await issuer.sign({ nbf: epochSeconds() + SKEW_S + 5 }));
  });

  it('may be behind: a token is accepted, and remembered, until the skew is over too', async () => {
    const exp = epochSeconds() - 5;
    const token = await issuer.sign({ exp });
    const expires = (exp + SKEW_S) * 1_000;
    expect(await verify(token)).toMatchObject({ expires });
    expect(await verify(token)).toMatchObject({ expires });
    await refused(await issuer.sign({ exp: epochSeconds() - SKEW_S - 5 }));
  });

  it('is taken as exact without the setting', async () => {
    const exact = createTokenVerifier({ development: issuer });
    await expect(exact(await issuer.sign({ nbf: epochSeconds() + 5 }))).rejects.toThrow(
      NotAuthenticatedError,
    );
    await expect(exact(await issuer.sign({ exp: epochSeconds() - 5 }))).rejects.toThrow(
      NotAuthenticatedError,
    );
  });
});

describe('a header', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');

  beforeAll(() => {
    verify = verifierOf({ ...publicKey.export({ format: 'jwk' }), kid: 'own', alg: 'EdDSA' });
  });

  /** A token with any header at all: a library refuses to sign what must not be. */
  function signed(header: object): string {
    const [head, payload] = [{ alg: 'EdDSA', kid: 'own', ...header }, claims()].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const signature = signBytes(null, Buffer.from(`${head}.${payload}`), privateKey);
    return `${head}.${payload}.${signature.toString('base64url')}`;
  }

  it.each<[string, object]>([
    ['with a critical extension that is unknown', { crit: ['urn:unknown'], 'urn:unknown': 1 }],
    ['with a critical extension that it does not have', { crit: ['exp'] }],
    ['with an empty list of critical extensions', { crit: [] }],
    ['whose list of critical extensions is null', { crit: null }],
    ['of an unencoded payload', { crit: ['b64'], b64: false }],
    ['of an unencoded payload that is not called critical', { b64: false }],
    ['of a logout token', { typ: 'logout+jwt' }],
    ['of a security event', { typ: 'application/secevent+jwt' }],
    ['of a type that is no text', { typ: ['JWT'] }],
    ['whose key id is a number', { kid: 7 }],
    ['without an algorithm', { alg: undefined }],
  ])('%s is refused', async (_what, header) => {
    await refused(signed(header));
  });

  it.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])(
    'of type %s is accepted',
    async (typ) => {
      await verify(signed({ typ }));
    },
  );
});

describe('a key', () => {
  it.each(['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'of %s that names no algorithm verifies its own signatures, and tokens of all other algorithms are refused',
    async (own) => {
      const { publicKey, privateKey } = await generateKeyPair(own, { extractable: true });
      verify = verifierOf({ ...(await exportJWK(publicKey)), kid: 'own' });
      const token = await new SignJWT(claims()).setProtectedHeader({ alg: own, kid: 'own' }).sign(privateKey);
      expect(await verify(token)).toMatchObject({ userId: 'ada' });
      const [, payload, signature] = token.split('.');
      const others = ['none', 'HS256', 'RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'toString', ''];
      for (const alg of others.filter((other) => other !== own)) {
        const header = Buffer.from(JSON.stringify({ alg, kid: 'own' })).toString('base64url');
        await refused(`${header}.${payload}.${signature}`);
      }
    },
  );

  it('with the id __proto__ does not exist', async () => {
    verify = createTokenVerifier({ development: issuer });
    await refused(await issuer.sign({}, { kid: '__proto__' }));
  });
});

describe('a user id', () => {
  const POOL = { userPoolId: 'us-east-1_AbCdEfGhI', clientId: 'client' };
  const POOL_ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI';
  let ofBoth: TokenVerifier;

  beforeAll(() => {
    const { issuer: name, audience } = issuer;
    ofBoth = createTokenVerifier(
      {
        cognito: { ...POOL, userIdPrefix: 'cognito:' },
        oidc: { issuer: name, audience, userIdPrefix: 'issuer:' },
      },
      { fetchKeys: () => Promise.resolve(JSON.stringify(issuer.jwks)) },
    );
  });

  const ofPool = (claims: object) =>
    issuer.sign({ iss: POOL_ISSUER, aud: undefined, token_use: 'access', client_id: 'client', ...claims });

  it('is the sub behind the prefix of its issuer: the same sub of two issuers is two users', async () => {
    expect(await ofBoth(await ofPool({ sub: 'ada' }))).toMatchObject({ userId: 'cognito:ada' });
    expect(await ofBoth(await issuer.sign({ sub: 'ada' }))).toMatchObject({ userId: 'issuer:ada' });
  });

  it('stays the same when its pool is replicated, in either region, by tokens from before and after', async () => {
    const asked: string[] = [];
    const fetchKeys = (uri: string) => {
      asked.push(uri);
      return Promise.resolve(JSON.stringify(issuer.jwks));
    };
    const shared = 'https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI';
    // The replica has the id of its primary: the regions differ in nothing that a token or its check knows.
    const verify = createTokenVerifier({ cognito: { ...POOL, isReplicated: true } }, { fetchKeys });
    expect(await verify(await ofPool({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
    expect(await verify(await ofPool({ sub: 'ada', iss: shared }))).toMatchObject({ userId: 'ada' });
    expect(asked).toEqual([`${POOL_ISSUER}/.well-known/jwks.json`, `${shared}/.well-known/jwks.json`]);
    const other = shared.replace('_AbCdEfGhI', '_Other');
    await expect(verify(await ofPool({ sub: 'ada', iss: other }))).rejects.toThrow(NotAuthenticatedError);
    await expect(ofBoth(await ofPool({ sub: 'ada', iss: shared }))).rejects.toThrow(NotAuthenticatedError);
  });

  it.each<[string, object]>([
    ['of another use', { token_use: 'id', aud: 'client' }],
    ['of no use', { token_use: undefined }],
    ['of another app client', { client_id: 'other' }],
    ['of no app client', { client_id: undefined }],
    ['without a sub', { sub: undefined }],
    ['with a blank sub', { sub: '' }],
    ['with a sub that has no room behind the prefix', { sub: 'x'.repeat(255) }],
  ])('is in no token of the pool %s', async (_what, claims) => {
    await expect(ofBoth(await ofPool(claims))).rejects.toThrow(NotAuthenticatedError);
  });

  it.each<[string, object]>([
    ['without a sub', { sub: undefined }],
    ['with a blank sub', { sub: '' }],
    ['with a sub that is a number', { sub: 7 }],
    ['with a list of issuers', { iss: ['https://issuer.test'] }],
    ['without an end', { exp: undefined }],
    ['with an end that is a text', { exp: '9999999999' }],
  ])('is in no token %s', async (_what, claims) => {
    await expect(ofBoth(await issuer.sign({ ...claims }))).rejects.toThrow(NotAuthenticatedError);
  });
});
