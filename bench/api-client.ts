import { Pool } from 'undici';

/** One request to the API. */
export interface ApiRequest {
  readonly userId: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

/** A client of the API over HTTP, with as many kept-alive connections as it simulates clients. */
export class ApiClient {
  readonly #pool: Pool;
  readonly #tokens: ReadonlyMap<string, string>;

  /** @param tokens by user id. */
  constructor(port: number, connections: number, tokens: ReadonlyMap<string, string>, host = 'localhost') {
    this.#pool = new Pool(`http://${host}:${port}`, { connections, pipelining: 1 });
    this.#tokens = tokens;
  }

  /** Sends a request and discards the response's body. @throws Error for any status but 200. */
  async do(request: ApiRequest): Promise<void> {
    await (await this.#send(request)).body.dump();
  }

  /** Sends a request and returns the response's body. @throws Error for any status but 200. */
  async ask(request: ApiRequest): Promise<unknown> {
    return (await this.#send(request)).body.json();
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send({ userId, method, path, body, idempotencyKey }: ApiRequest) {
    const response = await this.#pool.request({
      method,
      path,
      headers: {
        authorization: this.#tokens.get(userId) ?? '',
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.statusCode !== 200) {
      throw new Error(`${method} ${path}: ${response.statusCode} ${await response.body.text()}`);
    }
    return response;
  }
}
