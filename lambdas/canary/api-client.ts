import { EventEmitter, once } from 'node:events';
import { createParser } from 'eventsource-parser';
import type * as z from 'zod';

/** A step failed. The message is one line, without a token, a password or a text. */
export class CanaryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CanaryError';
  }
}

/** No response takes longer on a deployment that works. */
const TIMEOUT_MS = 10_000;
const MAX_SHOWN = 200;

export interface CallOptions {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Statuses in addition to 200 that are no failure: the result is undefined. */
  readonly or?: readonly number[];
}

/** A deployment, called as a user's program calls it. */
export class ApiClient {
  readonly #url: string;
  readonly #timeoutMs: number;

  /** @param url of the deployment: `https://chat.example.com`. */
  constructor(url: string, timeoutMs = TIMEOUT_MS) {
    this.#url = url.replace(/\/+$/, '');
    this.#timeoutMs = timeoutMs;
  }

  /** Sends a request. @throws CanaryError for another status than 200, and for a body of another shape. */
  async call<Shape extends z.ZodType>(
    method: string,
    path: string,
    shape: Shape,
    { token, headers, body, or = [] }: CallOptions = {},
  ): Promise<z.output<Shape> | undefined> {
    const what = `${method} ${path.split('?', 1)[0]}`;
    const response = await this.#fetch(what, path, {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    if (or.includes(response.status)) {
      await response.body?.cancel();
      return undefined;
    }
    if (response.status !== 200) throw await failureOf(what, response);
    const parsed = shape.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success)
      throw new CanaryError(`${what} has another response than the API's: is ${this.#url} one?`);
    return parsed.data;
  }

  /** Opens the event stream. @throws CanaryError */
  async listen(token: string): Promise<EventStream> {
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), this.#timeoutMs);
    const response = await this.#fetch('GET /api/events', '/api/events', {
      headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' },
      signal: end.signal,
    });
    clearTimeout(timer);
    if (response.status !== 200 || !response.body) throw await failureOf('GET /api/events', response);
    return new EventStream(response.body, end, this.#timeoutMs);
  }

  async #fetch(what: string, path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#url}${path}`, { ...init, redirect: 'error' });
    } catch (error) {
      throw new CanaryError(`${what} has no response from ${this.#url} (${reasonOf(error)})`, {
        cause: error,
      });
    }
  }
}

/** Events as they come. What came before it is asked for is kept. */
export class EventStream {
  readonly #end: AbortController;
  readonly #timeoutMs: number;
  readonly #events: { readonly name: string; readonly data: unknown }[] = [];
  readonly #changes = new EventEmitter();
  #hasEnded = false;

  constructor(body: ReadableStream<Uint8Array>, end: AbortController, timeoutMs: number) {
    this.#end = end;
    this.#timeoutMs = timeoutMs;
    void this.#read(body);
  }

  /** Waits for an event. @param what names it in the error. @throws CanaryError if it does not come in time. */
  async until(name: string, isIt: (data: unknown) => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    while (!this.#events.some((event) => event.name === name && isIt(event.data))) {
      if (this.#hasEnded) throw new CanaryError(`the event stream ended before ${what} came`);
      if (deadline.aborted) throw new CanaryError(`${what} did not come within ${this.#timeoutMs / 1_000} s`);
      await once(this.#changes, 'change', { signal: deadline }).catch(() => undefined);
    }
  }

  close(): void {
    this.#end.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const parser = createParser({
      onEvent: ({ event = '', data }) => {
        this.#events.push({ name: event, data: parsed(data) });
        this.#changes.emit('change');
      },
    });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
    } catch {
      // It was closed, or cut: either way it is over.
    }
    this.#hasEnded = true;
    this.#changes.emit('change');
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}

async function failureOf(what: string, response: Response): Promise<CanaryError> {
  const id = response.headers.get('X-Request-Id');
  const codes = (await response.text().catch(() => '')).slice(0, MAX_SHOWN).replaceAll(/\s+/g, ' ');
  return new CanaryError(
    `${what} has status ${response.status} ${codes}${id === null ? '' : ` (request ${id})`}`,
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name === 'TimeoutError' || error.name === 'AbortError' ? 'it took too long' : error.message;
}
