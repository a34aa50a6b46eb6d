import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Observer, RequestObservation } from '../observer.ts';

declare module 'http' {
  interface IncomingMessage {
    /** The response's `X-Request-Id`. */
    id: string;
    /** The operation id of its route, once one is found. */
    routeName?: string;
    /** The id of the message that it sent. */
    sentMessage?: string;
  }
  interface ServerResponse {
    /** The failure, for the log line. */
    err?: Error;
  }
}

/** A request id from a proxy. */
const FOREIGN_ID = /^[\w.-]{1,64}$/;
const HEALTH_CHECK = '/api/health-check';
/** Any user who knows the code of an invitation can join its group. And with which emoji users react is theirs. */
const SECRET_PART = /(?<=\/(?:invites|reactions)\/)[^/]+/gi;

/**
 * Gives a request an id, which is also in its response, and logs a line when the response is complete: method, path,
 * status and milliseconds. No query, header or body: they contain cursors, tokens and texts; and of the path neither the code
 * of an invitation nor the emoji of a reaction. Successful health checks, which proxies send every second, are logged at
 * `debug` only. The line of a send has the message's id, by which the stream handler's log and the message's trace are found.
 * @returns the observation of the request, in whose scope it has to be handled.
 */
export function observeRequest(
  logger: Logger,
  observer: Observer,
  request: Request,
  response: Response,
): RequestObservation {
  const begun = performance.now();
  request.id = requestId(request.headers['x-request-id']);
  response.setHeader('X-Request-Id', request.id);
  const observation = observer.begin(request);
  // Emitted once for every request, whether it was completed or the client disconnected.
  response.once('close', () => {
    const { statusCode: status, err, writableFinished } = response;
    const ms = performance.now() - begun;
    const path = request.originalUrl.split('?', 1)[0]?.replace(SECRET_PART, '*');
    const line = {
      request_id: request.id,
      ...observation.logged,
      method: request.method,
      path,
      status,
      ...(request.sentMessage !== undefined && { message_uuid: request.sentMessage }),
      // The client disconnected before the response was complete.
      ...(!writableFinished && { aborted: true }),
      ms: Math.round(ms),
      ...(err && { err }),
    };
    logger[levelOf(status, path)](line, 'request');
    const code = err instanceof AppError ? { code: err.code } : {};
    observation.end({ route: request.routeName, status, aborted: !writableFinished, ms, ...code });
  });
  return observation;
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && FOREIGN_ID.test(given) ? given : randomUUID();
}

function levelOf(status: number, path: string | undefined): 'debug' | 'info' | 'warn' | 'error' {
  if (status === 503) return 'warn';
  if (status >= 500) return 'error';
  return status === 200 && path === HEALTH_CHECK ? 'debug' : 'info';
}
