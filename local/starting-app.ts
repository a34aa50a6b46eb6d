import type { Express } from 'express';
import { StartingError } from '../backend/errors.ts';
import { allowOrigins } from '../backend/http/allow-origins.ts';
import { answerErrors, refuseBroken } from '../backend/http/error-mapper.ts';
import { newApp } from '../backend/http/new-app.ts';
import { logRequests } from '../backend/http/request-log.ts';
import type { Logger } from '../backend/logger.ts';

/**
 * What answers until the API does: 503 `starting` to everything, preflights excepted, in the forms of the API's own
 * errors, so that a page that is open while `npm start` runs can read it and come again.
 */
export function createStartingApp(parts: {
  readonly logger: Logger;
  readonly corsOrigins: readonly string[];
}): Express {
  const app = newApp();
  app.use(logRequests(parts.logger));
  app.use(allowOrigins(parts.corsOrigins));
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.use(refuseBroken);
  app.use(() => {
    throw new StartingError();
  });
  app.use(answerErrors);
  return app;
}
