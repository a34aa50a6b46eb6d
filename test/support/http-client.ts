import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';

/** A request exactly as given, with only the additions that HTTP/1.1 requires. */
export interface ExactRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A response, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly text: string;
  /** @throws SyntaxError if the body is not JSON. */
  json(): unknown;
}

const agent = new Agent({ keepAlive: true });

/** Closes the kept connections to a server of this machine: one that stops waits for requests on them for 0.3 s. */
export function closeIdleConnections(port: number): void {
  for (const socket of agent.freeSockets[agent.getName({ host: '127.0.0.1', port })] ?? []) socket.destroy();
}

/** Sends one request to a server on this machine, over a connection that is kept and reused. */
export async function exchange(
  port: number,
  { method = 'GET', path, headers = {}, body }: ExactRequest,
): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers: { ...headers }, agent });
  if (body === undefined) outgoing.end();
  else {
    outgoing.setHeader('Content-Length', Buffer.byteLength(body));
    outgoing.end(body);
  }
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}
