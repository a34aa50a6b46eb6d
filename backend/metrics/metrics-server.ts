import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopback } from '../observer-config.ts';
import type { PrometheusRecorder } from './prometheus-recorder.ts';

/** A server of `/metrics`. */
export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly port: number;
  /** The IP address to listen on. */
  readonly address: string;
  /** Absent: any client that reaches the port may read. */
  readonly token?: string;
}

/** Names of this machine. A page of another site that has its own name point here is refused. */
const OWN_NAMES = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i;

/**
 * Serves `GET /metrics` in Prometheus' format, on a port of its own: what is in front of the API does not lead to it.
 * @throws the system's error, with its `code`, if the port cannot be opened.
 */
export async function startMetricsServer(
  recorder: PrometheusRecorder,
  { port, address, token }: ServerOptions,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const refusal = refusalOf(request, { address, token });
    if (refusal !== undefined) answer(response, refusal);
    else void answerMetrics(recorder, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port, host: address }, resolve);
  });
  // It alone never keeps a process running.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerMetrics(recorder: PrometheusRecorder, response: ServerResponse): Promise<void> {
  try {
    const text = await recorder.text();
    response.writeHead(200, { 'Content-Type': recorder.contentType, 'Cache-Control': 'no-store' }).end(text);
  } catch {
    answer(response, 500);
  }
}

/** Returns the status with which a request is refused, or undefined. */
function refusalOf(
  { url, method, headers }: IncomingMessage,
  { address, token }: { readonly address: string; readonly token: string | undefined },
): number | undefined {
  if (token !== undefined && !isSame(headers.authorization ?? '', `Bearer ${token}`)) return 401;
  if (token === undefined && isLoopback(address) && !OWN_NAMES.test(headers.host ?? '')) return 403;
  if (url?.split('?', 1)[0] !== '/metrics') return 404;
  return method === 'GET' ? undefined : 405;
}

/** Compares in a time that depends only on the length of what was given. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}).end();
}
