import { backoffMs } from '../backoff.ts';
import { pause } from '../pause.ts';
import { Subject } from '../subject.ts';
import { eventParser } from './event-parser.ts';

export type Connection = 'connecting' | 'live' | 'offline';

/** The API sends a comment every 15 s: after this silence the connection is dead, in milliseconds. */
const SILENCE_MS = 40_000;

/**
 * Reads `GET /api/events` while it is open, and connects again whenever the connection ends. It uses `fetch`, which can send
 * the token in a header; an `EventSource` could only put it into the URL.
 */
export class EventStream {
  readonly connection = new Subject<Connection>('connecting');
  readonly #url: string;
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #onEvent: (name: string, data: string) => void;
  #closed = new AbortController();

  constructor(parts: {
    readonly baseUrl: string;
    /** Sends a request with the token of the user who is signed in. */
    readonly fetch: (request: Request) => Promise<Response>;
    /** Receives each event unparsed. If it throws, the connection ends, and the next one begins with `ready`. */
    readonly onEvent: (name: string, data: string) => void;
  }) {
    this.#url = `${parts.baseUrl}/api/events`;
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
      // Failures before the network was back do not count.
      failures = (await pause(backoffMs(failures), closed)) ? 0 : failures + 1;
    }
  }

  /** Reads one connection to its end. @returns whether it was ever ready. */
  async #read(closed: AbortSignal): Promise<boolean> {
    const silence = new AbortController();
    const hush = () => silence.abort();
    let timer = setTimeout(hush, SILENCE_MS);
    // Otherwise a connection over a lost network would only be noticed after SILENCE_MS.
    if (typeof window !== 'undefined') window.addEventListener('offline', hush, { signal: silence.signal });
    let wasLive = false;
    try {
      const request = new Request(this.#url, {
        headers: { Accept: 'text/event-stream' },
        signal: AbortSignal.any([closed, silence.signal]),
      });
      const response = await this.#fetch(request);
      if (!response.ok || !response.body) return false;
      const feed = eventParser(({ event, data }) => {
        if (event === 'ready') {
          wasLive = true;
          this.connection.set('live');
        }
        this.#onEvent(event, data);
      });
      const text = response.body.pipeThrough(new TextDecoderStream());
      for await (const chunk of text) {
        clearTimeout(timer);
        timer = setTimeout(hush, SILENCE_MS);
        feed(chunk);
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
