import { isIP } from 'node:net';
import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import type { RateLimitConfig } from '../config.ts';
import { MAX_LOOKED_AT } from '../domain/look-back.ts';
import { MAX_GROUPS_LOOKED_AT } from '../domain/search-groups.ts';
import { TooManyRequestsError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Redis } from '../redis.ts';
import { MAX_LIMIT } from './fields.ts';
import { type Counts, OwnCounts, SharedCounts } from './hit-counts.ts';

const MINUTE_MS = 60_000;

/** An IPv6 customer has at least a /64: its addresses count as one. */
const IPV6_SUBNET = 64;

/** The rate limits. Each request is counted towards one of them. */
export interface RateLimits {
  /** A write of a user whose token was verified. @throws TooManyRequestsError */
  readonly write: (userId: string, request: Request, response: Response) => Promise<void> | void;
  /** A read of a user whose token was verified. @param cost see ReadCost. @throws TooManyRequestsError */
  readonly read: (userId: string, cost: number, request: Request, response: Response) => Promise<void> | void;
  /** A request without a verified token: counts towards its address. @throws TooManyRequestsError */
  readonly anonymous: (request: Request, response: Response) => Promise<void> | void;
}

/** No rate limits. */
export const NO_LIMITS: RateLimits = {
  write: () => undefined,
  read: () => undefined,
  anonymous: () => undefined,
};

/** Returns the cost of a read by its query and headers: a whole number, at least 1. */
export type ReadCost = (request: Pick<Request, 'query' | 'headers'>) => number;

/** A read of one user or one item. */
export const COST_OF_ONE: ReadCost = () => 1;
/** A whole group: up to 98 members with their names, as many entries as the largest page. */
export const COST_OF_GROUP: ReadCost = () => 10;
/** Number of entries that count as one read: about 1 R, at 400 bytes for a strongly read item. */
const ENTRIES_PER_READ = 10;
/** A step of a search: as many messages as it looks at. In all groups, also the memberships that it reads. */
export const COST_OF_SEARCH: ReadCost = () => MAX_LOOKED_AT / ENTRIES_PER_READ;
export const COST_OF_SEARCH_IN_ALL: ReadCost = () => MAX_LOOKED_AT / ENTRIES_PER_READ + MAX_GROUPS_LOOKED_AT;

/**
 * Returns the cost of a page by its maximum number of entries, so that a page of 100 costs ten times a page of 10. The
 * actual cost is known only after the read, when it is too late to reject the request.
 * @param byDefault entries of a page without a `limit`. An invalid limit is rejected later, and counts as the default.
 */
export function costOfPage(byDefault: number): ReadCost {
  return ({ query: { limit } }) => {
    const asked = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : byDefault;
    const entries = asked >= 1 && asked <= MAX_LIMIT ? asked : byDefault;
    return Math.ceil(entries / ENTRIES_PER_READ);
  };
}

interface LimitParts {
  /** Where processes share their counts; absent: each counts separately. */
  readonly redis?: Redis;
  /** Identifies the deployment: several of them on one Redis count separately. */
  readonly tableName: string;
  readonly logger: Logger;
  /** One minute, except in tests. */
  readonly windowMs?: number;
}

/** Creates the rate limits. Responses to counted requests have the headers `RateLimit` and `RateLimit-Policy`. */
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

/** Returns a function that counts a request under a key, and throws TooManyRequestsError above the limit. */
function createLimit(name: string, limit: number, parts: LimitParts) {
  const { redis, tableName, logger, windowMs = MINUTE_MS } = parts;
  const prefix = `${tableName}:limit:${name}:`;
  const counts = redis ? new SharedCounts({ prefix, windowMs, redis, logger }) : new OwnCounts({ windowMs });
  const keys = new WeakMap<Request, string>();
  /** The library counts each request as one, so each cost has its own instance with the same counts. */
  const byCost = new Map<number, ReturnType<typeof rateLimit>>();
  const counting = (cost: number) =>
    rateLimit({
      limit,
      windowMs,
      store: storeOf(counts, cost),
      keyGenerator: (request) => keys.get(request) ?? '',
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // The library's hints go to the console, in their own format; this configuration satisfies them.
      validate: false,
      handler: (_request, response) => {
        // The header has whole seconds, and 0 at the end of a window: a client must not retry at once.
        throw new TooManyRequestsError(Math.max(1, Number(response.getHeader('Retry-After'))));
      },
    });
  return async ({ key, cost }: Counted, request: Request, response: Response): Promise<void> => {
    keys.set(request, key);
    // A limit below the cost of a read must not forbid the read entirely.
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

/** Adapts counts to the library. Nothing is subtracted: a rejected request counts too. */
function storeOf(counts: Counts, cost: number): Store {
  return {
    increment: (key) => counts.add(key, cost),
    decrement: () => undefined,
    resetKey: () => undefined,
  };
}

/**
 * Returns the address that a request counts towards: the one forwarded by trusted proxies, or else the peer's. A header
 * with anything other than an address is ignored.
 */
function addressKey(request: Request): string {
  const address = [request.ip, request.socket.remoteAddress].find(
    (text) => text !== undefined && isIP(text) !== 0,
  );
  return ipKeyGenerator(address ?? '', IPV6_SUBNET);
}
