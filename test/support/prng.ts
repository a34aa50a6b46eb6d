import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random numbers that a seed repeats. */
export interface Prng {
  /** Returns a whole number, both ends included. */
  between(low: number, high: number): number;
}

export function createPrng(seed: number): Prng {
  const generator = xoroshiro128plus(seed);
  return { between: (low, high) => uniformInt(generator, low, high) };
}
