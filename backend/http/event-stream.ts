import type { ServerResponse } from 'node:http';
import type { EventSink } from '../events/audience.ts';

declare module 'http' {
  interface ServerResponse {
    /** Ends an answer that would go on for ever, when the server stops: there is nothing to wait for. */
    endOnStop?: () => void;
  }
}

/** What may wait for a reader, besides what the system's own buffers hold. Whoever is further behind is cut off. */
const MAX_UNREAD_BYTES = 256 * 1_024;

/** The longest time a timer can wait: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  // nginx would gather events in a buffer.
  'X-Accel-Buffering': 'no',
};

/** An answer that goes on until its reader leaves, its token expires or the server stops. */
export class EventStream implements EventSink {
  readonly #response: ServerResponse;

  /**
   * Begins the answer at once.
   * @param expires until when it may go on, in milliseconds since 1970.
   * @param id of its first event, which an EventSource keeps for all that follow.
   */
  constructor(response: ServerResponse, { expires, id }: { readonly expires: number; readonly id?: string }) {
    this.#response = response;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    response.flushHeaders();
    // A field of the first event: some parsers forget the id of a block that has no data.
    if (id !== undefined) response.write(`id: ${id}\n`);
    response.endOnStop = () => this.#end();
    const timer = setTimeout(() => this.#end(), Math.min(expires - Date.now(), MAX_TIMER_MS)).unref();
    response.once('close', () => clearTimeout(timer));
  }

  write(text: string): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    response.write(text);
    if (response.writableLength <= MAX_UNREAD_BYTES) return;
    response.err = new Error('the reader of an event stream was too slow');
    response.destroy();
  }

  #end(): void {
    // Who has not read everything by now would keep the connection open for as long as they like.
    if (this.#response.writableLength > 0) this.#response.destroy();
    else this.#response.end();
  }
}
