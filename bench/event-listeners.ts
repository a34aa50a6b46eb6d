import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createParser } from 'eventsource-parser';

/** Maximum streams that are being opened at once. */
const OPENERS = 32;

/** A user with open streams. */
export interface Listener {
  readonly userId: string;
  readonly token: string;
}

/** An open stream that is never read. */
export class UnreadStream {
  readonly #socket: Socket;
  #isCutOff = false;

  constructor(socket: Socket) {
    this.#socket = socket.on('error', () => undefined).once('close', () => (this.#isCutOff = true));
  }

  /** Whether the API has closed it. Without reading, only a write reveals that: an empty line has no meaning. */
  get isCutOff(): boolean {
    if (!this.#isCutOff) this.#socket.write('\r\n');
    return this.#isCutOff;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Event streams of an API's clients, each over its own connection. */
export class EventListeners {
  readonly #port: number;
  readonly #open: ClientRequest[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  get size(): number {
    return this.#open.length;
  }

  /** Opens streams up to a number, of one user after another, and waits until each is ready. */
  async openUpTo(count: number, listeners: readonly Listener[]): Promise<void> {
    const missing = listeners.slice(this.size, count);
    const opener = async () => {
      for (let next = missing.shift(); next; next = missing.shift()) await this.open(next);
    };
    await Promise.all(Array.from({ length: OPENERS }, opener));
  }

  /** Opens one stream, and is done when it is ready. @param onEvent called with the name and data of each event. */
  async open(
    { token }: Listener,
    onEvent?: (event: string | undefined, data: string) => void,
  ): Promise<void> {
    const headers = { Authorization: token };
    const outgoing = request({
      host: '127.0.0.1',
      port: this.#port,
      path: '/api/events',
      headers,
      agent: false,
    });
    outgoing.on('error', () => undefined).end();
    this.#open.push(outgoing);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    if (incoming.statusCode !== 200)
      throw new Error(`an event stream was refused: ${incoming.statusCode ?? 0}`);
    await new Promise<void>((resolve) => {
      let isReady = false;
      const parser = createParser({
        onEvent: ({ event, data }) => {
          isReady ||= event === 'ready';
          if (isReady) resolve();
          onEvent?.(event, data);
        },
      });
      // Data that no callback receives is discarded without parsing, to leave the machine to the API.
      incoming.setEncoding('utf8').on('data', (text: string) => {
        parser.feed(text);
        if (isReady && !onEvent) incoming.removeAllListeners('data').resume();
      });
    });
  }

  /** Opens one stream whose client reads only its beginning. */
  async openUnread({ token }: Listener): Promise<UnreadStream> {
    const socket = connect(this.#port, '127.0.0.1');
    socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\n\r\n`);
    await once(socket, 'data');
    socket.pause();
    return new UnreadStream(socket);
  }

  close(): void {
    for (const outgoing of this.#open.splice(0)) outgoing.destroy();
  }
}
