import { get } from 'node:http';

/** Engines answer anything in a few milliseconds. */
const TIMEOUT_MS = 1_000;

/** Whether anything answers HTTP at an endpoint: what it says does not matter. */
export function answers(endpoint: string): Promise<boolean> {
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
