import type { IncomingMessage } from 'node:http';
import { type AppError, BadRequestError } from '../errors.ts';

declare module 'http' {
  interface IncomingMessage {
    /**
     * Why the request is rejected, whatever its route: the app responds with it. If it occurs while the body is read, the
     * request emits `failure`.
     */
    failure?: AppError | undefined;
  }
}

/**
 * Handles what Node's server leaves to apps, or would reject itself (RFC 9112, section 3.2): replaces an absolute target
 * by its path, and sets `failure` on a request without a path or a Host header.
 */
export function prepareRequest(request: IncomingMessage): void {
  const { method, httpVersion, headers, url = '*' } = request;
  const path = pathOf(url);
  request.url = path ?? '*';
  if (httpVersion === '1.1' && headers.host === undefined)
    request.failure ??= malformed('The request has no Host header.');
  // The target of a CONNECT is a host and a port, which no route has.
  if (path === undefined && method !== 'CONNECT') request.failure ??= malformed('The request has no path.');
}

function malformed(detail: string): AppError {
  return new BadRequestError([{ code: 'request_malformed' }], detail);
}

/** Returns the path and query of a request's target; undefined when there is no path. */
function pathOf(target: string): string | undefined {
  if (target.startsWith('/') || target === '*') return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return undefined;
  const { pathname, search } = new URL(target);
  return `${pathname}${search}`;
}
