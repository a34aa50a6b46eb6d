const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** How long to wait before an attempt that comes after as many failures: twice as long each time, at random around it. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.5 + Math.random());
}
