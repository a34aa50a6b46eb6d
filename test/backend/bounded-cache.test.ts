import { expect, it } from '@jest/globals';
import { boundedCache } from '../../backend/bounded-cache.ts';

it('a bounded cache drops what was not used for longest, and nothing before it is full', () => {
  const cache = boundedCache<string>(3);
  for (const key of ['a', 'b', 'c']) cache.set(key, key);
  cache.get('a');
  cache.set('c', 'again');
  expect([...cache.keys()].sort()).toEqual(['a', 'b', 'c']);
  cache.set('d', 'd');
  expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd']);
});

it('a bounded cache allocates nothing for entries that it does not have', () => {
  // An array for so many entries would not fit into memory.
  expect(boundedCache(2 ** 40).size).toBe(0);
});
