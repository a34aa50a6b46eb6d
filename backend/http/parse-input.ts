import type { Request } from 'express';
import * as z from 'zod';
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
  throw new UnprocessableError(issuesOf(result.error, 'body_invalid', 'field_unknown', fieldsOf(schema)));
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

/** The fields of a schema of an object, in their order. */
const fieldsOf = (schema: z.ZodType): readonly string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

/** The issues, those of the first field first: clients may show one. Unknown fields come last. */
function issuesOf(
  error: z.ZodError,
  whole: string,
  unknown: string,
  fields: readonly string[] = [],
): [Issue, ...Issue[]] {
  const placeOf = ({ path: [field] }: z.core.$ZodIssue) => {
    const place = fields.indexOf(String(field));
    return place < 0 ? fields.length : place;
  };
  const inOrder = error.issues.toSorted((one, other) => placeOf(one) - placeOf(other));
  const issues = inOrder.flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((field) => ({ code: unknown, field }));
    const field = issue.path.join('.');
    return [field === '' && issue.code === 'invalid_type' ? { code: whole } : { code: issue.message, field }];
  });
  const [first = { code: whole }, ...rest] = issues;
  return [first, ...rest];
}
