import type { IncrementResponse, Options, Store } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';
import pTimeout from 'p-timeout';
import { type RedisReply, RedisStore } from 'rate-limit-redis';
import type { Logger } from '../logger.ts';
import type { Redis } from '../redis.ts';

/** Keys that one process counts at a time (some 10 MB): with more of them the one that was longest silent is forgotten. */
const MAX_KEYS = 50_000;

/** How long a request waits to be counted in Redis, which mostly takes less than a millisecond. */
const COUNT_WITHIN_MS = 200;

/** Counts in this process, for so many keys at most. */
export class OwnCounts implements Store {
  readonly localKeys = true;
  readonly #counts: LRUCache<string, IncrementResponse & { readonly resetTime: Date }>;
  #windowMs = 0;

  constructor(maxKeys = MAX_KEYS) {
    this.#counts = new LRUCache({ max: maxKeys });
  }

  init({ windowMs }: Pick<Options, 'windowMs'>): void {
    this.#windowMs = windowMs;
  }

  increment(key: string): IncrementResponse {
    const now = Date.now();
    const known = this.#counts.get(key);
    const current = known && now < known.resetTime.getTime() ? known : undefined;
    const count = {
      totalHits: (current?.totalHits ?? 0) + 1,
      resetTime: current?.resetTime ?? new Date(now + this.#windowMs),
    };
    this.#counts.set(key, count);
    return count;
  }

  decrement(key: string): void {
    const known = this.#counts.get(key);
    if (known) this.#counts.set(key, { ...known, totalHits: Math.max(0, known.totalHits - 1) });
  }

  resetKey(key: string): void {
    this.#counts.delete(key);
  }
}

/**
 * Counts in Redis, together with the other processes; and in this one alone while Redis is away, slow or refuses. So a
 * limit may then let in as many as there are processes, and nobody is ever refused or kept waiting for want of Redis.
 */
export class SharedCounts implements Store {
  readonly prefix: string;
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #own = new OwnCounts();
  #options: Options | undefined;
  /** Absent: to be made when it is needed. One that failed is given up, for it keeps a script that did not load. */
  #shared: RedisStore | undefined;
  #failing = false;

  constructor(parts: { readonly prefix: string; readonly redis: Redis; readonly logger: Logger }) {
    this.prefix = parts.prefix;
    this.#redis = parts.redis;
    this.#logger = parts.logger;
  }

  init(options: Options): void {
    this.#options = options;
    this.#own.init(options);
  }

  async increment(key: string): Promise<IncrementResponse> {
    // While it is away nothing is even tried. The connection itself tells the log of that.
    if (!this.#redis.client.isReady) return this.#own.increment(key);
    try {
      const shared = (this.#shared ??= this.#open());
      const count = await pTimeout(shared.increment(key), { milliseconds: COUNT_WITHIN_MS });
      this.#failing = false;
      return count;
    } catch (err) {
      this.#shared = undefined;
      if (!this.#failing) this.#logger.warn({ err }, 'requests are counted by this process alone');
      this.#failing = true;
      return this.#own.increment(key);
    }
  }

  async decrement(key: string): Promise<void> {
    await this.#shared?.decrement(key);
  }

  async resetKey(key: string): Promise<void> {
    this.#own.resetKey(key);
    await this.#shared?.resetKey(key);
  }

  #open(): RedisStore {
    const store = new RedisStore({
      prefix: this.prefix,
      sendCommand: (...command) => this.#redis.client.sendCommand<RedisReply>(command),
    });
    // What cannot be loaded shows when it is used.
    if (this.#options) store.init(this.#options).catch(() => undefined);
    return store;
  }
}
