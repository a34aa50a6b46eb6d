import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { z } from 'zod';
import { parseJson } from '../cli/parse-json.ts';
import { createFile, readFileIfThere } from './data-dir.ts';
import { UserError } from '../cli/user-error.ts';

/** `iss` and `aud` of development tokens. `.invalid` (RFC 6761) is reserved: no real issuer can have this name. */
export const DEVELOPMENT_ISSUER = 'https://development.cruddur.invalid';
export const DEVELOPMENT_AUDIENCE = 'cruddur-development';

/** Lifetime of a development token in seconds: a working day. */
const TOKEN_LIFE_SECONDS = 12 * 60 * 60;
const ALGORITHM = 'RS256';
const KEY_BITS = 2048;
const KEY_FILE = 'development-issuer.json';
/** The scope in Cognito's access tokens; the clients' login library requires it. */
const SCOPE = 'aws.cognito.signin.user.admin';

/** The user of a token. */
export interface TokenSubject {
  /** The user id. */
  readonly sub: string;
  readonly username?: string;
}

/** Signs real tokens with its own key pair, for one machine. */
export interface DevelopmentIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** The public key, with which tokens are verified. */
  readonly jwks: Jwks;
  signToken(subject: TokenSubject): Promise<string>;
}

const keyFile = z.object({
  kid: z.string(),
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  p: z.string(),
  q: z.string(),
  dp: z.string(),
  dq: z.string(),
  qi: z.string(),
});
type PrivateKey = z.output<typeof keyFile>;

/**
 * Opens the issuer of a data directory. The first process that needs the key pair creates it; processes that do so at
 * the same moment get the same pair.
 * @throws UserError in production, or for an invalid key file.
 */
export async function openDevelopmentIssuer(
  dataDir: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<DevelopmentIssuer> {
  if (environment['NODE_ENV'] === 'production') {
    throw new UserError(
      'development tokens are not for NODE_ENV=production: sign in with the real issuer there',
    );
  }
  const key = await openKey(join(dataDir, KEY_FILE));
  const { kid, kty, n, e } = key;
  const signingKey = await importJWK(key, ALGORITHM);
  return {
    issuer: DEVELOPMENT_ISSUER,
    audience: DEVELOPMENT_AUDIENCE,
    jwks: { keys: [{ kid, kty, n, e, alg: ALGORITHM, use: 'sig' }] },
    signToken: ({ sub, username }) =>
      new SignJWT({
        client_id: DEVELOPMENT_AUDIENCE,
        token_use: 'access',
        scope: SCOPE,
        username: username ?? sub,
      })
        .setProtectedHeader({ alg: ALGORITHM, kid })
        .setIssuer(DEVELOPMENT_ISSUER)
        .setAudience(DEVELOPMENT_AUDIENCE)
        .setSubject(sub)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_LIFE_SECONDS}s`)
        .sign(signingKey),
  };
}

async function openKey(path: string): Promise<PrivateKey> {
  const stored = readFileIfThere(path) ?? (await createKey(path));
  const key = keyFile.safeParse(parseJson(stored));
  if (!key.success) throw new UserError(`${path} holds no key: delete it, and a new one will be created`);
  return key.data;
}

/** Creates the key file unless it exists, and returns its text, whichever process wrote it. */
async function createKey(path: string): Promise<string | undefined> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { modulusLength: KEY_BITS, extractable: true });
  const text = JSON.stringify({ kid: randomUUID(), ...(await exportJWK(privateKey)) });
  createFile(path, text, 0o600);
  return readFileIfThere(path);
}
