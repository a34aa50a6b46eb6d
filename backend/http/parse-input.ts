import type { Request } from 'express';
import type * as z from 'zod';
import { BadRequestError, type Issue, NotFoundError, UnprocessableError } from '../errors.ts';

/* Validates input by schemas. The message of a schema's issue is the error code. */

/** Parses path parameters. @throws NotFoundError for an invalid one: such a resource cannot exist. */
export function parsePath<Schema extends z.ZodType>(schema: Schema, params: unknown): z.output<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw new NotFoundError();
}

/** Parses a body. @throws UnprocessableError with all issues. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body === undefined ? {} : body);
  if (result.success) return result.data;
  throw new UnprocessableError(issuesOf(result.error, 'body_invalid', 'field_unknown'));
}

/** Parses query parameters. @throws BadRequestError with all issues. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  throw new BadRequestError(issuesOf(result.error, 'query_invalid', 'parameter_unknown'));
}

/** Parses the headers that a schema names. @throws BadRequestError with all issues. */
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
