import type { RequestListener } from 'node:http';
import { type RunningServer, startServer } from '../backend/http/server.ts';
import { codeOf } from '../cli/user-error.ts';

const LOOPBACK_V4 = '127.0.0.1';
const LOOPBACK_V6 = '::1';
/** Attempts at finding a port that is free on both addresses: a free port of one may be taken on the other. */
const ANY_PORT_ATTEMPTS = 5;
/** Error codes for an IPv6 address on a machine without IPv6. */
const WITHOUT_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Starts a server on the given address. Without an address, only this machine reaches it: it listens on both loopback
 * addresses, because programs differ in which of them `localhost` means.
 * @param options.port 0 for any free port.
 * @throws the system's error, with its `code`: EADDRINUSE, EADDRNOTAVAIL …
 */
export async function startLocalServer(
  listener: RequestListener,
  { port, address }: { readonly port: number; readonly address?: string | undefined },
): Promise<RunningServer> {
  if (address !== undefined) return startServer(listener, port, { host: address });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnLoopback(listener, port);
    } catch (error) {
      if (port !== 0 || codeOf(error) !== 'EADDRINUSE' || attempt === ANY_PORT_ATTEMPTS) throw error;
    }
  }
}

/** Starts a server for each loopback address, on one port. Both stop together. */
async function startOnLoopback(listener: RequestListener, port: number): Promise<RunningServer> {
  const first = await startServer(listener, port, { host: LOOPBACK_V4 });
  try {
    const second = await startServer(listener, first.port, { host: LOOPBACK_V6 });
    return {
      port: first.port,
      stop: async () => {
        await Promise.all([first.stop(), second.stop()]);
      },
    };
  } catch (error) {
    if (WITHOUT_IPV6.has(codeOf(error))) return first;
    await first.stop();
    throw error;
  }
}
