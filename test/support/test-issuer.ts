import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { exportJWK, importPKCS8, importSPKI, type JWTHeaderParameters, SignJWT } from 'jose';

/** The claims of a token; an undefined claim is left out. */
type Claims = Readonly<Record<string, unknown>>;

/** Signs tokens with an RSA key pair. */
export interface TestIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly kid: string;
  readonly jwks: Jwks;
  readonly publicKeyPem: string;
  /** Signs a token like one that a client gets when a user signs in, with these claims instead. */
  sign(claims?: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

const TOKEN_LIFE_S = 3_600;

/** Creates a private key, as PEM. It takes 0.1 to 0.5 s of processor time. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Returns an issuer whose key all test files of a run share: TEST_ISSUER_KEY holds it; absent: a new one. */
export function issuerOfTheRun(): Promise<TestIssuer> {
  return createTestIssuer('test-key', process.env['TEST_ISSUER_KEY']);
}

/**
 * @param kid the key id. Two issuers with the same one still have different keys.
 * @param privateKeyPem default: a new key.
 */
export async function createTestIssuer(
  kid = 'test-key',
  privateKeyPem = newPrivateKey(),
): Promise<TestIssuer> {
  const publicKeyPem = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }).toString();
  const privateKey = await importPKCS8(privateKeyPem, 'RS256');
  const publicKey = await importSPKI(publicKeyPem, 'RS256', { extractable: true });
  const { n = '', e = '' } = await exportJWK(publicKey);
  const issuer = 'https://issuer.test';
  const audience = 'cruddur-test';
  return {
    issuer,
    audience,
    kid,
    jwks: { keys: [{ kid, kty: 'RSA', n, e, alg: 'RS256', use: 'sig' }] },
    publicKeyPem,
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

/** Returns the time in the unit of a token's claims. */
export function epochSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
