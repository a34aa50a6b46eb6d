import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { ExpectationFailedError } from '../errors.ts';
import { Connection } from './connection.ts';

/** A server that answers. */
export interface RunningServer {
  readonly port: number;
  /** Takes no new connection, lets requests in flight be answered, and resolves when all of them are closed. */
  stop(): Promise<void>;
}

/** What is not answered by then is cut off, so that stopping takes less than the 5 s people wait. */
const DRAIN_MS = 3_500;
/** From the stop on, requests that are on their way over open connections are still answered, with `Connection: close`. */
const GRACE_MS = 300;
const IDLE_SWEEP_MS = 50;
/** Longer than a load balancer's idle time (60 s on AWS): it must be the one to close, or it sends into a closed one. */
const KEEP_ALIVE_MS = 65_000;

/** In milliseconds, as Node has them: for how long a client may take. */
type Timeouts = Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>;

/**
 * Starts serving. Every answer is the app's, also to what is no request or a broken one: it gets a request with a
 * `failure`, and refuses it.
 * @param port 0 for any free one.
 * @param options.host the IP address to listen on; absent: every interface, as a container needs it. The timeouts are
 * Node's own, except in tests.
 * @throws the system's error, with its `code`: EADDRINUSE, EACCES, EADDRNOTAVAIL …
 */
export async function startServer(
  app: RequestListener,
  port: number,
  { host, ...timeouts }: Timeouts & { readonly host?: string | undefined } = {},
): Promise<RunningServer> {
  const connections = new Map<Duplex, Connection>();
  const unanswered = new Set<ServerResponse>();
  let stopping = false;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (stopping) response.setHeader('Connection', 'close');
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    connections.get(request.socket)?.answer(request, response);
  };
  const server = createServer({ ...timeouts, requireHostHeader: false }, answer);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Node drops headers beyond a number of them, and nobody is told. Their size is bounded anyway.
  server.maxHeadersCount = 0;
  server.on('connection', (socket) => {
    connections.set(socket, new Connection(socket, app));
    socket.once('close', () => connections.delete(socket));
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    request.failure = new ExpectationFailedError();
    answer(request, response);
  });
  server.on('clientError', (error, socket) => connections.get(socket)?.fail(error));
  server.on('connect', (request, socket) => connections.get(socket)?.answerLast(request));
  await listen(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      stopping = true;
      for (const response of unanswered) if (!response.headersSent) response.setHeader('Connection', 'close');
      const endEndless = () => {
        for (const response of unanswered) response.endOnStop?.();
      };
      endEndless();
      return drain(server, connections, endEndless);
    },
  };
}

async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function drain(
  server: Server,
  connections: ReadonlyMap<Duplex, Connection>,
  endEndless: () => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const sweep = setInterval(() => {
      // What was still on its way to becoming one.
      endEndless();
      if (performance.now() < graceEnds) return;
      server.closeIdleConnections();
      for (const connection of connections.values()) connection.closeUnused();
    }, IDLE_SWEEP_MS);
    const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    const graceEnds = performance.now() + GRACE_MS;
    // Not the HTTP server's own, which at once closes idle connections that a request may be on its way over.
    NetServer.prototype.close.call(server, () => {
      clearInterval(sweep);
      clearTimeout(cutOff);
      resolve();
    });
  });
}
