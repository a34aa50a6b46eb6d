const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** How long to wait after a number of failures, in milliseconds: doubled each time, with jitter. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.5 + Math.random());
}
