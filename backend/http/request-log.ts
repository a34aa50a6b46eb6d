import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pinoHttp } from 'pino-http';
import { describeError, type Logger } from '../logger.ts';

/** A request id that a proxy in front of us may have given. */
const FOREIGN_ID = /^[\w.-]{1,64}$/;

/**
 * Gives each request an id, which its answer carries too, and logs a line when it was answered: method, path, status
 * and milliseconds. No query, header or body: they hold places in lists, tokens and texts.
 */
export function logRequests(logger: Logger) {
  return pinoHttp({
    logger,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id'];
      const id = typeof given === 'string' && FOREIGN_ID.test(given) ? given : randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'request_id' },
    wrapSerializers: false,
    serializers: { err: (error: unknown) => describeError(error) },
    customSuccessObject: (request, response, { responseTime: ms }: ResponseTime) => ({
      ...lineOf(request, response),
      ms,
    }),
    customErrorObject: (request, response, err, { responseTime: ms }: ResponseTime) => ({
      ...lineOf(request, response),
      ms,
      err,
    }),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customLogLevel: (_request, response: ServerResponse) => {
      if (response.statusCode === 503) return 'warn';
      return response.statusCode >= 500 ? 'error' : 'info';
    },
  });
}

interface ResponseTime {
  readonly responseTime: number;
}

function lineOf(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse) {
  return {
    method: request.method,
    path: (request.originalUrl ?? request.url ?? '').split('?', 1)[0],
    status: response.statusCode,
    // The client went away before it had its answer.
    ...(!response.writableFinished && { aborted: true }),
  };
}
