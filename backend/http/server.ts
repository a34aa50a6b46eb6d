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

/** A running HTTP server. */
export interface RunningServer {
  readonly port: number;
  /** Accepts no new connections, completes the requests in flight, and resolves when all connections are closed. */
  stop(): Promise<void>;
}

/** Connections that are still open by then are closed, so that stopping takes less than 5 s. */
const DRAIN_MS = 3_500;
/** For this long after the stop, requests on open connections still get a response, with `Connection: close`. */
const GRACE_MS = 300;
const IDLE_SWEEP_MS = 50;
/** Longer than a load balancer's idle timeout (60 s on AWS): the load balancer must close first, or it uses a closed connection. */
const KEEP_ALIVE_MS = 65_000;

/** Node's timeouts for clients, in milliseconds. */
type Timeouts = Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>;

/**
 * Starts the server. Every response comes from the app, also for malformed input: the app receives a request with a
 * `failure`, and responds with it.
 * @param port 0 for any free port.
 * @param options.host the IP address to listen on; absent: every interface, which containers need. The timeouts are
 * Node's defaults, except in tests.
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
  // Node silently drops headers beyond this number. Their size is limited anyway.
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
      // Streams that were opened after the stop.
      endEndless();
      if (performance.now() < graceEnds) return;
      server.closeIdleConnections();
      for (const connection of connections.values()) connection.closeUnused();
    }, IDLE_SWEEP_MS);
    const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    const graceEnds = performance.now() + GRACE_MS;
    // Not the HTTP server's own `close`: it immediately closes idle connections, on which a request may be arriving.
    NetServer.prototype.close.call(server, () => {
      clearInterval(sweep);
      clearTimeout(cutOff);
      resolve();
    });
  });
}
