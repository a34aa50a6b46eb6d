import type { ShownChange, StreamEvent } from './changes.ts';

/** The connection that an event stream writes its text to. `write` never throws: the sink handles its own failures. */
export interface EventSink {
  write(text: string): void;
}

/**
 * Returns a change as JSON, in the form of the responses; this may read names.
 * @param viewerId the user who will see it, for what one user alone may see. Absent: any of its users.
 */
export type PresentChange = (change: ShownChange, viewerId?: string) => Promise<string>;

/** Maximum number of events that wait for the first `ready`. Beyond it they are dropped: clients fetch after `ready`. */
const MAX_HELD = 1_000;

const READY_TEXT = eventText('ready', '{}');

interface Event {
  readonly text: string;
  /** Streams that were added up to this time have it already. */
  readonly deliveredAt: number;
  /** Streams that were added after this time receive the next publication, if there is one: their clients fetch first. */
  readonly upTo: number;
}

/** The event streams of one user on this process. */
export class UserStreams {
  readonly userId: string;
  /** The named groups whose channels this user has joined. Their channels keep it. */
  readonly groups = new Set<string>();
  /** Each sink with the time at which it was added, by the counter of `Deliveries`. */
  readonly #sinks = new Map<EventSink, number>();
  /** Events that came before the first `ready`, which is the first event of every stream. */
  #held: Event[] = [];
  #isReady = false;

  constructor(userId: string) {
    this.userId = userId;
  }

  get size(): number {
    return this.#sinks.size;
  }

  /** @param now by the counter of `Deliveries`. */
  add(sink: EventSink, now: number): void {
    this.#sinks.set(sink, now);
    if (this.#isReady) sink.write(READY_TEXT);
  }

  remove(sink: EventSink): void {
    this.#sinks.delete(sink);
  }

  /** Writes a text to every stream at once. */
  write(text: string): void {
    for (const sink of this.#sinks.keys()) sink.write(text);
  }

  /** Writes `ready`: everything that is published from now on is delivered. */
  ready(): void {
    this.#isReady = true;
    this.write(READY_TEXT);
    for (const event of this.#held.splice(0)) this.#send(event);
  }

  /** Writes `ready` again, because an event was dropped: clients fetch what they display. The first one is still to come otherwise. */
  refresh(): void {
    if (this.#isReady) this.write(READY_TEXT);
  }

  /** Whether a stream was added after this time. */
  lacks(deliveredAt: number): boolean {
    return [...this.#sinks.values()].some((addedAt) => addedAt > deliveredAt);
  }

  /**
   * Writes an event to each stream that was added after its previous delivery.
   * @param upTo when this delivery was recorded. Reading rows and names takes time: a stream that was added meanwhile would
   * receive the event now, and once more with its next publication.
   */
  send(text: string, deliveredAt = 0, upTo = Infinity): void {
    const event = { text, deliveredAt, upTo };
    if (this.#isReady) this.#send(event);
    else if (this.#held.length < MAX_HELD) this.#held.push(event);
  }

  #send({ text, deliveredAt, upTo }: Event): void {
    for (const [sink, addedAt] of this.#sinks) {
      if (addedAt > deliveredAt && addedAt <= upTo) sink.write(text);
    }
  }
}

/** Returns one event of a `text/event-stream`. JSON contains no line breaks of its own. */
export function eventText(name: StreamEvent['kind'], data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
