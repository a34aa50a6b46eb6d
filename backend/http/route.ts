import { type Request, type RequestHandler, type Response, Router } from 'express';
import * as z from 'zod';
import type { Wiring } from '../wiring.ts';
import type { Caller, Guards } from './authenticate.ts';
import { readJson } from './body.ts';
import { sendJson } from './send-json.ts';
import { parseBody, parseHeaders, parsePath, parseQuery } from './parse-input.ts';
import type { RateLimits, ReadCost } from './rate-limit.ts';

/**
 * A route is declared once: its input, response, failures, access and handler. The router and the OpenAPI document are
 * both created from the declarations, so they always have the same routes.
 */

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Headers of some responses. `Link`: the adjacent pages of a page. `Searched-…`: how far a search looked. */
export type AnswerHeader = 'Link' | 'Last-Change' | 'Searched-Messages' | 'Searched-Back-To';

/** Error codes by status. */
export type Errors = Readonly<Partial<Record<400 | 403 | 404 | 409 | 422, readonly string[]>>>;

/** A route's successful response. */
export interface AnswerDeclaration<Body extends z.ZodType = z.ZodType> {
  readonly description: string;
  /** `json`: the handler's result, by this schema. `empty`: 204. `own`: the handler writes the response itself. */
  readonly form: 'json' | 'empty' | 'own';
  readonly schema: Body;
  /** For the form `own`. */
  readonly mediaTypes?: readonly string[];
  readonly headers?: readonly AnswerHeader[];
  /** The handler may have sent a redirection instead (302). */
  readonly redirects?: true;
}

const NOTHING = z.void();

/** Declares a response of 200 with JSON. */
export function json<Body extends z.ZodType>(
  schema: Body,
  description: string,
  headers: readonly AnswerHeader[] = [],
): AnswerDeclaration<Body> {
  return { form: 'json', schema, description, headers };
}

/** Declares a response of 204. */
export function nothing(description: string): AnswerDeclaration<z.ZodVoid> {
  return { form: 'empty', schema: NOTHING, description };
}

/** Declares a response of 200 that the handler writes itself, in one of these media types. */
export function written(mediaTypes: readonly string[], description: string): AnswerDeclaration<z.ZodVoid> {
  return { form: 'own', schema: NOTHING, description, mediaTypes };
}

/** The documented part of a route. */
export interface Declaration {
  readonly method: Method;
  /** Below `/api`, as Express writes it: `/messages/:message_group_uuid`. */
  readonly path: `/${string}`;
  /** The operation id. Unique: generated clients use it as a function name. */
  readonly name: string;
  /** A line that begins with a verb. */
  readonly summary: string;
  /** Further details, in Markdown. */
  readonly description?: string;
  /** The path's parameters. An invalid one is a resource that does not exist: 404. */
  readonly params?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  /** By header name, in the usual case. */
  readonly headers?: z.ZodObject | undefined;
  readonly body?: z.ZodObject | undefined;
  readonly answer: AnswerDeclaration;
  /** The cost of a read, in reads. Absent: one. */
  readonly cost?: ReadCost;
  /** Set on a `free` route that rate-limits some of its requests. */
  readonly counted?: true;
  /** Error codes other than those of the fields and those common to routes of its kind. */
  readonly errors?: Errors;
}

/**
 * Access to a route. `free`: any client, without a rate limit. `open`: any client, rate-limited by address. `user`: a
 * valid token. `person`: a valid token of a user with a profile. `listener`: the same, or a ticket.
 */
export type Access = 'free' | 'open' | 'user' | 'person' | 'listener';

export interface RouteParts {
  readonly context: Wiring;
  readonly guards: Guards;
  readonly limits: RateLimits;
}

/** A declared route with its handler. */
export interface Route extends Declaration {
  readonly access: Access;
  readonly handler: (parts: RouteParts) => RequestHandler;
}

/**
 * Creates a handler of these routes. Express tries the routes of a router one after another, so each router has only those
 * with one method and one first segment. Like a router of Express, the handler lists its routes in `stack`.
 */
export function mountRoutes(routes: readonly Route[], parts: RouteParts): RequestHandler {
  const routers = new Map<string, Router>();
  for (const { method, path, handler } of routes) {
    const key = routerKey(method, path);
    const router = routers.get(key) ?? Router();
    routers.set(key, router[method](spellingsOf(path), handler(parts)));
  }
  const dispatch: RequestHandler = (request, response, next) => {
    // Express also routes a HEAD request to the handler of GET.
    const method = request.method === 'HEAD' ? 'get' : request.method;
    const router = routers.get(routerKey(method, request.url));
    if (router) router(request, response, next);
    else next();
  };
  return Object.assign(dispatch, { stack: [...routers.values()].flatMap(({ stack }) => stack) });
}

const FIRST_SEGMENT = /^\/[^/?]*/;

/** Paths are compared as Express does: without regard to case, and without decoding. */
function routerKey(method: string, path: string): string {
  return `${method} ${FIRST_SEGMENT.exec(path)?.[0] ?? path}`.toLowerCase();
}

/** Returns the spellings of a path: RFC 3986 allows clients to percent-encode an `@`, and some libraries do. */
function spellingsOf(path: string): string[] {
  return [path, ...(path.includes('@') ? [path.replaceAll('@', '%40')] : [])];
}

/** The input of a route's handler, validated by the schemas of the declaration. */
export interface Input<Caller, Params, Query, Headers, Body> {
  readonly context: Wiring;
  readonly limits: RateLimits;
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  readonly request: Request;
  readonly response: Response;
}

/** A route for any client, without a rate limit. */
export const freeRoute = routeFor<undefined>(
  'free',
  (_guards, handle) => (request, response) => handle(undefined, request, response),
);
/** A route for any client: tokens are ignored. */
export const openRoute = routeFor<undefined>('open', (guards, handle) =>
  guards.anybody((request, response) => handle(undefined, request, response)),
);
/** A route that needs a valid token; the caller is the user id. */
export const userRoute = routeFor<string>('user', (guards, handle, cost) => guards.user(handle, cost));
/** A route that needs a valid token of a user with a profile. */
export const personRoute = routeFor<Caller>('person', (guards, handle, cost) => guards.person(handle, cost));
/** The same for an event stream, which a ticket in the query also opens. */
export const listenerRoute = routeFor<Caller>('listener', (guards, handle, cost) =>
  guards.listener(handle, cost),
);

type HandlerFor<Caller> = (caller: Caller, request: Request, response: Response) => Promise<void>;

/** A declaration whose schemas determine the types of the handler's input and result. */
interface Typed<Caller, Params, Query, Headers, Body, Answer extends z.ZodType> extends Declaration {
  readonly params?: Params & z.ZodObject;
  readonly query?: Query & z.ZodObject;
  readonly headers?: Headers & z.ZodObject;
  readonly body?: Body & z.ZodObject;
  readonly answer: AnswerDeclaration<Answer>;
  readonly handle: (
    input: Input<Caller, z.output<Params>, z.output<Query>, z.output<Headers>, z.output<Body>>,
  ) => Promise<z.input<Answer>> | z.input<Answer>;
}

function routeFor<Caller>(
  access: Access,
  guard: (guards: Guards, handle: HandlerFor<Caller>, cost?: ReadCost) => RequestHandler,
) {
  return <
    Answer extends z.ZodType,
    Params extends z.ZodType = z.ZodVoid,
    Query extends z.ZodType = z.ZodVoid,
    Headers extends z.ZodType = z.ZodVoid,
    Body extends z.ZodType = z.ZodVoid,
  >(
    declaration: Typed<Caller, Params, Query, Headers, Body, Answer>,
  ): Route => {
    const { handle, ...declared } = declaration;
    const handler = ({ context, guards, limits }: RouteParts) => {
      const answer: HandlerFor<Caller> = async (caller, request, response) => {
        // Invalid input is reported before a missing resource, and the body of a missing resource is not read.
        const query = taken(declaration.query, (schema) => parseQuery(schema, request.query));
        const headers = taken(declaration.headers, (schema) => parseHeaders(schema, request));
        const params = taken(declaration.params, (schema) => parsePath(schema, request.params));
        const json = declaration.body && (await readJson(request, response));
        const body = taken(declaration.body, (schema) => parseBody(schema, json));
        const input = { context, limits, caller, params, query, headers, body, request, response };
        answerWith(response, declared.answer, await handle(input));
      };
      const guarded = guard(guards, answer, declared.cost);
      const named: RequestHandler = (request, response, next) => {
        request.routeName = declared.name;
        return guarded(request, response, next);
      };
      return named;
    };
    return { ...declared, access, handler };
  };
}

/** Parses a part of a request by its schema. */
function taken<Schema extends z.ZodType>(
  schema: Schema | undefined,
  parse: (schema: Schema) => z.output<Schema>,
): z.output<Schema> {
  // Without a schema, the type is the default: void.
  return schema === undefined ? (undefined as z.output<Schema>) : parse(schema);
}

function answerWith(response: Response, { form, redirects }: AnswerDeclaration, value: unknown): void {
  if (redirects && response.writableEnded) return;
  switch (form) {
    case 'json':
      sendJson(response, value);
      return;
    case 'empty':
      response.status(204).end();
      return;
    case 'own':
      return;
  }
}
