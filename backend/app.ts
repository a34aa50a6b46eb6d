import type { Express, RequestHandler } from 'express';
import type { Wiring } from './wiring.ts';
import { NotFoundError } from './errors.ts';
import { authenticate } from './http/authenticate.ts';
import { beginRequests } from './http/begin-requests.ts';
import { answerErrors } from './http/error-mapper.ts';
import { newApp } from './http/new-app.ts';
import { NO_LIMITS, type RateLimits } from './http/rate-limit.ts';
import { mountRoutes } from './http/route.ts';
import { apiRoutes } from './http/routes.ts';
import type { TokenVerifier } from './http/verify-token.ts';
import type { Logger } from './logger.ts';

export interface AppParts {
  readonly context: Wiring;
  readonly verifyToken: TokenVerifier;
  readonly logger: Logger;
  /** Origins whose pages may call the API; '*' is any. */
  readonly corsOrigins: readonly string[];
  readonly trustProxy?: number | readonly string[];
  /** Absent: requests are not limited. */
  readonly limits?: RateLimits;
  /** A sentence on how to get a token, for the 401 responses of a development server. */
  readonly tokenHint?: string;
  /** The message screens. They are mounted after the API's own routes. */
  readonly screens?: readonly RequestHandler[];
}

/** Creates the API as a request handler. It opens nothing and starts nothing. */
export function createApp(parts: AppParts): Express {
  const { context, verifyToken, logger, limits = NO_LIMITS } = parts;
  const app = newApp();
  if (parts.trustProxy !== undefined) app.set('trust proxy', parts.trustProxy);

  app.use(beginRequests(logger, parts.corsOrigins, context.observer));
  const { tokenHint } = parts;
  const guards = authenticate({
    context,
    verifyToken,
    limits,
    ...(tokenHint !== undefined && { tokenHint }),
  });
  app.use('/api', mountRoutes(apiRoutes(context.messageMaxChars), { context, guards, limits }));
  for (const screens of parts.screens ?? []) app.use(screens);
  app.use(() => {
    throw new NotFoundError();
  });
  app.use(answerErrors);
  return app;
}
