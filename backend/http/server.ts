import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

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

/**
 * Starts serving.
 * @param port 0 for any free one.
 * @throws the system's error, with its `code`: EADDRINUSE, EACCES …
 */
export async function startServer(app: RequestListener, port: number): Promise<RunningServer> {
  const connections = new Set<Socket>();
  const unanswered = new Set<ServerResponse>();
  let stopping = false;
  const server = createServer((request, response) => {
    if (stopping) response.setHeader('Connection', 'close');
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    app(request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('clientError', answerBrokenRequest);
  await listen(server, port);
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

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function drain(
  server: Server,
  connections: ReadonlySet<Socket>,
  endEndless: () => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const sweep = setInterval(() => {
      // What was still on its way to becoming one.
      endEndless();
      if (performance.now() < graceEnds) return;
      server.closeIdleConnections();
      // Node takes a connection for busy over which nothing came yet: browsers open some in advance.
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
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

/** What is no HTTP request, or too long for one, never reaches the app: it is answered here, in the API's form. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const body = '["request_malformed"]';
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
