import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 10;
const LONGEST_MS = 500;

/**
 * Waits before another attempt: a random time up to a bound that doubles with each attempt, so that those who met
 * once do not meet again ("full jitter").
 * @param attempt 0 for the first repetition.
 */
export async function backoff(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt));
}
