import express from 'express';
import helmet from 'helmet';
import type { Context } from './context.ts';
import { NotFoundError } from './errors.ts';
import { allowOrigins } from './http/allow-origins.ts';
import { authenticate } from './http/authenticate.ts';
import { answerErrors } from './http/error-mapper.ts';
import { healthRoutes } from './http/health.ts';
import { messageGroupRoutes } from './http/message-groups.ts';
import { messageRoutes } from './http/messages.ts';
import { logRequests } from './http/request-log.ts';
import { userRoutes } from './http/users.ts';
import type { TokenVerifier } from './http/verify-token.ts';
import type { Logger } from './logger.ts';

export interface AppParts {
  readonly context: Context;
  readonly verifyToken: TokenVerifier;
  readonly logger: Logger;
  /** Origins whose pages may call the API; '*' is any. */
  readonly corsOrigins: readonly string[];
  readonly trustProxy?: number | readonly string[];
}

/** The API as a request handler. It opens nothing and starts nothing. */
export function createApp(parts: AppParts): express.Express {
  const { context, verifyToken, logger } = parts;
  const app = express();
  // Express's defaults that nothing here uses: hashing each answer, and nested query strings.
  app.set('etag', false);
  app.set('x-powered-by', false);
  app.set('query parser', 'simple');
  if (parts.trustProxy !== undefined) app.set('trust proxy', parts.trustProxy);

  app.use(logRequests(logger));
  app.use(allowOrigins(parts.corsOrigins));
  app.use(helmet());
  app.use('/api', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  const guards = authenticate({ context, verifyToken });
  app.use('/api', healthRoutes(context));
  app.use('/api', userRoutes(context, guards));
  app.use('/api', messageGroupRoutes(context, guards));
  app.use('/api', messageRoutes(context, guards));
  app.use(() => {
    throw new NotFoundError();
  });
  app.use(answerErrors);
  return app;
}
