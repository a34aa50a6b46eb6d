import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { type RunningServer, startServer } from '../../backend/http/server.ts';
import { WEB_ROUTES, webFiles, webSettings } from '../../backend/http/web-files.ts';
import { ROUTES } from '../../web/src/routes.ts';
import { SIGNED_IN_PATH } from '../../web/src/session/signed-in-path.ts';
import { type Answer, exchange } from '../support/http-client.ts';

const PAGE = '<!doctype html><title>screens</title>';
const SCRIPT = `export const text = '${'x'.repeat(5_000)}';`;
const COGNITO = { userPoolId: 'eu-west-1_AbCdEfGhI', clientId: 'client' };

let directory: string;
let servers: RunningServer[] = [];

async function serve(
  settings = webSettings({}),
  from = directory,
  more: { readonly signInDomain?: string } = {},
): Promise<number> {
  const app = express();
  app.use('/api/known', (_request, response) => void response.json({ api: true }));
  app.use(webFiles({ directory: from, settings, ...more }));
  app.use((_request, response) => void response.status(404).json(['not_found']));
  const server = await startServer(app, 0);
  servers.push(server);
  return server.port;
}

const get = (port: number, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  exchange(port, { path, headers });
const navigate = (port: number, path: string): Promise<Answer> =>
  get(port, path, { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'web-files-'));
  mkdirSync(join(directory, 'assets'));
  mkdirSync(join(directory, '.vite'));
  writeFileSync(join(directory, 'index.html'), PAGE);
  writeFileSync(join(directory, 'demo.html'), '<!doctype html><title>demo</title>');
  writeFileSync(join(directory, 'icon.svg'), '<svg/>');
  writeFileSync(join(directory, 'assets', 'index-a1b2c3.js'), SCRIPT);
  writeFileSync(join(directory, '.vite', 'manifest.json'), '{}');
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
  rmSync(directory, { recursive: true });
});

describe('the message screens', () => {
  it.each([
    '/',
    '/messages/01JX3K8Q4M5N6P7R8S9TAVBWCX',
    '/messages/new/ada',
    '/messages/new/ada/',
    '/messages/%E0%A4%A',
    '/invites/01JX3K8Q4M5N6P7R8S9TAVBWCX5GZ0S8KCX3N1QH2V7RBTW9M4PE',
    '/blocked',
    '/signed-in?code=1',
  ])('are one page, at each of their addresses: %s', async (path) => {
    const answer = await navigate(await serve(), path);
    expect(answer).toMatchObject({ status: 200, text: PAGE });
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
    expect(answer.headers['cache-control']).toBe('no-cache');
  });

  it('have the addresses that the API serves them at', () => {
    expect(WEB_ROUTES.toSorted()).toEqual([...ROUTES, SIGNED_IN_PATH].toSorted());
  });

  it.each([
    '/unknown',
    '/messages',
    '/messages/a/b/c',
    '/blocked/x',
    '/signed-in/x',
    '/index.html',
    '/demo',
    '/demo/left',
    '/demo.html',
    '/favicon.ico',
  ])('are served with status 404 at an address that none of them has: %s', async (path) => {
    const port = await serve();
    const answer = await navigate(port, path);
    expect(answer).toMatchObject({ status: 404, text: PAGE });
    expect((await exchange(port, { method: 'HEAD', path, headers: { Accept: 'text/html' } })).status).toBe(
      answer.status,
    );
  });

  it('run nothing but their own files, inline nothing, and call nobody else', async () => {
    const port = await serve();
    for (const path of ['/', '/assets/index-a1b2c3.js', '/config.json']) {
      const policy = String((await navigate(port, path)).headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("style-src 'self'");
      expect(policy).toMatch(/connect-src 'self'(;|$)/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    }
  });

  it('are kept by browsers for ever where their names change with their content, and asked for anew where not', async () => {
    const port = await serve();
    const caching = async (path: string) => (await get(port, path)).headers['cache-control'];
    expect(await caching('/assets/index-a1b2c3.js')).toBe('public, max-age=31536000, immutable');
    expect(await caching('/icon.svg')).toBe('no-cache');
  });

  it('are sent compressed', async () => {
    const answer = await get(await serve(), '/assets/index-a1b2c3.js', { 'Accept-Encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
  });

  it('leave alone what is no page: the API, other methods, programs, and files that are not there', async () => {
    const port = await serve();
    expect((await navigate(port, '/api/known')).json()).toEqual({ api: true });
    for (const answer of [
      await navigate(port, '/api'),
      await navigate(port, '/api/unknown'),
      await get(port, '/unknown', { Accept: '*/*' }),
      await get(port, '/unknown'),
      await get(port, '/assets/index-old.js', { Accept: '*/*' }),
      await get(port, '/.vite/manifest.json'),
      await exchange(port, { method: 'POST', path: '/', headers: { Accept: 'text/html' } }),
    ]) {
      expect(answer).toMatchObject({ status: 404, text: '["not_found"]' });
    }
    expect((await navigate(port, '/api/unknown')).headers['content-security-policy']).toBeUndefined();
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/%00',
    '/%E0%A4%A',
  ])('reach no other file: %s', async (path) => {
    const answer = await get(await serve(), path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).not.toContain('devDependencies');
  });

  it('say in one line that they are not built', async () => {
    const answer = await navigate(await serve(webSettings({}), join(directory, 'nowhere')), '/');
    expect(answer.status).toBe(404);
    expect(answer.text.trim().split('\n')).toEqual([expect.stringContaining('npm run build:web')]);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });
});

describe('the screens’ settings', () => {
  it('have the limit of a text, and how users sign in: by the development issuer, a user pool, or another issuer', async () => {
    expect(webSettings({}, true)).toEqual({ message_max_chars: 1_024, development: true });
    expect(webSettings({ messageMaxChars: 8_192 })).toEqual({ message_max_chars: 8_192 });
    expect(webSettings({ cognito: COGNITO })).toEqual({
      message_max_chars: 1_024,
      oidc: {
        authority: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
        client_id: 'client',
        scope: 'openid profile',
        sign_out: 'cognito',
      },
    });
    const oidc = {
      issuer: 'https://issuer.example/realm',
      audience: 'cruddur',
      jwksUri: 'https://keys.example',
    };
    expect(webSettings({ oidc })).toMatchObject({
      oidc: { authority: 'https://issuer.example/realm', client_id: 'cruddur' },
    });
    const answer = await get(await serve(webSettings({ oidc }, true)), '/config.json');
    expect(answer.json()).toEqual(webSettings({ oidc }, true));
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('let the page call the issuer it signs in at', async () => {
    const policyOf = async (settings: ReturnType<typeof webSettings>) =>
      String((await navigate(await serve(settings), '/')).headers['content-security-policy']);
    expect(await policyOf(webSettings({ cognito: COGNITO }))).toContain(
      "connect-src 'self' https://cognito-idp.eu-west-1.amazonaws.com https://*.amazoncognito.com",
    );
    const replicated = webSettings({ cognito: { ...COGNITO, isReplicated: true } });
    expect(replicated.oidc?.authority).toBe(
      'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
    );
    const port = await serve(replicated, directory, { signInDomain: 'login.example.com' });
    expect(String((await navigate(port, '/')).headers['content-security-policy'])).toContain(
      "connect-src 'self' https://issuer-cognito-idp.eu-west-1.amazonaws.com https://*.amazoncognito.com https://login.example.com",
    );
    const oidc = { issuer: 'https://issuer.example/realm', audience: 'cruddur' };
    expect(await policyOf(webSettings({ oidc }))).toContain("connect-src 'self' https://issuer.example;");
  });
});
