import type { ShownEvent } from './changes.ts';
import { ALWAYS, type Times } from './deliveries.ts';

/** The connection that an event stream writes its text to. `write` never throws: the sink handles its own failures. */
export interface EventSink {
  write(text: string): void;
}

/**
 * Returns an event as JSON, in the form of the responses; this may read names.
 * @param viewerId the user who will see it, for what one user alone may see. Absent: any of its users.
 */
export type PresentEvent = (event: ShownEvent, viewerId?: string) => Promise<string>;

/** Maximum number of events that wait for the first `ready`. Beyond it they are dropped: clients fetch after `ready`. */
const MAX_HELD = 1_000;

const READY_TEXT = eventText('ready', '{}');

/** One event as it is written, and the streams that it is for. */
export interface WrittenEvent extends Times {
  readonly text: string;
}

/** `ready`, for every stream. */
export const READY: WrittenEvent = { text: READY_TEXT, ...ALWAYS };

/** The event streams of one user on this process. */
export class UserStreams {
  readonly userId: string;
  /** The named groups whose channels this user has joined. Their channels keep it. */
  readonly groups = new Set<string>();
  /** Each sink with the time at which it was added, by the counter of `Deliveries`. */
  readonly #sinks = new Map<EventSink, number>();
  /** Events that came before the first `ready`, which is the first event of every stream. */
  #held: WrittenEvent[] = [];
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

  /**
   * Holds all events back until `ready` is written again: a client that got a later entry of the change log first would take
   * it for the next one.
   */
  hold(): void {
    this.#isReady = false;
  }

  /** Writes `ready`: everything that is published from now on is delivered. */
  ready(): void {
    this.#isReady = true;
    this.write(READY_TEXT);
    this.#send(this.#held.splice(0));
  }

  /** Writes `ready` again, because an event was dropped: clients fetch what they display. The first one is still to come otherwise. */
  refresh(): void {
    if (this.#isReady) this.write(READY_TEXT);
  }

  /** Whether a stream was added after this time. */
  lacks(deliveredAt: number): boolean {
    for (const addedAt of this.#sinks.values()) if (addedAt > deliveredAt) return true;
    return false;
  }

  /** Writes events to each stream that they are for: to each stream once, whatever their number. */
  send(events: readonly WrittenEvent[]): void {
    if (this.#isReady) this.#send(events);
    else if (this.#held.length + events.length <= MAX_HELD) this.#held.push(...events);
  }

  #send(events: readonly WrittenEvent[]): void {
    const current = events.filter(({ isOutdated }) => isOutdated?.() !== true);
    for (const [sink, addedAt] of this.#sinks) {
      let text = '';
      for (const event of current) {
        if (addedAt > event.deliveredAt && addedAt <= event.upTo) text += event.text;
      }
      if (text !== '') sink.write(text);
    }
  }
}

/** Returns one event of a `text/event-stream`. JSON contains no line breaks of its own. */
export function eventText(name: ShownEvent['kind'] | 'ready', data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
