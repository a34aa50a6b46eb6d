import * as http from 'node:http';
import * as https from 'node:https';
import { UserError } from '../../cli/user-error.ts';

/** In ms. Engines respond to anything in a few milliseconds. */
const TIMEOUT_MS = 1_000;

/**
 * Whether a server at an endpoint responds to HTTP, with any status. A server without a trusted certificate does not count:
 * no client would connect to it.
 * @throws UserError if the endpoint is not an http or https URL.
 */
export async function answers(endpoint: string): Promise<boolean> {
  const { get } = clientOf(endpoint);
  return new Promise((resolve) => {
    const request = get(endpoint, { timeout: TIMEOUT_MS, agent: false }, (response) => {
      response.destroy();
      resolve(true);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
  });
}

function clientOf(endpoint: string): Pick<typeof http, 'get'> {
  const protocol = URL.canParse(endpoint) ? new URL(endpoint).protocol : undefined;
  if (protocol === 'http:') return http;
  if (protocol === 'https:') return https;
  throw new UserError(`${endpoint} is not an http or https URL: give another endpoint`);
}
