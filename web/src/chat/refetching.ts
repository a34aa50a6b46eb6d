import type { QueryClient } from '@tanstack/react-query';
import type { CacheMode } from '../../../client/src/index.ts';

/**
 * How old what the API shows of a group in a list may be, in milliseconds: its cache keeps it for one second, and a read takes
 * some time.
 */
const CACHED_MS = 2_000;

/**
 * What is fetched at `ready`: from then on events report every change, so responses must have all that was before. Neither a
 * request from before `ready` is enough, nor what the API had cached before. The badge is requested 3 s after `ready`, and
 * a single group is never cached.
 */
export class Refetching {
  readonly #queries: QueryClient;
  readonly #now: () => number;
  #readyAt = -Infinity;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(queries: QueryClient, now: () => number = () => performance.now()) {
    this.#queries = queries;
    this.#now = now;
  }

  /** Fetches again what is on the screen, and forgets the rest. */
  async ready(): Promise<void> {
    this.#readyAt = this.#now();
    // Otherwise a first request that is under way would count as the new one.
    await this.#queries.cancelQueries({ predicate: ({ state }) => state.data === undefined });
    await this.#queries.invalidateQueries();
  }

  /** The mode of a request for a list: whether what the API has cached may be from before `ready`. */
  cacheMode(): CacheMode {
    return this.#now() - this.#readyAt < CACHED_MS ? 'no-store' : 'default';
  }
}
