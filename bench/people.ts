import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { TokenSources } from '../backend/http/verify-token.ts';

const ISSUER = 'https://bench.cruddur.invalid';
const AUDIENCE = 'cruddur-bench';
const ALGORITHM = 'RS256';
const KEY_ID = 'bench';
/** Lifetime of a token: longer than any run. */
const TOKEN_LIFE = '1h';

/** Signs tokens for the benchmark's people, which the API verifies like any other. */
export interface Issuer {
  readonly source: NonNullable<TokenSources['development']>;
  signToken(userId: string): Promise<string>;
}

export async function createIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const { n = '', e = '' } = await exportJWK(publicKey);
  return {
    source: {
      issuer: ISSUER,
      audience: AUDIENCE,
      jwks: { keys: [{ kid: KEY_ID, kty: 'RSA', n, e, alg: ALGORITHM, use: 'sig' }] },
    },
    signToken: (userId) =>
      new SignJWT({ client_id: AUDIENCE, token_use: 'access', username: userId })
        .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(TOKEN_LIFE)
        .sign(privateKey),
  };
}

/** Returns the user id of a person of the benchmark, in the form of Cognito's. */
export function userId(circle: Circle, number: number): string {
  return `${circle}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** Groups of people by their role: callers, their contacts, the people of the growth curves, and those of the traces. */
export type Circle = (typeof CIRCLES)[keyof typeof CIRCLES];

export const CIRCLES = {
  callers: '00000001',
  peers: '00000002',
  curves: '00000003',
  pairs: '00000004',
  groups: '00000005',
  largeGroups: '00000006',
} as const;
