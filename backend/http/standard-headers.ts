import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors, { type CorsOptions } from 'cors';
import helmet from 'helmet';

/** How long a browser may cache the response to a preflight, in seconds. */
const PREFLIGHT_LIFE_S = 600;

const CORS: CorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
  exposedHeaders: [
    'Link',
    'Last-Change',
    'Searched-Messages',
    'Searched-Back-To',
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

type Headers = readonly (readonly [name: string, value: string])[];
type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** The headers that every response has, and the response to a preflight. */
export interface StandardHeaders {
  /** Sets the headers. Routes whose responses may be cached set `Cache-Control` again. */
  readonly set: (request: IncomingMessage, response: ServerResponse) => void;
  /** Responds to a preflight. */
  readonly answerPreflight: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Allows pages of these origins to call the API, and gives every response the security headers of helmet. Both libraries
 * run once for each origin: their headers depend on nothing else of a request.
 * @param origins '*' is any.
 */
export function standardHeaders(origins: readonly string[]): StandardHeaders {
  const allow = cors({ ...CORS, origin: origins.includes('*') ? '*' : [...origins] });
  const headersFor = (origin?: string): Headers => [
    ...headersBy(allow, origin),
    ...headersBy(helmet(), origin),
    ['Cache-Control', 'no-store'],
  ];
  const ofOrigins = new Map(origins.map((origin) => [origin, headersFor(origin)]));
  const ofOthers = headersFor();
  return {
    set: ({ headers }, response) => {
      const own = ofOrigins.get(headers.origin ?? '') ?? ofOthers;
      for (const [name, value] of own) response.setHeader(name, value);
    },
    answerPreflight: (request, response) => {
      // It completes the response itself.
      allow(request, response, () => undefined);
    },
  };
}

/** Returns the headers that middleware sets on the response to a request from a page of an origin. */
function headersBy(middleware: Middleware, origin?: string): Headers {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, origin !== undefined && { origin });
  const response = new ServerResponse(request);
  middleware(request, response, () => undefined);
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]);
}
