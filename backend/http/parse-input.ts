import type { Request } from 'express';
import type * as z from 'zod';
import { BadRequestError, type Issue, NotFoundError, UnprocessableError } from '../errors.ts';

/* How what comes in is checked: a schema's findings become error codes, each of which is the message of an issue. */

/** What a path names, by its schema. @throws NotFoundError for what cannot be there. */
export function parsePath<Schema extends z.ZodType>(schema: Schema, params: unknown): z.output<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw new NotFoundError();
}

/** A body by its schema. @throws UnprocessableError with everything that is wrong. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body === undefined ? {} : body);
  if (result.success) return result.data;
  throw new UnprocessableError(issuesOf(result.error, 'body_invalid', 'field_unknown'));
}

/** Query parameters by their schema. @throws BadRequestError with everything that is wrong. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  throw new BadRequestError(issuesOf(result.error, 'query_invalid', 'parameter_unknown'));
}

/** Those headers that a schema names. @throws BadRequestError with everything that is wrong. */
export function parseHeaders<Schema extends z.ZodObject>(
  schema: Schema,
  request: Pick<Request, 'get'>,
): z.output<Schema> {
  const named = Object.keys(schema.shape).map((name) => [name, request.get(name)]);
  const result = schema.safeParse(Object.fromEntries(named));
  if (result.success) return result.data;
  throw new BadRequestError(issuesOf(result.error, 'headers_invalid', 'header_unknown'));
}

function issuesOf(error: z.ZodError, whole: string, unknown: string): [Issue, ...Issue[]] {
  const issues = error.issues.flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((field) => ({ code: unknown, field }));
    const field = issue.path.join('.');
    return [field === '' && issue.code === 'invalid_type' ? { code: whole } : { code: issue.message, field }];
  });
  const [first = { code: whole }, ...rest] = issues;
  return [first, ...rest];
}
