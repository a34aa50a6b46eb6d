import { SignJWT } from 'jose';
import type { TestApi } from './api.ts';
import type { Caller } from './caller.ts';
import { newUserId } from './factories.ts';
import { createTestIssuer, epochSeconds } from './test-issuer.ts';

/** Tokens of a user that an API must refuse, by what is wrong with each. */
export async function tokensThatDoNotVerify(
  { issuer }: TestApi,
  ada: Caller,
): Promise<Record<string, string>> {
  const sub = ada.userId;
  const [header = '', payload = '', signature = ''] = ada.token.split('.');
  const someoneElse = { ...(decode(payload) as object), sub: newUserId() };
  const claims = decode(payload) as Record<string, unknown>;
  const impostor = await createTestIssuer(issuer.kid);
  return {
    'of a client that has none': 'null',
    garbage: 'garbage',
    'three parts of garbage': 'a.b.c',
    'of another key with the same id': await impostor.sign({ sub }),
    'of another issuer': await issuer.sign({ sub, iss: 'https://other.test' }),
    'of an unknown key': await issuer.sign({ sub }, { kid: 'unknown' }),
    'without a key id': unsigned({ alg: 'RS256' }, claims, signature),
    expired: await issuer.sign({ sub, exp: epochSeconds() - 1 }),
    'not valid yet': await issuer.sign({ sub, nbf: epochSeconds() + 600 }),
    'without an end': await issuer.sign({ sub, exp: undefined }),
    'for another audience': await issuer.sign({ sub, aud: 'other' }),
    'for no audience': await issuer.sign({ sub, aud: undefined }),
    'without a user': await issuer.sign({ sub: undefined }),
    'alg none': unsigned({ alg: 'none', typ: 'JWT' }, claims, ''),
    'alg none with the key’s id': unsigned({ alg: 'none', kid: issuer.kid }, claims, ''),
    'alg none with a signature': unsigned({ alg: 'none', kid: issuer.kid }, claims, signature),
    'HS256 signed with the public key': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: issuer.kid })
      .sign(new TextEncoder().encode(issuer.publicKeyPem)),
    'with another payload': [header, encode(someoneElse), signature].join('.'),
    'without a signature': [header, payload, ''].join('.'),
    'with half a signature': [header, payload, signature.slice(0, 100)].join('.'),
    'with a part too many': `${ada.token}.x`,
    'not a JSON payload': [header, Buffer.from('{').toString('base64url'), signature].join('.'),
  };
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
const unsigned = (header: object, payload: object, signature: string): string =>
  [encode(header), encode(payload), signature].join('.');
