import type { RequestListener } from 'node:http';
import { type RunningServer, startServer } from '../backend/http/server.ts';
import { codeOf } from '../cli/user-error.ts';

const LOOPBACK_V4 = '127.0.0.1';
const LOOPBACK_V6 = '::1';
/** A port that is free on one address may be taken on the other; any other one will do then. */
const ANY_PORT_ATTEMPTS = 5;
/** What a machine without IPv6 says of an IPv6 address. */
const WITHOUT_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Starts a server that only this machine reaches, or one on an address that was asked for. Without an address it
 * listens on both loopback addresses: which of them `localhost` means differs between programs.
 * @param options.port 0 for any free one.
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

/** One server for each loopback address, on one port, started and stopped together. */
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
