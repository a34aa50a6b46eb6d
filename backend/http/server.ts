import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server that answers. */
export interface RunningServer {
  readonly port: number;
  /** Takes no new connection, lets requests in flight be answered, and resolves when all of them are closed. */
  stop(): Promise<void>;
}

/** What is not answered by then is cut off, so that stopping takes less than the 5 s people wait. */
const DRAIN_MS = 4_000;
const IDLE_SWEEP_MS = 50;
/** Longer than a load balancer's idle time (60 s on AWS): it must be the one to close, or it sends into a closed one. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Starts serving.
 * @param port 0 for any free one.
 * @throws the system's error, with its `code`: EADDRINUSE, EACCES …
 */
export async function startServer(app: RequestListener, port: number): Promise<RunningServer> {
  const server = createServer(app);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        // A kept-alive connection becomes idle when its last request is answered: they are looked for until none is left.
        const sweep = setInterval(() => {
          server.closeIdleConnections();
          // Node takes a connection for busy over which nothing came yet: browsers open some in advance.
          for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
        }, IDLE_SWEEP_MS);
        const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(cutOff);
          resolve();
        });
      }),
  };
}
