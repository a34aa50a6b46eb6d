import { type Request, type RequestHandler, type Response, Router } from 'express';
import * as z from 'zod';
import type { Wiring } from '../wiring.ts';
import type { Caller, Guards } from './authenticate.ts';
import { readJson } from './body.ts';
import { parseBody, parseHeaders, parsePath, parseQuery } from './parse-input.ts';
import type { RateLimits, ReadCost } from './rate-limit.ts';

/**
 * A route is declared once: what it takes, what it answers, what can go wrong and who is let in, beside what it does.
 * The router and the OpenAPI document are both made of that, so that neither knows a route that the other does not.
 */

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Headers that some answers have. `Link`: where the pages beside a page of a list are. */
export type AnswerHeader = 'Link';

/** Codes of errors by their statuses. */
export type Errors = Readonly<Partial<Record<400 | 403 | 404 | 409 | 422, readonly string[]>>>;

/** What a route answers with when all went well. */
export interface AnswerDeclaration<Body extends z.ZodType = z.ZodType> {
  readonly description: string;
  /** `json`: what the handler returns, by this schema. `empty`: 204. `own`: what the handler writes itself. */
  readonly form: 'json' | 'empty' | 'own';
  readonly schema: Body;
  /** Of an answer of its own. */
  readonly mediaTypes?: readonly string[];
  readonly headers?: readonly AnswerHeader[];
}

const NOTHING = z.void();

/** 200 with JSON. */
export function json<Body extends z.ZodType>(
  schema: Body,
  description: string,
  headers: readonly AnswerHeader[] = [],
): AnswerDeclaration<Body> {
  return { form: 'json', schema, description, headers };
}

/** 204. */
export function nothing(description: string): AnswerDeclaration<z.ZodVoid> {
  return { form: 'empty', schema: NOTHING, description };
}

/** 200 with what the handler writes to the response itself, in one of these media types. */
export function written(mediaTypes: readonly string[], description: string): AnswerDeclaration<z.ZodVoid> {
  return { form: 'own', schema: NOTHING, description, mediaTypes };
}

/** What the document is made of. */
export interface Declaration {
  readonly method: Method;
  /** Below `/api`, as Express writes it: `/messages/:message_group_uuid`. */
  readonly path: `/${string}`;
  /** Unique: clients that are generated call the route by it. */
  readonly name: string;
  /** A line that begins with a verb. */
  readonly summary: string;
  /** What else there is to know, in Markdown. */
  readonly description?: string;
  /** What stands in the path. What does not fit is a thing that is not there: 404. */
  readonly params?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  /** By their names as they are written. */
  readonly headers?: z.ZodObject | undefined;
  readonly body?: z.ZodObject | undefined;
  readonly answer: AnswerDeclaration;
  /** Of a read: how many reads it counts for. Absent: one. */
  readonly cost?: ReadCost;
  /** Of a `free` route that counts some of its requests all the same. */
  readonly counted?: true;
  /** What goes wrong besides what the fields themselves name, and what every route of its kind answers. */
  readonly errors?: Errors;
}

/**
 * Who is let in: `free`, anybody, as often as they like; `open`, anybody, and it counts for their address; `user`, who
 * has a valid token; `person`, who has a profile too; `listener`, the same, or who has a ticket for it.
 */
export type Access = 'free' | 'open' | 'user' | 'person' | 'listener';

export interface RouteParts {
  readonly context: Wiring;
  readonly guards: Guards;
  readonly limits: RateLimits;
}

/** A declared route with what it does. */
export interface Route extends Declaration {
  readonly access: Access;
  readonly handler: (parts: RouteParts) => RequestHandler;
}

/** A router of these routes. */
export function mountRoutes(routes: readonly Route[], parts: RouteParts): Router {
  const router = Router();
  for (const { method, path, handler } of routes) router[method](spellingsOf(path), handler(parts));
  return router;
}

/** A path as clients write it: RFC 3986 lets them percent-encode an `@`, and some libraries do. */
function spellingsOf(path: string): string[] {
  return [path, ...(path.includes('@') ? [path.replaceAll('@', '%40')] : [])];
}

/** What a route's handler works with. Whatever came in was checked by the schemas of the declaration. */
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

/** Anybody's, as often as they like. */
export const freeRoute = routeFor<undefined>(
  'free',
  (_guards, handle) => (request, response) => handle(undefined, request, response),
);
/** Anybody's: a token on it changes nothing. */
export const openRoute = routeFor<undefined>('open', (guards, handle) =>
  guards.anybody((request, response) => handle(undefined, request, response)),
);
/** A route for who has a valid token; the caller is their user id. */
export const userRoute = routeFor<string>('user', (guards, handle, cost) => guards.user(handle, cost));
/** A route for who has a valid token and a profile. */
export const personRoute = routeFor<Caller>('person', (guards, handle, cost) => guards.person(handle, cost));
/** The same for an event stream, which a ticket in the query opens too. */
export const listenerRoute = routeFor<Caller>('listener', (guards, handle, cost) =>
  guards.listener(handle, cost),
);

type HandlerFor<Caller> = (caller: Caller, request: Request, response: Response) => Promise<void>;

/** The parts of a declaration whose schemas say what the handler is given, and what it has to return. */
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
        // What a client can put right comes before what is not there; nothing is read of a body that goes nowhere.
        const query = taken(declaration.query, (schema) => parseQuery(schema, request.query));
        const headers = taken(declaration.headers, (schema) => parseHeaders(schema, request));
        const params = taken(declaration.params, (schema) => parsePath(schema, request.params));
        const json = declaration.body && (await readJson(request, response));
        const body = taken(declaration.body, (schema) => parseBody(schema, json));
        const input = { context, limits, caller, params, query, headers, body, request, response };
        answerWith(response, declared.answer, await handle(input));
      };
      return guard(guards, answer, declared.cost);
    };
    return { ...declared, access, handler };
  };
}

/** What a part of a request says, by its schema. */
function taken<Schema extends z.ZodType>(
  schema: Schema | undefined,
  parse: (schema: Schema) => z.output<Schema>,
): z.output<Schema> {
  // Where none is declared, the type is the default one: nothing.
  return schema === undefined ? (undefined as z.output<Schema>) : parse(schema);
}

function answerWith(response: Response, { form }: AnswerDeclaration, value: unknown): void {
  switch (form) {
    case 'json':
      response.json(value);
      return;
    case 'empty':
      response.status(204).end();
      return;
    case 'own':
      return;
  }
}
