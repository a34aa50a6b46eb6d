import * as z from 'zod';
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { VERSION } from '../version.ts';
import { CODES } from './fields.ts';
import { commonFailures, failure, FAILURE_SCHEMAS, HEADERS } from './openapi-failures.ts';
import type { Access, Declaration, Route } from './route.ts';
import { groupChange, groupPins } from '../presentation/event.ts';
import { messageReactions } from '../presentation/reaction.ts';

/**
 * Creates the OpenAPI document from the routes' declarations. This takes some time, and only the document needs the
 * library: import this file on demand, and cache the result.
 */
export function describeApi(routes: readonly Route[]): oas31.OpenAPIObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    const operations = (paths[pathInDocument(route)] ??= {});
    operations[route.method] = describeRoute(route);
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Cruddur messaging',
      version: VERSION,
      license: { name: 'MIT', identifier: 'MIT' },
      description: DESCRIPTION,
    },
    servers: [{ url: '/', description: 'The server of this document.' }],
    paths,
    components: {
      schemas: {
        ...FAILURE_SCHEMAS,
        GroupChange: groupChange,
        MessageReactions: messageReactions,
        GroupPins: groupPins,
      },
      headers: HEADERS,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token of Cognito, or a token of the OpenID Connect issuer that is configured.',
        },
        ticket: {
          type: 'apiKey',
          in: 'query',
          name: 'ticket',
          description: 'For event streams: a ticket of `POST /api/events/ticket`.',
        },
      },
    },
  });
}

const DESCRIPTION = `Conversations one to one and in groups: an inbox with exact unread counts, and a log of messages each.

Every list pages to its end through the \`Link\` header (RFC 8288). An error is a bare array of codes, or a problem
document (RFC 9457) for a client that names \`application/problem+json\` in \`Accept\`. Of many errors in one request the
first 20 are listed, followed by \`more_errors\`. GET routes also support HEAD. Any path or method that is not described here
returns 404 and \`not_found\`.

Conditional requests and ranges are not supported: \`If-None-Match\`, \`If-Match\`, \`Range\` and similar headers are ignored.
Any request may be rejected at the level of HTTP, in the same forms, and its connection closed: 400 \`request_malformed\` (it
cannot be parsed, or has no \`Host\`), 408 \`request_timeout\` (it was not completed in time), 417 \`expectation_failed\` (an
\`Expect\` other than \`100-continue\`), 431 \`request_malformed\` (the request line and headers exceed 16 KB).`;

/** Returns `/api/messages/{message_group_uuid}` for `/messages/:message_group_uuid`. */
export function pathInDocument({ path }: Pick<Declaration, 'path'>): string {
  return `/api${path.replaceAll(/:(\w+)/g, '{$1}')}`;
}

function describeRoute(route: Route): ZodOpenApiOperationObject {
  const { name, summary, description, params, query, headers, body } = route;
  return {
    operationId: name,
    tags: [tagOf(route)],
    summary,
    ...(description !== undefined && { description }),
    security: securityOf(route.access),
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      ...(headers && { header: headers }),
    },
    // A request without a body is one with an empty object.
    ...(body && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: body } },
      },
    }),
    responses: { ...describeAnswer(route), ...describeFailures(route) },
  };
}

/** Returns the resource: the first segment of the path. */
function tagOf({ path }: Declaration): string {
  return path.split('/')[1] ?? '';
}

/** Returns the alternatives; none means that no authentication is needed. */
function securityOf(access: Access): { bearer?: []; ticket?: [] }[] {
  switch (access) {
    case 'free':
    case 'open':
      return [];
    case 'user':
    case 'person':
      return [{ bearer: [] }];
    case 'listener':
      return [{ bearer: [] }, { ticket: [] }];
  }
}

/** Whether requests are rate-limited. */
function isCounted({ access, counted }: Route): boolean {
  return access !== 'free' || counted === true;
}

function describeAnswer(route: Route): ZodOpenApiResponsesObject {
  const { answer } = route;
  const { description, form, schema, mediaTypes = [] } = answer;
  const headers: oas31.HeadersObject = { 'X-Request-Id': refToHeader('X-Request-Id') };
  for (const name of answer.headers ?? []) headers[name] = refToHeader(name);
  if (isCounted(route)) for (const name of RATE_HEADERS) headers[name] = refToHeader(name);
  switch (form) {
    case 'json':
      return {
        ...(answer.redirects && {
          '302': { description: 'The file is there.', headers: withLocation(headers) },
        }),
        '200': { description, headers, content: { 'application/json': { schema } } },
      };
    case 'empty':
      return { '204': { description, headers } };
    case 'own': {
      const content = mediaTypes.map((type) => [type, { schema: { type: 'string' } }] as const);
      return { '200': { description, headers, content: Object.fromEntries(content) } };
    }
  }
}

function withLocation(headers: oas31.HeadersObject): oas31.HeadersObject {
  return { Location: refToHeader('Location'), ...headers };
}

const RATE_HEADERS = ['RateLimit', 'RateLimit-Policy'] as const;

function refToHeader(name: keyof typeof HEADERS): oas31.ReferenceObject {
  return { $ref: `#/components/headers/${name}` };
}

function describeFailures(route: Route): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, codes] of codesByStatus(route)) responses[`${status}`] = failure(status, [...codes]);
  const { access, body } = route;
  return {
    ...responses,
    ...commonFailures({ access, hasBody: body !== undefined, isCounted: isCounted(route) }),
  };
}

function needsProfile(access: Access): boolean {
  return access === 'person' || access === 'listener';
}

/** Returns the codes that are specific to a route: of its fields, of its kind, and those it declares. */
function codesByStatus(route: Route): [status: 400 | 403 | 404 | 409 | 422, codes: Set<string>][] {
  const { params, query, headers, body, access, errors = {} } = route;
  const inQuery = query ? ['query_invalid', 'parameter_unknown', 'more_errors', ...codesOf(query)] : [];
  const inBody = body ? ['body_invalid', 'field_unknown', 'more_errors', ...codesOf(body)] : [];
  const malformed = params || body ? ['request_malformed'] : [];
  const known = {
    400: [
      ...malformed,
      ...(body ? ['json_invalid'] : []),
      ...inQuery,
      ...(headers ? codesOf(headers) : []),
      ...(errors[400] ?? []),
    ],
    403: [...(needsProfile(access) ? ['profile_missing'] : []), ...(errors[403] ?? [])],
    404: [...(params ? ['not_found'] : []), ...(errors[404] ?? [])],
    409: [...(errors[409] ?? [])],
    422: [...inBody, ...(errors[422] ?? [])],
  };
  return ([400, 403, 404, 409, 422] as const)
    .filter((status) => known[status].length > 0)
    .map((status) => [status, new Set(known[status])]);
}

/** Returns the codes in the documentation of an object's fields. */
function codesOf(schema: z.ZodObject): string[] {
  const fields: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return Object.values(fields).flatMap(codesIn);
}

/** Returns a field's own codes and those of its parts: array elements, optional inner types, outputs of transformations. */
function codesIn(field: z.core.$ZodType): string[] {
  const codes = z.globalRegistry.get(field)?.[CODES];
  const { def } = field._zod;
  const inner: unknown[] = [
    'element' in def && def.element,
    'innerType' in def && def.innerType,
    'out' in def && def.out,
  ];
  return [
    ...(Array.isArray(codes) ? codes.map(String) : []),
    ...inner.flatMap((schema) => (schema instanceof z.ZodType ? codesIn(schema) : [])),
  ];
}
