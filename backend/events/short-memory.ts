import { LRUCache } from 'lru-cache';

/** Small things that are forgotten by themselves, shared by every process that shares the live events. */
export interface ShortMemory {
  /** Keeps a value for so long. */
  put(key: string, value: string, lifeMs: number): Promise<void>;
  /** The value; undefined when there is none, or not any more. */
  read(key: string): Promise<string | undefined>;
  /** Whether nobody has claimed this within so long; from now on somebody has. */
  claim(key: string, lifeMs: number): Promise<boolean>;
}

/** What one process keeps at most; beyond that the oldest is forgotten early. */
const MAX_ENTRIES = 20_000;

/** The memory of one process. */
export class InProcessMemory implements ShortMemory {
  readonly #values = new LRUCache<string, string>({ max: MAX_ENTRIES });

  put(key: string, value: string, lifeMs: number): Promise<void> {
    this.#values.set(key, value, { ttl: lifeMs });
    return Promise.resolve();
  }

  read(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#values.get(key));
  }

  claim(key: string, lifeMs: number): Promise<boolean> {
    if (this.#values.get(key) !== undefined) return Promise.resolve(false);
    this.#values.set(key, '', { ttl: lifeMs });
    return Promise.resolve(true);
  }
}
