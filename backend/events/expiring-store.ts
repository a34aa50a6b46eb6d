import { boundedCache } from '../bounded-cache.ts';

/** Stores small values that expire, for all processes that share live events. */
export interface ExpiringStore {
  /** Stores a value for `lifeMs` milliseconds. */
  put(key: string, value: string, lifeMs: number): Promise<void>;
  /** Returns the value; undefined when it was never stored, or has expired. */
  get(key: string): Promise<string | undefined>;
  /** Claims a key for `lifeMs` milliseconds. Returns false while an earlier claim is in force. */
  claim(key: string, lifeMs: number): Promise<boolean>;
}

/** Maximum number of entries of one process. Beyond it the least recently used are dropped early. */
const MAX_ENTRIES = 20_000;

/** The store of a single process. */
export class InProcessExpiringStore implements ExpiringStore {
  readonly #values = boundedCache<string>(MAX_ENTRIES);

  put(key: string, value: string, lifeMs: number): Promise<void> {
    this.#values.set(key, value, { ttl: lifeMs });
    return Promise.resolve();
  }

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#values.get(key));
  }

  claim(key: string, lifeMs: number): Promise<boolean> {
    if (this.#values.get(key) !== undefined) return Promise.resolve(false);
    this.#values.set(key, '', { ttl: lifeMs });
    return Promise.resolve(true);
  }
}
