import type { RequestHandler } from 'express';
import type { Logger } from '../logger.ts';
import { NO_OBSERVER, type Observer } from '../observer.ts';
import { runInScope } from '../request-scope.ts';
import { observeRequest } from './request-log.ts';
import { standardHeaders } from './standard-headers.ts';

/**
 * Begins every request, before everything that can fail: identifies and logs it, sets the headers that all responses have,
 * so that a page can also read errors, and responds to preflights, which have no token. A request that the server found
 * malformed is rejected here, even if it looks like a preflight.
 *
 * One function instead of a chain: each step of a chain costs as much as most of these do.
 * @param corsOrigins origins whose pages may call the API; '*' is any.
 */
export function beginRequests(
  logger: Logger,
  corsOrigins: readonly string[],
  observer: Observer = NO_OBSERVER,
): RequestHandler {
  const standard = standardHeaders(corsOrigins);
  return (request, response, next) => {
    const observation = observeRequest(logger, observer, request, response);
    standard.set(request, response);
    if (request.method === 'OPTIONS' && !request.failure) standard.answerPreflight(request, response);
    else if (observation.scope) runInScope(observation.scope, () => next(request.failure));
    else next(request.failure);
  };
}
