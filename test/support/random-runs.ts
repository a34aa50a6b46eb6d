/** `npm run test:random` does this many times as many runs. */
const FACTOR = Number(process.env['RANDOM_RUNS'] ?? 1);

/** Returns the number of runs of a random test: so many in `npm test`, and a multiple in `npm run test:random`. */
export function randomRuns(count: number): number {
  return count * FACTOR;
}
