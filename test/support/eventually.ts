import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;

/**
 * Waits until a check passes, and returns its result. A check that throws or returns false has not passed yet.
 * @throws the error of the last check, when the time is up.
 */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { within = 5_000 }: { readonly within?: number } = {},
): Promise<Exclude<Result, false>> {
  const deadline = performance.now() + within;
  for (;;) {
    try {
      const result = await check();
      if (result !== false) return result as Exclude<Result, false>;
      throw new Error(`did not come true: ${check.toString()}`);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}
