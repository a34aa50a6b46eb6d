import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { deferred } from './deferred.ts';

/** A request to the engine, as it arrived. */
export interface EngineRequest {
  /** `PutItem`, `Query` … */
  readonly operation: string;
  /** Low-level DynamoDB JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Which {
  /** Number of requests; default 1. */
  readonly times?: number;
  /** Only requests for which this is true; default: all of the operation. */
  readonly where?: (request: EngineRequest) => boolean;
}

/** A request that is stopped on its way to the engine, or back. */
export interface Held {
  /** Resolves once the request is held. */
  readonly arrived: Promise<EngineRequest>;
  /** Releases it. */
  release(): void;
}

/**
 * A proxy in front of an engine that causes failures of networks and of DynamoDB on demand. Each method arms a fault
 * for the next requests of an operation; if several match, the one that was armed first is used first.
 */
export interface FlakyEngine {
  readonly endpoint: string;
  /** The engine carries out the request, then the connection is cut: the caller cannot know. */
  loseAnswer(operation: string, which?: Which): void;
  /** The connection is cut before the engine receives the request. */
  cut(operation: string, which?: Which): void;
  /** The engine does not receive the request; the response is this error: `ProvisionedThroughputExceededException` … */
  refuse(operation: string, errorName: string, which?: Which): void;
  /** The engine does not receive the request; the response is a 500. */
  breakDown(operation: string, which?: Which): void;
  /** The engine does not receive a transaction; it is cancelled for these reasons, one for each of its items. */
  cancel(reasons: readonly string[], which?: Which): void;
  /** A BatchGetItem returns the first key of each table; the others are returned as UnprocessedKeys. */
  leaveUnprocessed(which?: Which): void;
  /** A BatchWriteItem writes the first item of each table; the others are returned as UnprocessedItems. */
  leaveUnwritten(which?: Which): void;
  /** Runs a task, to its end, before the request continues: a write of another process at just that moment. */
  before(operation: string, action: (request: EngineRequest) => unknown, which?: Which): void;
  /** Holds a request on its way, until it is released. */
  hold(operation: string, which?: Which): Held;
  /** The engine carries out the request; its response is held until it is released. `arrived`: it was carried out. */
  holdAnswer(operation: string, which?: Which): Held;
  /** Number of requests of an operation since the start or the last `reset`. */
  count(operation: string): number;
  /** Disarms unused faults, releases held requests, and counts from 0. */
  reset(): void;
  close(): Promise<void>;
}

interface Exchange extends EngineRequest {
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
  readonly answer: ServerResponse;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Rule extends Required<Which> {
  readonly operation: string;
  left: number;
  readonly handle: (exchange: Exchange) => void | Promise<void>;
}

/** @param endpoint the engine's. */
export async function startFlakyEngine(endpoint: string): Promise<FlakyEngine> {
  const agent = new Agent({ keepAlive: true });
  const counts = new Map<string, number>();
  const held = new Set<Held>();
  let rules: Rule[] = [];

  const forward = (exchange: Exchange, text = exchange.text) => post(endpoint, agent, exchange.headers, text);
  const arm = (operation: string, which: Which | undefined, handle: Rule['handle']) => {
    const times = which?.times ?? 1;
    rules.push({ operation, times, left: times, where: which?.where ?? (() => true), handle });
  };
  const take = (exchange: Exchange) => {
    const rule = rules.find(
      (candidate) =>
        candidate.operation === exchange.operation && candidate.left > 0 && candidate.where(exchange),
    );
    if (rule) rule.left -= 1;
    return rule;
  };
  const holdUntilReleased = (operation: string, which: Which | undefined, carriedOut: boolean): Held => {
    const arrived = deferred<EngineRequest>();
    const released = deferred<undefined>();
    const hold: Held = { arrived: arrived.promise, release: () => released.resolve(undefined) };
    held.add(hold);
    arm(operation, which, async (exchange) => {
      const early = carriedOut ? await forward(exchange) : undefined;
      arrived.resolve(exchange);
      await released.promise;
      reply(exchange, early ?? (await forward(exchange)));
    });
    return hold;
  };
  const serve = async (incoming: IncomingMessage, answer: ServerResponse) => {
    const exchange = await readExchange(incoming, answer);
    counts.set(exchange.operation, (counts.get(exchange.operation) ?? 0) + 1);
    const rule = take(exchange);
    if (rule) await rule.handle(exchange);
    else reply(exchange, await forward(exchange));
  };
  const server = createServer((incoming, answer) => {
    serve(incoming, answer).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswer: (operation, which) =>
      arm(operation, which, async (exchange) => {
        await forward(exchange);
        exchange.answer.destroy();
      }),
    cut: (operation, which) => {
      arm(operation, which, ({ answer }) => {
        answer.destroy();
      });
    },
    refuse: (operation, errorName, which) =>
      arm(operation, which, (exchange) => {
        reply(exchange, failure(400, errorName));
      }),
    breakDown: (operation, which) =>
      arm(operation, which, (exchange) => {
        reply(exchange, failure(500, 'InternalServerError'));
      }),
    cancel: (reasons, which) =>
      arm('TransactWriteItems', which, (exchange) => {
        const CancellationReasons = reasons.map((Code) => ({ Code }));
        reply(exchange, failure(400, 'TransactionCanceledException', { CancellationReasons }));
      }),
    leaveUnprocessed: (which) =>
      arm('BatchGetItem', which, async (exchange) => {
        const { now, later } = splitKeys(exchange.body);
        const answered = await forward(exchange, JSON.stringify(now));
        const text = JSON.stringify({ ...(JSON.parse(answered.text) as object), UnprocessedKeys: later });
        reply(exchange, { ...answered, text });
      }),
    leaveUnwritten: (which) =>
      arm('BatchWriteItem', which, async (exchange) => {
        const { now, later } = splitItems(exchange.body);
        const answered = await forward(exchange, JSON.stringify(now));
        const text = JSON.stringify({ ...(JSON.parse(answered.text) as object), UnprocessedItems: later });
        reply(exchange, { ...answered, text });
      }),
    before: (operation, action, which) =>
      arm(operation, which, async (exchange) => {
        await action(exchange);
        reply(exchange, await forward(exchange));
      }),
    hold: (operation, which) => holdUntilReleased(operation, which, false),
    holdAnswer: (operation, which) => holdUntilReleased(operation, which, true),
    count: (operation) => counts.get(operation) ?? 0,
    reset: () => {
      rules = [];
      counts.clear();
      for (const hold of held) hold.release();
      held.clear();
    },
    close: async () => {
      for (const hold of held) hold.release();
      await closeServer(server);
      agent.destroy();
    },
  };
}

async function readExchange(incoming: IncomingMessage, answer: ServerResponse): Promise<Exchange> {
  const text = await readText(incoming);
  const operation = String(incoming.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { operation, body, text, headers: incoming.headers, answer };
}

async function post(
  endpoint: string,
  agent: Agent,
  headers: IncomingMessage['headers'],
  text: string,
): Promise<Answer> {
  const ofThisHop = ['host', 'connection', 'content-length'];
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !ofThisHop.includes(name)));
  const outgoing = request(endpoint, {
    method: 'POST',
    agent,
    headers: { ...kept, 'content-length': Buffer.byteLength(text) },
  });
  outgoing.end(text);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 500, text: await readText(incoming) };
}

async function readText(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function reply({ answer }: Exchange, { status, text }: Answer): void {
  answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
}

function failure(status: number, errorName: string, more: object = {}): Answer {
  const body = {
    __type: `com.amazonaws.dynamodb.v20120810#${errorName}`,
    message: `${errorName} on demand`,
    ...more,
  };
  return { status, text: JSON.stringify(body) };
}

/** Splits a BatchGetItem into one for the first key of each table, and the rest. */
function splitKeys(body: EngineRequest['body']) {
  const requests = Object.entries(body['RequestItems'] as Record<string, { Keys: unknown[] }>);
  const part = (keys: (all: unknown[]) => unknown[]) =>
    Object.fromEntries(requests.map(([table, asked]) => [table, { ...asked, Keys: keys(asked.Keys) }]));
  const later = part((all) => all.slice(1));
  const rest = Object.entries(later).filter(([, asked]) => asked.Keys.length > 0);
  return { now: { ...body, RequestItems: part((all) => all.slice(0, 1)) }, later: Object.fromEntries(rest) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Splits a BatchWriteItem into one for the first item of each table, and the rest. */
function splitItems(body: EngineRequest['body']) {
  const tables = Object.entries(body['RequestItems'] as Record<string, unknown[]>);
  const part = (from: number, to?: number) =>
    Object.fromEntries(
      tables
        .map(([name, items]) => [name, items.slice(from, to)] as const)
        .filter(([, items]) => items.length > 0),
    );
  return { now: { ...body, RequestItems: part(0, 1) }, later: part(1) };
}
