import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KeysUnavailableError, NotAuthenticatedError } from '../../backend/errors.ts';
import { createTokenVerifier, type TokenVerifier } from '../../backend/http/verify-token.ts';
import { createTestIssuer, type TestIssuer } from '../support/test-issuer.ts';

/* Keys that are fetched over http, as the configuration allows for development. */

let issuer: TestIssuer;
let server: Server;
let jwksUri: string;
let status: number;
let fetches = 0;

beforeAll(async () => {
  issuer = await createTestIssuer();
  server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(issuer.jwks));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
});
afterAll(() => void server.close());

const open = (): TokenVerifier =>
  createTokenVerifier({ oidc: { issuer: issuer.issuer, audience: issuer.audience, jwksUri } });

it('verify what they signed, and nothing else; they are fetched once', async () => {
  status = 200;
  const verify = open();
  expect(await verify(await issuer.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
  expect(await verify(await issuer.sign({ sub: 'grace' }))).toMatchObject({ userId: 'grace' });
  const forged = await (await createTestIssuer()).sign({ sub: 'ada' });
  await expect(verify(forged)).rejects.toThrow(NotAuthenticatedError);
  expect(fetches).toBe(1);
});

it('that are not to be had say nothing of the token', async () => {
  status = 500;
  await expect(open()(await issuer.sign())).rejects.toThrow(KeysUnavailableError);
});
