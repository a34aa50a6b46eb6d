import { STATUS_CODES } from 'node:http';
import type { oas31, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import * as errors from '../errors.ts';
import type { Access } from './route.ts';

/* Failures in the OpenAPI document: each in two forms, with the codes that a route can return. */

const issue: oas31.SchemaObject = {
  type: 'object',
  description: 'One thing that is wrong with a request.',
  required: ['code'],
  properties: {
    code: { type: 'string', description: 'Stable: for programs.' },
    field: {
      type: 'string',
      description:
        'The parameter, header or body field that is wrong: at most 64 characters of its name. Absent when the issue concerns the whole request or body.',
    },
  },
  additionalProperties: false,
};

const problem: oas31.SchemaObject = {
  type: 'object',
  description: 'A failure, as RFC 9457 defines it.',
  required: ['type', 'title', 'status', 'detail', 'code', 'errors', 'request_id'],
  properties: {
    type: { const: 'about:blank' },
    title: { type: 'string', description: "The status's name." },
    status: { type: 'integer', description: "The response's status." },
    detail: { type: 'string', description: 'A sentence for people.' },
    code: { type: 'string', description: 'The code of the first of `errors`. Stable: for programs.' },
    errors: {
      type: 'array',
      description: 'What is wrong: at most 20 issues, followed by `more_errors` when there are others.',
      maxItems: 21,
      minItems: 1,
      items: { $ref: '#/components/schemas/Issue' },
    },
    request_id: { type: 'string', description: "The response's `X-Request-Id`." },
    last_seq: {
      type: 'integer',
      description: 'With `after_seq_too_far_behind`: the newest seq.',
    },
  },
  additionalProperties: false,
};

export const FAILURE_SCHEMAS = { Issue: issue, Problem: problem };

/** The headers of responses. `required`: every response that declares the header has it. */
export const HEADERS = {
  'X-Request-Id': {
    description: "The request's id, for reporting a failure: the log has it too.",
    required: true,
    schema: { type: 'string', pattern: String.raw`^[\w.-]{1,64}$` },
  },
  Link: {
    description: 'The adjacent pages (RFC 8288), if any: relations `next` and `prev`, relative references.',
    schema: { type: 'string' },
    example: '</api/messages/01JX3K8Q4M5N6P7R8S9TAVBWCX?before=23&limit=20>; rel="prev"',
  },
  Location: {
    description: 'Where the file is: absolute, or relative to the API. It needs no token.',
    required: true,
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate (RFC 6750): `error_description` says what is missing or wrong.',
    required: true,
    schema: { type: 'string', pattern: '^Bearer ' },
    example:
      'Bearer realm="cruddur", error="invalid_token", error_description="The bearer token does not verify."',
  },
  RateLimit: {
    description:
      'The rest of the rate limit that the request counts towards, and the seconds until it is reset.',
    schema: { type: 'string' },
    example: '"600-in-1min"; r=599; t=60',
  },
  'RateLimit-Policy': {
    description: 'The rate limit that the request counts towards.',
    schema: { type: 'string' },
    example: '"600-in-1min"; q=600; w=60',
  },
  'Last-Change': {
    description:
      "Number of the group's newest change, read before the page; 0: none. A client that holds the page asks for the changes after it later.",
    schema: { type: 'integer', minimum: 0 },
    example: 7,
  },
  'Searched-Messages': {
    description: 'Number of messages that this page looked at.',
    schema: { type: 'integer', minimum: 0 },
    example: 500,
  },
  'Searched-Back-To': {
    description: 'When the oldest message that this page looked at was sent. Absent where it looked at none.',
    schema: { type: 'string', format: 'date-time' },
    example: '2026-03-01T12:00:00.000Z',
  },
} satisfies Record<string, oas31.HeaderObject>;
type HeaderName = keyof typeof HEADERS;

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The path, the query, a header or the syntax of the body is wrong.',
  403: 'The caller may not do this.',
  404: 'The resource does not exist, or the caller may not see it.',
  409: 'The request conflicts with what is stored.',
  422: 'The body is JSON, but a field of it is wrong, or refers to nothing.',
};

/** A failure in both of its forms. */
export function failure(
  status: number,
  codes: readonly string[],
  headers: readonly HeaderName[] = [],
): ZodOpenApiResponseObject {
  const code = { enum: [...codes] };
  const ofStatus: oas31.SchemaObject = { properties: { status: { const: status }, code } };
  return {
    description: DESCRIPTIONS[status] ?? STATUS_CODES[status] ?? '',
    headers: Object.fromEntries(
      ['X-Request-Id', ...headers].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ),
    content: {
      'application/json': { schema: { type: 'array', minItems: 1, items: { type: 'string', ...code } } },
      'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, ofStatus] } },
    },
  };
}

function failureOf(
  { status, code }: errors.AppError,
  headers?: readonly HeaderName[],
): ZodOpenApiResponseObject {
  return failure(status, [code], headers);
}

const exportsOfErrors: readonly unknown[] = Object.values(errors);

/** The codes of every transient failure: each route can fail with any of them. */
const TRANSIENT_CODES = exportsOfErrors.filter(isTransientClass).map((Failure) => new Failure().code);

function isTransientClass(exported: unknown): exported is new () => errors.TransientError {
  return typeof exported === 'function' && exported.prototype instanceof errors.TransientError;
}

const NOT_AUTHENTICATED: ZodOpenApiResponseObject = {
  ...failure(
    401,
    errors.NotAuthenticatedError.codes.filter((code) => code !== 'ticket_invalid'),
    ['WWW-Authenticate'],
  ),
  description: 'The token is missing, or does not verify.',
  id: 'NotAuthenticated',
};
const NOT_AUTHENTICATED_FOR_EVENTS: ZodOpenApiResponseObject = {
  ...failure(401, errors.NotAuthenticatedError.codes, ['WWW-Authenticate']),
  description: 'Neither a token nor a ticket, or one that does not verify.',
};
const BODY_TOO_LARGE: ZodOpenApiResponseObject = {
  ...failureOf(new errors.BodyTooLargeError()),
  description: 'The body is larger than 64 KB.',
  id: 'BodyTooLarge',
};
const MEDIA_TYPE_UNSUPPORTED: ZodOpenApiResponseObject = {
  ...failureOf(new errors.MediaTypeError()),
  description: 'The body is not JSON in UTF-8.',
  id: 'MediaTypeUnsupported',
};
const RATE_LIMITED: ZodOpenApiResponseObject = {
  ...failureOf(new errors.TooManyRequestsError(1), ['Retry-After', 'RateLimit', 'RateLimit-Policy']),
  description: 'Too many requests, or reads that cost too much, within a minute.',
  id: 'RateLimited',
};
const INTERNAL_ERROR: ZodOpenApiResponseObject = {
  ...failure(500, ['internal_error']),
  description: 'A fault of the API.',
  id: 'InternalError',
};
const UNAVAILABLE: ZodOpenApiResponseObject = {
  ...failure(503, TRANSIENT_CODES, ['Retry-After']),
  description:
    'A transient failure: the table, the issuer or the store of files is unreachable, or there are too many concurrent requests.',
  id: 'Unavailable',
};

/** The failures that every route of a kind can respond with. */
export function commonFailures(kind: {
  readonly hasBody: boolean;
  readonly access: Access;
  readonly isCounted: boolean;
}): ZodOpenApiResponsesObject {
  return {
    ...((kind.access === 'user' || kind.access === 'person') && { '401': NOT_AUTHENTICATED }),
    ...(kind.access === 'listener' && { '401': NOT_AUTHENTICATED_FOR_EVENTS }),
    ...(kind.hasBody && { '413': BODY_TOO_LARGE, '415': MEDIA_TYPE_UNSUPPORTED }),
    ...(kind.isCounted && { '429': RATE_LIMITED }),
    '500': INTERNAL_ERROR,
    '503': UNAVAILABLE,
  };
}
