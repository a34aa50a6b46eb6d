import { createParser } from 'eventsource-parser';
import { backoffMs } from './backoff.ts';
import { pause } from './pause.ts';
import { Subject } from './subject.ts';

export type Connection = 'connecting' | 'live' | 'offline';

/** The API sends a comment every 15 s: silence of this length is a dead connection, in milliseconds. */
const SILENCE_MS = 40_000;

/**
 * Follows `GET /api/events` for as long as it is open, and connects again whenever it ends. It is read with `fetch`,
 * which can send the token in a header; an `EventSource` could only put it into the address.
 */
export class EventStream {
  readonly connection = new Subject<Connection>('connecting');
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #onEvent: (name: string, data: string) => void;
  #closed = new AbortController();

  constructor(parts: {
    /** Sends a request with the token of the user who is signed in. */
    readonly fetch: (request: Request) => Promise<Response>;
    /** Receives each event as it came. What it throws ends the connection, and another one begins with `ready`. */
    readonly onEvent: (name: string, data: string) => void;
  }) {
    this.#fetch = parts.fetch;
    this.#onEvent = parts.onEvent;
  }

  open(): void {
    this.#closed = new AbortController();
    this.connection.set('connecting');
    void this.#follow(this.#closed.signal);
  }

  close(): void {
    this.#closed.abort();
  }

  async #follow(closed: AbortSignal): Promise<void> {
    for (let failures = 0; ;) {
      const wasLive = await this.#read(closed);
      if (closed.aborted) return;
      this.connection.set('offline');
      if (wasLive) failures = 0;
      // The failures before the network came back say nothing about the attempts after it.
      failures = (await pause(backoffMs(failures), closed)) ? 0 : failures + 1;
    }
  }

  /** Reads one connection to its end, and tells whether it ever was ready. */
  async #read(closed: AbortSignal): Promise<boolean> {
    const silence = new AbortController();
    const hush = () => silence.abort();
    let timer = setTimeout(hush, SILENCE_MS);
    // A connection over a network that is gone would otherwise only be missed after that time.
    window.addEventListener('offline', hush, { signal: silence.signal });
    let wasLive = false;
    try {
      const request = new Request('/api/events', {
        headers: { Accept: 'text/event-stream' },
        signal: AbortSignal.any([closed, silence.signal]),
      });
      const response = await this.#fetch(request);
      if (!response.ok || !response.body) return false;
      const parser = createParser({
        onEvent: ({ event = '', data }) => {
          if (event === 'ready') {
            wasLive = true;
            this.connection.set('live');
          }
          this.#onEvent(event, data);
        },
      });
      const text = response.body.pipeThrough(new TextDecoderStream());
      for await (const chunk of text) {
        clearTimeout(timer);
        timer = setTimeout(hush, SILENCE_MS);
        parser.feed(chunk);
      }
      return wasLive;
    } catch {
      return wasLive;
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }
}
