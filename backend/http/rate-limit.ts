import { isIP } from 'node:net';
import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import type { RateLimitConfig } from '../config.ts';
import { TooManyRequestsError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Redis } from '../redis.ts';
import { MAX_LIMIT } from './fields.ts';
import { type Counts, OwnCounts, SharedCounts } from './hit-counts.ts';

const MINUTE_MS = 60_000;

/** An IPv6 customer has a whole /64 at least: its addresses count as one. */
const IPV6_SUBNET = 64;

/** Limits a minute that a request may have to pass. */
export interface RateLimits {
  /** A write of a user whose token was verified. @throws TooManyRequestsError */
  readonly write: (userId: string, request: Request, response: Response) => Promise<void> | void;
  /** A read of a user whose token was verified. @param cost see ReadCost. @throws TooManyRequestsError */
  readonly read: (userId: string, cost: number, request: Request, response: Response) => Promise<void> | void;
  /** A request of somebody unknown: counts for its address. @throws TooManyRequestsError */
  readonly anonymous: (request: Request, response: Response) => Promise<void> | void;
}

/** Allows everything, and counts nothing. */
export const NO_LIMITS: RateLimits = {
  write: () => undefined,
  read: () => undefined,
  anonymous: () => undefined,
};

/** What a read counts for, by its query: a whole number, at least 1. */
export type ReadCost = (query: Request['query']) => number;

/** A read that looks at one person or one item. */
export const COST_OF_ONE: ReadCost = () => 1;
/** A whole group: up to 98 members and their names, as many entries as the largest page. */
export const COST_OF_GROUP: ReadCost = () => 10;
/** Entries that count as one read: about 1 R, at 400 bytes an item that is read strongly. */
const ENTRIES_PER_READ = 10;

/**
 * A page counts by the entries that it may have, so that one of 100 counts ten times one of 10. What it costs the table
 * is known only afterwards, when it is too late to refuse it.
 * @param byDefault entries of a page without a `limit`. An invalid one is refused later, and counts as that.
 */
export function costOfPage(byDefault: number): ReadCost {
  return ({ limit }) => {
    const asked = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : byDefault;
    const entries = asked >= 1 && asked <= MAX_LIMIT ? asked : byDefault;
    return Math.ceil(entries / ENTRIES_PER_READ);
  };
}

interface LimitParts {
  /** Where processes count together; absent: each counts by itself. */
  readonly redis?: Redis;
  /** Names the deployment: two of them on one Redis count apart. */
  readonly tableName: string;
  readonly logger: Logger;
  /** A minute, but for tests. */
  readonly windowMs?: number;
}

/** Each answer to what is counted says in `RateLimit` and `RateLimit-Policy` how much is left. */
export function createRateLimits(parts: LimitParts & { readonly limits: RateLimitConfig }): RateLimits {
  const { writesPerMinute, readsPerMinute, anonymousPerMinute } = parts.limits;
  const limits = { ...NO_LIMITS };
  if (writesPerMinute > 0) {
    const limit = createLimit('writes', writesPerMinute, parts);
    limits.write = (userId, request, response) => limit({ key: userId, cost: 1 }, request, response);
  }
  if (readsPerMinute > 0) {
    const limit = createLimit('reads', readsPerMinute, parts);
    limits.read = (key, cost, request, response) => limit({ key, cost }, request, response);
  }
  if (anonymousPerMinute > 0) {
    const limit = createLimit('anonymous', anonymousPerMinute, parts);
    limits.anonymous = (request, response) => limit({ key: addressKey(request), cost: 1 }, request, response);
  }
  return limits;
}

interface Counted {
  readonly key: string;
  readonly cost: number;
}

/** @returns what counts a request under a key, and throws TooManyRequestsError when it is one too many. */
function createLimit(name: string, limit: number, parts: LimitParts) {
  const { redis, tableName, logger, windowMs = MINUTE_MS } = parts;
  const prefix = `${tableName}:limit:${name}:`;
  const counts = redis ? new SharedCounts({ prefix, windowMs, redis, logger }) : new OwnCounts({ windowMs });
  const keys = new WeakMap<Request, string>();
  /** The library counts one a request: each cost has its own instance of it, over the same counts. */
  const byCost = new Map<number, ReturnType<typeof rateLimit>>();
  const counting = (cost: number) =>
    rateLimit({
      limit,
      windowMs,
      store: storeOf(counts, cost),
      keyGenerator: (request) => keys.get(request) ?? '',
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Its hints go to the console, in lines of its own; what they look for is set here.
      validate: false,
      handler: (_request, response) => {
        // Whole seconds, and none in a window's last moment: a client must not come again at once.
        throw new TooManyRequestsError(Math.max(1, Number(response.getHeader('Retry-After'))));
      },
    });
  return async ({ key, cost }: Counted, request: Request, response: Response): Promise<void> => {
    keys.set(request, key);
    // A limit below the cost of a read must not forbid it altogether.
    const bounded = Math.min(cost, limit);
    const count = byCost.get(bounded) ?? counting(bounded);
    byCost.set(bounded, count);
    await new Promise<void>((resolve, reject) => {
      void count(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else
          reject(
            error instanceof Error ? error : new Error('the request cannot be counted', { cause: error }),
          );
      });
    });
  };
}

/** Counts as the library wants them. It takes nothing back here: a refused request counts too. */
function storeOf(counts: Counts, cost: number): Store {
  return {
    increment: (key) => counts.add(key, cost),
    decrement: () => undefined,
    resetKey: () => undefined,
  };
}

/**
 * The address that a request counts for: what trusted proxies say, or else who is connected. A header that holds
 * anything but an address is not believed.
 */
function addressKey(request: Request): string {
  const address = [request.ip, request.socket.remoteAddress].find(
    (text) => text !== undefined && isIP(text) !== 0,
  );
  return ipKeyGenerator(address ?? '', IPV6_SUBNET);
}
