import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createTokenVerifier } from '../../backend/http/verify-token.ts';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { useTempDirs } from './temp-dir.ts';

const tempDir = useTempDirs();
const open = (dataDir: string) => openDevelopmentIssuer(dataDir, {});

it('signs tokens that verify like any issuer’s, and look like Cognito’s', async () => {
  const issuer = await open(tempDir());
  const token = await issuer.signToken({ sub: 'user-1', username: 'ada' });
  await expect(createTokenVerifier({ development: issuer })(token)).resolves.toMatchObject({
    userId: 'user-1',
  });
  const claims = decodeJwt(token);
  expect(claims).toMatchObject({
    iss: issuer.issuer,
    aud: issuer.audience,
    sub: 'user-1',
    username: 'ada',
    client_id: expect.any(String),
    jti: expect.any(String),
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
  });
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(12 * 60 * 60);
});

it('keeps one key pair, which only its owner can read, and publishes only its public half', async () => {
  const dataDir = tempDir();
  const first = await open(dataDir);
  expect((await open(dataDir)).jwks).toEqual(first.jwks);
  expect(statSync(join(dataDir, 'development-issuer.json')).mode & 0o777).toBe(0o600);
  expect(JSON.stringify(first.jwks)).not.toMatch(/"(d|p|q|dp|dq|qi)"/);
});

it('is the same for processes that create it at the same moment', async () => {
  const dataDir = tempDir();
  const issuers = await Promise.all([open(dataDir), open(dataDir), open(dataDir)]);
  expect(new Set(issuers.map((issuer) => JSON.stringify(issuer.jwks))).size).toBe(1);
});

it('does not verify another directory’s tokens', async () => {
  const [one, other] = [await open(tempDir()), await open(tempDir())];
  const token = await other.signToken({ sub: 'user-1' });
  await expect(createTokenVerifier({ development: one })(token)).rejects.toMatchObject({
    code: 'token_invalid',
  });
});

it('refuses production, and a file without a key', async () => {
  const dataDir = tempDir();
  await expect(openDevelopmentIssuer(dataDir, { NODE_ENV: 'production' })).rejects.toThrow(
    /NODE_ENV=production/,
  );
  const path = join(dataDir, 'development-issuer.json');
  writeFileSync(path, '{"kty":"RSA"}');
  await expect(open(dataDir)).rejects.toThrow(/holds no key: delete it/);
  expect(readFileSync(path, 'utf8')).toBe('{"kty":"RSA"}');
});
