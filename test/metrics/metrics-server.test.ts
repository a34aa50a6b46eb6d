import { afterEach, describe, expect, it } from '@jest/globals';
import { type MetricsServer, startMetricsServer } from '../../backend/metrics/metrics-server.ts';
import { PrometheusRecorder } from '../../backend/metrics/prometheus-recorder.ts';
import { readApiConfig } from '../../backend/config.ts';
import { exchange } from '../support/http-client.ts';
import { parseSamples } from '../support/prometheus.ts';

const TOKEN = 'a-token-of-an-operator';

let server: MetricsServer | undefined;
afterEach(() => server?.stop());

async function start(
  options: { readonly address?: string; readonly token?: string } = {},
): Promise<MetricsServer> {
  server = await startMetricsServer(new PrometheusRecorder(), { port: 0, address: '127.0.0.1', ...options });
  return server;
}

describe('/metrics', () => {
  it('is refused to a page of another site whose name leads to this machine', async () => {
    const { port } = await start();
    for (const Host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1'])
      expect((await exchange(port, { path: '/metrics', headers: { Host } })).status).toBe(403);
    for (const Host of [`localhost:${port}`, '127.0.0.1', `[::1]:${port}`])
      expect((await exchange(port, { path: '/metrics', headers: { Host } })).status).toBe(200);
  });

  it('needs the token where there is one, whatever the Host', async () => {
    const { port } = await start({ token: TOKEN });
    const statusWith = async (headers: Record<string, string>) =>
      (await exchange(port, { path: '/metrics', headers })).status;
    expect(await statusWith({})).toBe(401);
    expect(await statusWith({ Authorization: `Bearer ${TOKEN}x` })).toBe(401);
    expect(await statusWith({ Authorization: `Bearer ${TOKEN.slice(1)}x` })).toBe(401);
    expect(await statusWith({ Authorization: `Bearer ${TOKEN}`, Host: 'api-1:9464' })).toBe(200);
  });

  it('is all that the port serves', async () => {
    const { port } = await start();
    expect((await exchange(port, { path: '/' })).status).toBe(404);
    expect((await exchange(port, { path: '/metrics', method: 'POST' })).status).toBe(405);
    const { text, headers } = await exchange(port, { path: '/metrics?a=b' });
    expect(headers['cache-control']).toBe('no-store');
    expect(parseSamples(text).get('cruddur_append_conflicts_total')).toBe(0);
  });
});

describe('the settings of metrics', () => {
  const issuer = { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'cruddur' };
  const production = { ...issuer, NODE_ENV: 'production' };

  it('are off by default', () => {
    expect(readApiConfig(issuer).observer).toEqual({ emf: false, capacityEvery: 20, traces: false });
  });

  it('listen on this machine alone by default', () => {
    expect(readApiConfig({ ...production, METRICS_PORT: '9464' }).observer.server).toEqual({
      port: 9464,
      address: '127.0.0.1',
    });
  });

  it('refuse, in production, a port that others reach without a token', () => {
    const open = { ...production, METRICS_PORT: '9464', METRICS_ADDRESS: '0.0.0.0' };
    expect(() => readApiConfig(open)).toThrow(/METRICS_TOKEN: is needed/);
    expect(() => readApiConfig({ ...open, METRICS_TOKEN: 'short' })).toThrow(
      /METRICS_TOKEN: must have at least 16/,
    );
    expect(readApiConfig({ ...open, METRICS_TOKEN: TOKEN }).observer.server?.token).toBe(TOKEN);
    expect(readApiConfig({ ...open, NODE_ENV: 'development' }).observer.server?.address).toBe('0.0.0.0');
  });
});
