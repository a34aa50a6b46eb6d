import type { RequestListener } from 'node:http';
import type { Express } from 'express';
import { type AppError, ForbiddenError, StartingError } from '../backend/errors.ts';
import { beginRequests } from '../backend/http/begin-requests.ts';
import { answerErrors } from '../backend/http/error-mapper.ts';
import { newApp } from '../backend/http/new-app.ts';
import type { Logger } from '../backend/logger.ts';
import { type LocalAccess, isForThisMachine } from './own-hosts.ts';

/**
 * The app that responds until the API does: 503 `starting` to every request except preflights, in the form of the API's
 * own errors, so that a page that is open while `npm start` runs can read it and try again.
 */
export function createStartingApp(parts: {
  readonly logger: Logger;
  readonly corsOrigins: readonly string[];
}): Express {
  return createRefusingApp(parts, () => new StartingError());
}

/** Passes on requests that name this machine as their host, and refuses all others. */
export function ownHostsOnly(
  listener: RequestListener,
  { logger, access }: { readonly logger: Logger; readonly access: LocalAccess },
): RequestListener {
  // No page of another host may read the refusal.
  const refuse = createRefusingApp({ logger, corsOrigins: [] }, () => new ForbiddenError('host_not_allowed'));
  return (request, response) => {
    const answer = isForThisMachine(request, access) ? listener : refuse;
    answer(request, response);
  };
}

/** Responds to every request with one error, in the form of the API's own errors. */
function createRefusingApp(
  { logger, corsOrigins }: { readonly logger: Logger; readonly corsOrigins: readonly string[] },
  createError: () => AppError,
): Express {
  const app = newApp();
  app.use(beginRequests(logger, corsOrigins));
  app.use(() => {
    throw createError();
  });
  app.use(answerErrors);
  return app;
}
