import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { HttpRequest } from '@smithy/core/protocols';
import { serializerMiddlewareOption, deserializerMiddlewareOption } from '@smithy/core/schema';
import { retryMiddlewareOptions } from '@smithy/core/retry';
import type { BuildMiddleware, Handler, MiddlewareStack } from '@smithy/types';
import {
  deserializer,
  firstAttempt,
  type Head,
  plansOf,
  separateAttempts,
  serializer,
} from './middleware.ts';
import { LeanSigner } from './request-signer.ts';

type Stack = MiddlewareStack<ServiceInputTypes, ServiceOutputTypes>;
type Send = Handler<ServiceInputTypes, ServiceOutputTypes>;

/** A command of lib-dynamodb. */
export interface DocumentCommand {
  readonly input: object;
  resolveMiddleware(
    stack: Stack,
    configuration: DynamoDBClient['config'],
    options: object,
  ): (args: never) => Promise<unknown>;
}

/**
 * The SDK's middleware that is left out of each request: it chooses the endpoint and the way to sign, and writes headers,
 * all of them the same for one operation as long as the credentials are. The length is written by the HTTP client.
 */
export const MADE_ONCE = [
  'httpAuthSchemeMiddleware',
  'contentLengthMiddleware',
  'getUserAgentMiddleware',
  'hostHeaderMiddleware',
] as const;

/**
 * A DynamoDB client that sends lib-dynamodb's commands for a fifth of the CPU time. For all other commands it is the
 * SDK's.
 *
 * The first request of an operation runs through the SDK's own middleware up to its first attempt, and is kept without
 * its body. Each request is that one with its own body, which is written straight from plain values, as its output is
 * read (`plan.ts`). All the rest stays the SDK's: attempts and waits, the correction of a wrong clock, and everything
 * about a response that is not a success.
 *
 * What this relies on:
 * - An operation's endpoint and headers depend on the client's configuration and its credentials, not on the input. The
 *   SDK has one exception, an ARN in place of a table's name, which `tableName` in config.ts does not allow.
 * - Credentials are the same object until they are renewed. A new object has the request made again.
 * - Middleware that is added to the client later is part of the next request. One that reads or changes the input sees
 *   plain values.
 */
export class LeanClient extends DynamoDBClient {
  /** The SDK's own middleware, without what differs between requests: the length of the body, and a function's trace. */
  readonly #official: Stack;
  readonly #senders = new Map<unknown, { readonly identity: object; readonly send: Promise<Send> }>();

  constructor(configuration: DynamoDBClientConfig) {
    super(configuration);
    const signer = new LeanSigner(this.config);
    this.config.signer = () => Promise.resolve(signer);
    this.#official = this.middlewareStack.clone();
    this.#official.remove('contentLengthMiddleware');
    this.#official.remove('recursionDetectionMiddleware');
    this.middlewareStack = whenChanged(this.middlewareStack, () => this.#senders.clear());
  }

  /** @throws what the SDK's document client throws for this command. */
  async sendDocument(command: DocumentCommand): Promise<ServiceOutputTypes> {
    const send = await this.#senderOf(command);
    return (await send({ input: command.input })).output;
  }

  /**
   * Concurrent first requests share one head. Middleware can be added, and credentials renewed, while it is made: those
   * who wait send by the old one, as requests do that are under way, and the next request makes another.
   */
  async #senderOf(command: DocumentCommand): Promise<Send> {
    // In the order in which the SDK asks for them: where both are missing, it names the region.
    if (!this.#senders.has(command.constructor)) await this.config.region();
    const identity = await this.config.credentials();
    const kept = this.#senders.get(command.constructor);
    if (kept?.identity === identity) return kept.send;
    const made = { identity, send: this.#makeHead(command).then((head) => this.#makeSender(head)) };
    this.#senders.set(command.constructor, made);
    try {
      return await made.send;
    } catch (error) {
      // No failure is kept: the next request tries again.
      if (this.#senders.get(command.constructor) === made) this.#senders.delete(command.constructor);
      throw error;
    }
  }

  /** Runs a command through the SDK's middleware up to its first attempt. */
  async #makeHead(command: DocumentCommand): Promise<Head> {
    let head: Head | undefined;
    const stack = this.#official.clone();
    const keep: BuildMiddleware<ServiceInputTypes, ServiceOutputTypes> = (_, context) => (args) => {
      if (HttpRequest.isInstance(args.request)) head = { request: args.request, context };
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    };
    // The last of the steps before the attempts.
    stack.add(keep, { step: 'build', priority: 'low', name: 'keepHead' });
    await command.resolveMiddleware(stack, this.config, {})(command as never);
    if (!head) throw new TypeError('the SDK made no request');
    return head;
  }

  #makeSender({ request, context }: Head): Send {
    const { input, output } = plansOf(context);
    separateAttempts(context);
    const stack = this.middlewareStack.clone();
    for (const name of MADE_ONCE) stack.remove(name);
    stack.add(serializer(request, input), serializerMiddlewareOption);
    stack.add(firstAttempt(this.config), retryMiddlewareOptions);
    stack.add(deserializer(this.config, output), deserializerMiddlewareOption);
    const { requestHandler } = this.config;
    return stack.resolve(({ request }) => requestHandler.handle(request as HttpRequest), context);
  }
}

/** The methods that change a stack. */
const CHANGES: ReadonlySet<unknown> = new Set(['add', 'addRelativeTo', 'use', 'remove', 'removeByTag']);

/** Wraps a stack to notice changes to it. */
function whenChanged(stack: Stack, changed: () => void): Stack {
  return new Proxy(stack, {
    get: (target, name, receiver) => {
      if (CHANGES.has(name)) changed();
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}
