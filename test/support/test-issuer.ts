import type { Jwks } from 'aws-jwt-verify/jwk';
import { exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';

/** What a token says; one that is undefined is left out. */
type Claims = Readonly<Record<string, unknown>>;

/** Signs tokens with an RSA key pair of its own. */
export interface TestIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly kid: string;
  readonly jwks: Jwks;
  readonly publicKeyPem: string;
  /** A token as a client holds it after signing in, with these claims instead. */
  sign(claims?: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

const TOKEN_LIFE_S = 3_600;

/** @param kid two issuers with the same one have different keys all the same. */
export async function createTestIssuer(kid = 'test-key'): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const { n = '', e = '' } = await exportJWK(publicKey);
  const issuer = 'https://issuer.test';
  const audience = 'cruddur-test';
  return {
    issuer,
    audience,
    kid,
    jwks: { keys: [{ kid, kty: 'RSA', n, e, alg: 'RS256', use: 'sig' }] },
    publicKeyPem: await exportSPKI(publicKey),
    sign: (claims, header) => {
      const now = epochSeconds();
      return new SignJWT({
        iss: issuer,
        aud: audience,
        sub: crypto.randomUUID(),
        iat: now,
        exp: now + TOKEN_LIFE_S,
        scope: 'aws.cognito.signin.user.admin',
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid, ...header })
        .sign(privateKey);
    },
  };
}

/** The time in the unit of a token's claims. */
export function epochSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
