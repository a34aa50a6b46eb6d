import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RunningServer } from '../../backend/http/server.ts';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { dockerEngine } from '../../local/engine/docker-engine.ts';
import { embeddedEngine } from '../../local/engine/embedded-engine.ts';
import { startLocalServer } from '../../local/listen.ts';
import { answers } from '../../local/engine/probe.ts';
import viteConfig from '../../web/vite.config.ts';

const servers: RunningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(options: { readonly port: number; readonly address?: string }): Promise<number> {
  const server = await startLocalServer((_request, response) => response.end('answered'), options);
  servers.push(server);
  return server.port;
}

/** On Linux all of 127.0.0.0/8 is this machine: a server that listens on every interface responds here too. */
const OTHER_ADDRESS = '127.0.0.2';

describe('a server on this machine', () => {
  it('listens on both loopback addresses and on no other one', async () => {
    const port = await start({ port: 0 });
    expect(await answers(`http://127.0.0.1:${port}`)).toBe(true);
    expect(await answers(`http://[::1]:${port}`)).toBe(true);
    expect(await answers(`http://${OTHER_ADDRESS}:${port}`)).toBe(false);
  });

  it('listens on the address it is given', async () => {
    const port = await start({ port: 0, address: OTHER_ADDRESS });
    expect(await answers(`http://${OTHER_ADDRESS}:${port}`)).toBe(true);
    expect(await answers(`http://127.0.0.1:${port}`)).toBe(false);
  });

  it('does not start where its port is taken on one of the loopback addresses', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '::1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
      expect(await answers(`http://127.0.0.1:${port}`)).toBe(false);
    } finally {
      other.close();
    }
  });
});

describe('a program that runs locally with the API', () => {
  it('is published by Docker to this machine only', () => {
    const compose = readFileSync(join(PACKAGE_ROOT, 'docker-compose.yml'), 'utf8');
    const published = [...compose.matchAll(/^ +ports: \[(.*)\]$/gm)].map(([, list]) => list);
    expect(published).toHaveLength(5);
    for (const list of published) expect(list).toMatch(/^'127\.0\.0\.1:[^,]*'$/);
    expect(compose).not.toMatch(/network_mode|ports:\s*\n/);
    expect(dockerEngine('/data').args(4_000)).toContain('127.0.0.1:4000:8000');
  });

  it('is an engine that no page of the web can call', () => {
    // The embedded engine accepts calls from every page: a page would have to guess one of 16 million addresses and the port.
    const hosts = Array.from({ length: 8 }, () => embeddedEngine('/bin/engine', '/data').host);
    for (const host of hosts) expect(host).toMatch(/^127\.\d+\.\d+\.\d+$/);
    expect(new Set(hosts).size).toBe(hosts.length);
    // DynamoDB Local has an option for the origins that may call it.
    const args = dockerEngine('/data').args(4_000);
    expect(args[args.indexOf('-cors') + 1]).toBe('http://localhost:8000');
    const compose = readFileSync(join(PACKAGE_ROOT, 'docker-compose.yml'), 'utf8');
    expect(compose).toMatch(/DynamoDBLocal\.jar .* -cors http:\/\/localhost:8000$/m);
  });

  it('is a development server for the screens that listens on this machine only', () => {
    expect(viteConfig.server).toMatchObject({ host: 'localhost' });
    expect(viteConfig.server).not.toHaveProperty('allowedHosts');
    expect(viteConfig.server).not.toHaveProperty('cors');
  });
});
