import type { IncomingMessage } from 'node:http';
import cors, { type CorsOptions } from 'cors';
import type { RequestHandler } from 'express';

/** How long a browser may cache the response to a preflight, in seconds. */
const PREFLIGHT_LIFE_S = 600;

/**
 * Allows pages of these origins to call the API; '*' is any. It is mounted before everything that can fail: a preflight
 * has no token, and a client must be able to read errors.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const options: CorsOptions = {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
    exposedHeaders: [
      'Link',
      'Last-Change',
      'Retry-After',
      'X-Request-Id',
      'RateLimit',
      'RateLimit-Policy',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
    ],
    maxAge: PREFLIGHT_LIFE_S,
  };
  // A malformed request is rejected, even if it looks like a preflight.
  return cors((request: IncomingMessage, done) => {
    done(null, { ...options, preflightContinue: request.failure !== undefined });
  });
}
