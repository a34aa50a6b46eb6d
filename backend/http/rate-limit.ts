import { isIP } from 'node:net';
import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { RateLimitConfig } from '../config.ts';
import { TooManyRequestsError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Redis } from '../redis.ts';
import { OwnCounts, SharedCounts } from './hit-counts.ts';

const MINUTE_MS = 60_000;

/** An IPv6 customer has a whole /64 at least: its addresses count as one. */
const IPV6_SUBNET = 64;

/** What a request may have to pass, each so many times a minute. */
export interface RateLimits {
  /** A write of a user whose token was verified. @throws TooManyRequestsError */
  readonly write: (userId: string, request: Request, response: Response) => Promise<void> | void;
  /** A request of somebody unknown: counts for its address. @throws TooManyRequestsError */
  readonly anonymous: (request: Request, response: Response) => Promise<void> | void;
}

/** Lets everything in, and counts nothing. */
export const NO_LIMITS: RateLimits = { write: () => undefined, anonymous: () => undefined };

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
  const { writesPerMinute, anonymousPerMinute } = parts.limits;
  const limits = { ...NO_LIMITS };
  if (writesPerMinute > 0) limits.write = createLimit('writes', writesPerMinute, parts);
  if (anonymousPerMinute > 0) {
    const limit = createLimit('anonymous', anonymousPerMinute, parts);
    limits.anonymous = (request, response) => limit(addressKey(request), request, response);
  }
  return limits;
}

/** @returns what counts a request under a key, and throws TooManyRequestsError when it is one too many. */
function createLimit(name: string, limit: number, parts: LimitParts) {
  const { redis, tableName, logger, windowMs = MINUTE_MS } = parts;
  const prefix = `${tableName}:limit:${name}:`;
  const keys = new WeakMap<Request, string>();
  const count = rateLimit({
    limit,
    windowMs,
    store: redis ? new SharedCounts({ prefix, redis, logger }) : new OwnCounts(),
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
  return async (key: string, request: Request, response: Response): Promise<void> => {
    keys.set(request, key);
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
