import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestIssuer } from './test-issuer.ts';

/** Publishes a key set over http, as an issuer does. */
export interface KeyServer {
  readonly uri: string;
  /** The issuers whose keys are published now. */
  issuers: readonly TestIssuer[];
  /** Number of requests for the key set. */
  fetches: number;
  /** Responds instead of the key set. */
  respond: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

export async function startKeyServer(): Promise<KeyServer> {
  const server = createServer((_request, response) => {
    state.fetches += 1;
    if (state.respond) state.respond(response);
    else sendKeys(response, state.issuers);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const state: KeyServer = {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    issuers: [],
    fetches: 0,
    respond: undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return state;
}

/** Responds with these issuers' keys. */
export function sendKeys(response: ServerResponse, issuers: readonly TestIssuer[]): void {
  const keys = issuers.flatMap((issuer) => issuer.jwks.keys);
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys }));
}
