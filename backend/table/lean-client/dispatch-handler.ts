import { HttpResponse, type HttpRequest } from '@smithy/core/protocols';
import type { HttpHandlerOptions } from '@smithy/types';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import { Agent, type Dispatcher } from 'undici';

/** The names by which the SDK's handler has the SDK retry a failure. */
const NAMES: Readonly<Record<string, string>> = {
  UND_ERR_BODY_TIMEOUT: 'TimeoutError',
  UND_ERR_CONNECT_TIMEOUT: 'TimeoutError',
  UND_ERR_HEADERS_TIMEOUT: 'TimeoutError',
  UND_ERR_SOCKET: 'RequestTimeout',
};

/**
 * The SDK's handler for undici, without a stream for each response: it puts the parts of a body together as they arrive.
 * So a connection that is cut within a body fails the request here, and the SDK retries it like one that is cut before.
 * Requests with an abort signal or a timeout of their own, which stores do not send, are left to the SDK's handler.
 */
export class DispatchHandler extends UndiciHttpHandler {
  readonly #agent: Agent;

  constructor(options: Agent.Options) {
    const agent = new Agent(options);
    super({ dispatcher: agent });
    this.#agent = agent;
  }

  override handle(
    request: HttpRequest,
    options: HttpHandlerOptions = {},
  ): Promise<{ response: HttpResponse }> {
    const { protocol, hostname, port, path, method, headers, query, username } = request;
    const isOwn = options.abortSignal !== undefined || options.requestTimeout !== undefined;
    if (isOwn || username !== undefined || Object.keys(query).length > 0)
      return super.handle(request, options);
    return new Promise((resolve, reject) => {
      const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      const body = request.body as Uint8Array;
      this.#agent.dispatch({ origin, path, method, headers, body }, collector(resolve, reject));
    });
  }
}

function collector(
  resolve: (result: { response: HttpResponse }) => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  const response = new HttpResponse({ statusCode: 0 });
  const chunks: Buffer[] = [];
  return {
    // Without it, undici takes this for a handler of its older kind.
    onRequestStart: () => undefined,
    onResponseStart: (_, statusCode, headers) => {
      response.statusCode = statusCode;
      for (const [name, value = ''] of Object.entries(headers)) {
        response.headers[name] = typeof value === 'string' ? value : value.join(', ');
      }
    },
    onResponseData: (_, chunk) => chunks.push(chunk),
    onResponseEnd: () => {
      response.body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      resolve({ response });
    },
    onResponseError: (_, error: Error & { readonly code?: string }) => {
      const name = NAMES[error.code ?? ''];
      reject(name === undefined ? error : Object.assign(error, { name }));
    },
  };
}
