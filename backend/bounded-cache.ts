import { LRUCache } from 'lru-cache';

/**
 * Creates a cache of at most so many entries, which drops the least recently used. It grows with its use: with
 * `max`, lru-cache allocates all places at once, which takes 1.5 ms for 10,000. So each entry counts as a size of 1.
 */
export function boundedCache<Value extends object | string>(
  entries: number,
  options: Pick<LRUCache.OptionsTTLLimit<string, Value, unknown>, 'ttlResolution' | 'perf'> & {
    readonly ttl?: number;
  } = {},
): LRUCache<string, Value> {
  return new LRUCache({ ...options, maxSize: entries, sizeCalculation: () => 1 });
}
