import { type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import * as z from 'zod';
import { People } from '../browser/people.ts';
import { eventually } from '../support/eventually.ts';
import { exchange } from '../support/http-client.ts';
import { ANONYMOUS_LIMIT, docker, Project } from './project.ts';

/* The contents and the behaviour of the images, each by itself. */

const MEGABYTE = 1_000_000;
const LARGEST_MB = 40;
/** `docker stop` waits 10 s before it kills. */
const STOP_WITHIN_MS = 5_000;
const LONG = { within: 30_000 };

const project = Project.started();
const started: string[] = [];
afterEach(async () => {
  for (const id of started.splice(0)) await docker(['rm', '--force', id]);
});

const layer = z.object({ Size: z.string(), CreatedBy: z.string() });

/** The bytes that an image adds to its base: the steps of the Dockerfile's stage, which begins with this one. */
async function sizeAboveBase(image: string, firstStep: string): Promise<number> {
  const text = await docker(['history', '--no-trunc', '--human=false', '--format', '{{json .}}', image]);
  const layers = text
    .trim()
    .split('\n')
    .map((line) => layer.parse(JSON.parse(line)));
  const first = layers.findIndex(({ CreatedBy }) => CreatedBy.includes(firstStep));
  if (first === -1) throw new Error(`no step of ${image} begins with ${firstStep}`);
  return layers.slice(0, first + 1).reduce((sum, { Size }) => sum + Number(Size), 0);
}

/** Another container of the API, which is reached without the proxy. */
async function runApi(): Promise<{ readonly id: string; readonly port: number }> {
  const port = await getPort();
  const id = await project.compose(
    ...['run', '--detach', '--no-deps', '--publish', `127.0.0.1:${port}:4567`, 'api-1'],
  );
  started.push(id.trim());
  await eventually(async () => (await exchange(port, { path: '/api/health-check' })).status === 200, LONG);
  return { id: id.trim(), port };
}

/** Starts a program of the project with other settings. Returns its exit status and output when it ends. */
async function fate(service: string, ...settings: readonly string[]): Promise<string> {
  const options = settings.flatMap((setting) => ['--env', setting]);
  return project.compose('run', '--rm', '--no-TTY', '--no-deps', ...options, service).then(
    () => 'it ran',
    (error: unknown) => z.object({ code: z.number(), stderr: z.string() }).parse(error).stderr,
  );
}

describe('the image of the API', () => {
  it(`is less than ${LARGEST_MB} MB above its base`, async () => {
    const size = (await sizeAboveBase(project.image('api-1'), 'NODE_ENV=production')) / MEGABYTE;
    process.stdout.write(`the API's image is ${size.toFixed(1)} MB above its base\n`);
    expect(size).toBeGreaterThan(1);
    expect(size).toBeLessThan(LARGEST_MB);
  });

  it('contains the API and the screens, and nothing that only builds, tests or runs on one machine', async () => {
    const files = (path: string) =>
      project.exec('api-1', 'ls', '-A', path).then((text) => text.trim().split('\n'));
    expect(await files('/app')).toEqual(['backend', 'dist', 'node_modules', 'package.json', 'schema']);
    expect(await files('/app/dist/web')).toContain('index.html');
    const packages = await files('/app/node_modules');
    expect(packages).toContain('express');
    for (const name of ['typescript', 'jest', 'vite', 'react', '@dynoxide', 'tsx', 'commander', 'jose']) {
      expect(packages).not.toContain(name);
    }
  });

  it('runs without root rights, and can write nothing', async () => {
    expect(await project.exec('api-1', 'id', '--user')).toBe('1000\n');
    await expect(project.exec('api-1', 'touch', '/tmp/file')).rejects.toThrow(/Read-only/);
    const { Env, User } = z
      .object({ Env: z.array(z.string()), User: z.string() })
      .parse(JSON.parse(await docker(['inspect', '--format', '{{json .Config}}', project.image('api-1')])));
    // The image itself, without this project's settings.
    expect(Env).toContain('NODE_ENV=production');
    expect(User).toBe('node');
    await expect(
      docker(['run', '--rm', project.image('api-1'), 'touch', '/app/backend/main.ts']),
    ).rejects.toThrow(/Permission denied/);
  });

  it('ends by itself at SIGTERM: it responds to a request in flight, and its status is 0', async () => {
    const [ada, grace] = await Promise.all(
      ['Ada', 'Grace'].map((name) => new People(project.url).create(name)),
    );
    if (!ada || !grace) throw new Error('two were created');
    const { id, port } = await runApi();
    const body = JSON.stringify({ handle: grace.handle, message: 'In flight' });
    const outgoing = request({
      ...{ host: '127.0.0.1', port, method: 'POST', path: '/api/messages', agent: false },
      headers: {
        Authorization: `Bearer ${ada.token}`,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        // The server responds when it has begun with the request.
        Expect: '100-continue',
      },
    });
    outgoing.flushHeaders();
    await once(outgoing, 'continue');
    const begun = performance.now();
    const stopped = docker(['stop', id]);
    await eventually(async () => (await docker(['logs', id])).includes('stopping'));
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    await stopped;
    expect(performance.now() - begun).toBeLessThan(STOP_WITHIN_MS);
    expect(await docker(['inspect', '--format', '{{.State.ExitCode}}', id])).toBe('0\n');
  });
});

describe('in production', () => {
  it('the API refuses an http URL for keys, and the other programs refuse to start', async () => {
    expect(await fate('api-1', 'NODE_ENV=production')).toContain('JWT_JWKS_URI: must be an https URL');
    for (const service of ['sign-in', 'pump', 'prepare']) {
      expect(await fate(service, 'NODE_ENV=production')).toContain('NODE_ENV: must not be production');
    }
  });
});

describe('the proxy', () => {
  /** Returns the address that a request was counted for, and the requests that are left to it. */
  const counted = async (headers: Record<string, string>): Promise<{ key: string; left: number }> => {
    const answer = await exchange(project.port, { path: '/api/users/@ada/short', headers });
    const [policy, limit] = ['ratelimit-policy', 'ratelimit'].map((name) => String(answer.headers[name]));
    return {
      key: /pk=:([^:]+):/.exec(policy ?? '')?.[1] ?? '',
      left: Number(/r=(\d+)/.exec(limit ?? '')?.[1]),
    };
  };

  it('gives the API the address of each client, and ignores a forwarded address from a client', async () => {
    // Repeated, in case a minute ended in between.
    await eventually(async () => {
      const first = await counted({});
      expect(first.key).not.toBe('');
      const claimed = await counted({ 'X-Forwarded-For': '198.51.100.7' });
      expect(claimed).toEqual({ key: first.key, left: first.left - 1 });
    });
    // The address of another container.
    const script = `fetch('http://proxy:4567/api/users/@ada/short').then((answer) => console.log(answer.headers.get('ratelimit')))`;
    expect(await project.exec('sign-in', 'node', '--eval', script)).toContain(`r=${ANONYMOUS_LIMIT - 1};`);
  });
});
