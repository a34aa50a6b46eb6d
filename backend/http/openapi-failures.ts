import { STATUS_CODES } from 'node:http';
import type { oas31, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { Access } from './route.ts';

/* What an OpenAPI document says of failures: each in two forms, with the codes that a route can give. */

const issue: oas31.SchemaObject = {
  type: 'object',
  description: 'One thing that is wrong with a request.',
  required: ['code'],
  properties: {
    code: { type: 'string', description: 'Stable: for programs.' },
    field: {
      type: 'string',
      description:
        'The parameter, header or body field it is about: at most 64 characters of its name. Absent when it is about the whole.',
    },
  },
  additionalProperties: false,
};

const problem: oas31.SchemaObject = {
  type: 'object',
  description: 'A failure, as RFC 9457 has it.',
  required: ['type', 'title', 'status', 'detail', 'code', 'errors', 'request_id'],
  properties: {
    type: { const: 'about:blank' },
    title: { type: 'string', description: "The status's name." },
    status: { type: 'integer', description: "The answer's status." },
    detail: { type: 'string', description: 'A sentence for people.' },
    code: { type: 'string', description: 'The first of `errors` has it. Stable: for programs.' },
    errors: {
      type: 'array',
      description: 'What is wrong: at most 20 things, and `more_errors` where there are others.',
      maxItems: 21,
      minItems: 1,
      items: { $ref: '#/components/schemas/Issue' },
    },
    request_id: { type: 'string', description: "The answer's `X-Request-Id`." },
    last_seq: {
      type: 'integer',
      description: 'With `after_seq_too_far_behind`: the newest seq there is.',
    },
  },
  additionalProperties: false,
};

export const FAILURE_SCHEMAS = { Issue: issue, Problem: problem };

/** The headers of answers. `required`: each answer that declares it has it. */
export const HEADERS = {
  'X-Request-Id': {
    description: "The request's id, for who reports a failure: the log has it too.",
    required: true,
    schema: { type: 'string', pattern: String.raw`^[\w.-]{1,64}$` },
  },
  Link: {
    description:
      'Pages beside this one (RFC 8288), where there are any: relations `next` and `prev`, relative references.',
    schema: { type: 'string' },
    example: '</api/messages/01JX3K8Q4M5N6P7R8S9TAVBWCX?before=23&limit=20>; rel="prev"',
  },
  'Retry-After': {
    description: 'Seconds after which to come again.',
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
      'What is left of the limit that the request counted for, and seconds until it is whole again.',
    schema: { type: 'string' },
    example: '"600-in-1min"; r=599; t=60',
  },
  'RateLimit-Policy': {
    description: 'The limit that the request counted for.',
    schema: { type: 'string' },
    example: '"600-in-1min"; q=600; w=60',
  },
} satisfies Record<string, oas31.HeaderObject>;
type HeaderName = keyof typeof HEADERS;

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The path, the query, a header or the syntax of the body is wrong.',
  403: 'The caller may not.',
  404: "No such thing, or not the caller's to see.",
  409: 'What is there stands against it.',
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

const NOT_AUTHENTICATED: ZodOpenApiResponseObject = {
  ...failure(401, ['cognito_user_id_blank', 'token_invalid', 'user_id_invalid'], ['WWW-Authenticate']),
  description: 'No token, or one that does not verify.',
  id: 'NotAuthenticated',
};
const NOT_ADMITTED: ZodOpenApiResponseObject = {
  ...failure(
    401,
    ['cognito_user_id_blank', 'token_invalid', 'user_id_invalid', 'ticket_invalid'],
    ['WWW-Authenticate'],
  ),
  description: 'No token and no ticket, or one that does not verify.',
};
const BODY_TOO_LARGE: ZodOpenApiResponseObject = {
  ...failure(413, ['body_too_large']),
  description: 'The body is larger than 64 KB.',
  id: 'BodyTooLarge',
};
const MEDIA_TYPE_UNSUPPORTED: ZodOpenApiResponseObject = {
  ...failure(415, ['media_type_unsupported']),
  description: 'The body is not JSON in UTF-8.',
  id: 'MediaTypeUnsupported',
};
const RATE_LIMITED: ZodOpenApiResponseObject = {
  ...failure(429, ['rate_limited'], ['Retry-After', 'RateLimit', 'RateLimit-Policy']),
  description: 'Too many requests, or reads that cost too much, within a minute.',
  id: 'RateLimited',
};
const INTERNAL_ERROR: ZodOpenApiResponseObject = {
  ...failure(500, ['internal_error']),
  description: 'A fault of the API.',
  id: 'InternalError',
};
const UNAVAILABLE: ZodOpenApiResponseObject = {
  ...failure(
    503,
    [
      'busy',
      'starting',
      'table_unavailable',
      'events_unavailable',
      'token_keys_unavailable',
      'text_keys_unavailable',
    ],
    ['Retry-After'],
  ),
  description: 'Worth trying again: the table or the issuer cannot be reached, or too much happens at once.',
  id: 'Unavailable',
};

/** What every route of a kind can answer. */
export function commonFailures(kind: {
  readonly hasBody: boolean;
  readonly access: Access;
  readonly isCounted: boolean;
}): ZodOpenApiResponsesObject {
  return {
    ...((kind.access === 'user' || kind.access === 'person') && { '401': NOT_AUTHENTICATED }),
    ...(kind.access === 'listener' && { '401': NOT_ADMITTED }),
    ...(kind.hasBody && { '413': BODY_TOO_LARGE, '415': MEDIA_TYPE_UNSUPPORTED }),
    ...(kind.isCounted && { '429': RATE_LIMITED }),
    '500': INTERNAL_ERROR,
    '503': UNAVAILABLE,
  };
}
