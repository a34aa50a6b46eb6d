import type { ServerResponse } from 'node:http';
import type { EventSink } from '../events/user-streams.ts';

declare module 'http' {
  interface ServerResponse {
    /** Ends a response that has no end of its own. The server calls it when it stops. */
    endOnStop?: () => void;
  }
}

/** Maximum amount buffered for a client, in addition to the system's own buffers. Slower clients are disconnected. */
const MAX_UNREAD_BYTES = 256 * 1_024;

/** After which time a client reconnects, in ms: random, so that the clients of a restarted process do not all return at once. */
const RECONNECT_MS = { least: 1_000, most: 5_000 };

/** The maximum delay of a timer: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  // nginx would gather events in a buffer.
  'X-Accel-Buffering': 'no',
};

/** A response that continues until the client disconnects, its token expires or the server stops. */
export class EventStream implements EventSink {
  readonly #response: ServerResponse;

  /**
   * Starts the response immediately.
   * @param expires when the stream ends at the latest, in milliseconds since 1970.
   * @param id of the first event, which an EventSource keeps for all later ones.
   */
  constructor(response: ServerResponse, { expires, id }: { readonly expires: number; readonly id?: string }) {
    this.#response = response;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    response.flushHeaders();
    const reconnectMs = RECONNECT_MS.least + Math.random() * (RECONNECT_MS.most - RECONNECT_MS.least);
    // Fields of the first event: some parsers forget the id of a block that has no data.
    response.write(`retry: ${Math.round(reconnectMs)}\n${id === undefined ? '' : `id: ${id}\n`}`);
    response.endOnStop = () => this.#end();
    const timer = setTimeout(() => this.#end(), Math.min(expires - Date.now(), MAX_TIMER_MS)).unref();
    response.once('close', () => clearTimeout(timer));
  }

  write(text: string): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    response.write(text);
    if (response.writableLength <= MAX_UNREAD_BYTES) return;
    response.err = new Error('the client of an event stream was too slow');
    response.destroy();
  }

  #end(): void {
    // A client that has not read everything could keep the connection open indefinitely.
    if (this.#response.writableLength > 0) this.#response.destroy();
    else this.#response.end();
  }
}
