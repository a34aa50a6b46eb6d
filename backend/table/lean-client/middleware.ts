import { randomUUID } from 'node:crypto';
import type { DynamoDBClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
import { constructStack } from '@smithy/core/client';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { retryMiddleware } from '@smithy/core/retry';
import { getSchemaSerdePlugin, NormalizedSchema } from '@smithy/core/schema';
import {
  type DeserializeMiddleware,
  type FinalizeRequestMiddleware,
  type HandlerExecutionContext,
  type $SchemaRef,
  type SerializeMiddleware,
  SMITHY_CONTEXT_KEY,
} from '@smithy/types';
import { fromWire, fromWireItem, toWire, toWireItem } from './attribute-values.ts';
import { type Leaves, type Plan, planOf } from './plan.ts';

type Configuration = DynamoDBClient['config'];
type Input = ServiceInputTypes;
type Output = ServiceOutputTypes;

/** What the SDK makes of a command before its first attempt. */
export interface Head {
  readonly request: HttpRequest;
  readonly context: HandlerExecutionContext;
}

/** How an operation's plain input is written, and its output is read. */
export interface Plans {
  readonly input: Plan;
  readonly output: Plan;
}

const READ: Leaves = { value: fromWire as Plan, item: fromWireItem as Plan };
const WRITE: Leaves = { value: toWire, item: toWireItem as Plan };
const unchanged: Plan = (value) => value;

/** Makes the plans of the operation that a context is of, from the SDK's schemas. */
export function plansOf(context: HandlerExecutionContext): Plans {
  const { operationSchema } = (context[SMITHY_CONTEXT_KEY] ?? {}) as { operationSchema?: unknown };
  assertOperation(operationSchema);
  const [, , , , input, output] = operationSchema;
  return {
    input: planOf(NormalizedSchema.of(input), WRITE) ?? unchanged,
    output: planOf(NormalizedSchema.of(output), READ) ?? unchanged,
  };
}

function assertOperation(
  schema: unknown,
): asserts schema is [9, string, string, unknown, $SchemaRef, $SchemaRef] {
  if (!Array.isArray(schema) || schema.length !== 6 || schema[0] !== 9) {
    throw new TypeError("the SDK's schema of an operation has another form than it had");
  }
}

/** Puts a body into a copy of the head, in place of the SDK's serializer. */
export function serializer(head: HttpRequest, plan: Plan): SerializeMiddleware<Input, Output> {
  return (next) => (args) => {
    const request = HttpRequest.clone(head);
    request.body = Buffer.from(JSON.stringify(plan(args.input)));
    return next({ ...args, request });
  };
}

/**
 * Gives each attempt signing properties of its own. The SDK notes on them when an attempt was signed, to correct a wrong
 * clock by the response, and the attempts of concurrent requests have one context.
 */
export function separateAttempts(context: HandlerExecutionContext): void {
  const option = context[SMITHY_CONTEXT_KEY]?.selectedHttpAuthScheme?.httpAuthOption;
  if (!option) throw new TypeError('the SDK chose no way to sign');
  const { signingProperties } = option;
  Object.defineProperty(option, 'signingProperties', { get: () => ({ ...signingProperties }) });
}

/**
 * Makes the first attempt outside the SDK's middleware for attempts, which makes an error with its stack for each request
 * in advance: a tenth of the time of a small one. A failure goes there as the failure of its first attempt, so whether and
 * when there are others is the SDK's. A success is added to the budget of attempts here, as there.
 */
export function firstAttempt(configuration: Configuration): FinalizeRequestMiddleware<Input, Output> {
  const attempts = retryMiddleware(configuration);
  return (next, context) => async (args) => {
    const strategy = await configuration.retryStrategy();
    const { request } = args;
    if (!('recordSuccess' in strategy) || !HttpRequest.isInstance(request)) {
      return attempts(next, context)(args);
    }
    const invocationId = randomUUID();
    request.headers['amz-sdk-invocation-id'] = invocationId;
    request.headers['amz-sdk-request'] = `attempt=1; max=${await configuration.maxAttempts()}`;
    const token = await strategy.acquireInitialRetryToken(String(context['partition_id'] ?? ''));
    let first: ReturnType<typeof next> | undefined = next(args);
    try {
      const made = await first;
      strategy.recordSuccess(token);
      Object.assign(made.output.$metadata, { attempts: 1, totalRetryDelay: 0 });
      return made;
    } catch {
      const attempt: typeof next = (later) => {
        request.headers['amz-sdk-invocation-id'] = invocationId;
        const made = first ?? next(later);
        first = undefined;
        return made;
      };
      return attempts<Output>(attempt, context)(args);
    }
  };
}

/** Reads the body of a success; every other response, and a body that is not JSON, goes to the SDK's deserializer. */
export function deserializer(configuration: Configuration, plan: Plan): DeserializeMiddleware<Input, Output> {
  const official = constructStack<Input, Output>();
  official.use(getSchemaSerdePlugin(configuration));
  official.remove('serializerMiddleware');
  return (next, context) => async (args) => {
    const result = await next(args);
    const { response } = result;
    if (!HttpResponse.isInstance(response)) throw new TypeError('not an HTTP response');
    const bytes = await bytesOf(response, configuration);
    response.body = bytes;
    const parsed = response.statusCode < 300 ? parse(bytes) : undefined;
    if (parsed === undefined) return official.resolve(() => Promise.resolve(result), context)(args);
    const output = Object.assign(plan(parsed) as object, { $metadata: metadataOf(response) });
    return { response, output };
  };
}

async function bytesOf({ body }: HttpResponse, { streamCollector }: Configuration): Promise<Buffer> {
  const bytes = body instanceof Uint8Array ? body : await streamCollector(body);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Undefined: the body is not a JSON object. */
function parse(bytes: Buffer): object | undefined {
  try {
    const parsed: unknown = JSON.parse(bytes.toString());
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function metadataOf({ statusCode, headers }: HttpResponse): Output['$metadata'] {
  const requestId = headers['x-amzn-requestid'];
  return { httpStatusCode: statusCode, ...(requestId !== undefined && { requestId }) };
}
