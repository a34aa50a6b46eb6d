import pTimeout from 'p-timeout';
import * as z from 'zod';
import { boundedCache } from '../bounded-cache.ts';
import type { Logger } from '../logger.ts';
import type { Redis } from '../redis.ts';

/** Maximum number of keys of one process (about 10 MB). Beyond it the least recently used is dropped. */
const MAX_KEYS = 50_000;

/** Timeout for counting a request in Redis, which usually takes less than a millisecond. */
const COUNT_WITHIN_MS = 200;

/** The cost that a key has used in its window, and when the next window begins. */
export interface Count {
  readonly totalHits: number;
  readonly resetTime: Date;
}

/** Counts the cost of requests by key. A key's window begins with its first request. */
export interface Counts {
  /** Adds a cost and returns the new count. */
  add(key: string, cost: number): Promise<Count> | Count;
}

/** Counts in this process. */
export class OwnCounts implements Counts {
  readonly #counts: ReturnType<typeof boundedCache<Count>>;
  readonly #windowMs: number;

  constructor({ windowMs, maxKeys = MAX_KEYS }: { readonly windowMs: number; readonly maxKeys?: number }) {
    this.#windowMs = windowMs;
    this.#counts = boundedCache(maxKeys);
  }

  add(key: string, cost: number): Count {
    const now = Date.now();
    const known = this.#counts.get(key);
    const current = known && now < known.resetTime.getTime() ? known : undefined;
    const count = {
      totalHits: (current?.totalHits ?? 0) + cost,
      resetTime: current?.resetTime ?? new Date(now + this.#windowMs),
    };
    this.#counts.set(key, count);
    return count;
  }
}

/** Atomic, so that concurrent requests neither get the same count nor leave a key without an expiry. */
const ADD = `
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return { total, left }`;

const added = z.tuple([z.int(), z.int()]);

/**
 * Counts in Redis, for all processes; in this process alone while Redis is unreachable, slow or failing. The effective
 * limit is then multiplied by the number of processes, but an outage of Redis neither rejects nor delays requests.
 */
export class SharedCounts implements Counts {
  readonly #prefix: string;
  readonly #windowMs: number;
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #own: OwnCounts;
  #failing = false;

  constructor(parts: {
    readonly prefix: string;
    readonly windowMs: number;
    readonly redis: Redis;
    readonly logger: Logger;
  }) {
    this.#prefix = parts.prefix;
    this.#windowMs = parts.windowMs;
    this.#redis = parts.redis;
    this.#logger = parts.logger;
    this.#own = new OwnCounts(parts);
  }

  async add(key: string, cost: number): Promise<Count> {
    // Redis is disconnected, which the connection logs itself.
    if (!this.#redis.client.isReady) return this.#own.add(key, cost);
    try {
      const count = await pTimeout(this.#addShared(key, cost), { milliseconds: COUNT_WITHIN_MS });
      this.#failing = false;
      return count;
    } catch (err) {
      if (!this.#failing) this.#logger.warn({ err }, 'requests are counted by this process alone');
      this.#failing = true;
      return this.#own.add(key, cost);
    }
  }

  async #addShared(key: string, cost: number): Promise<Count> {
    const answer = await this.#redis.client.eval(ADD, {
      keys: [this.#prefix + key],
      arguments: [String(cost), String(this.#windowMs)],
    });
    const [totalHits, leftMs] = added.parse(answer);
    return { totalHits, resetTime: new Date(Date.now() + leftMs) };
  }
}
