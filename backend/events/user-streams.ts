import type { Logger } from '../logger.ts';
import type { StreamEvent, UserEvent } from './changes.ts';
import type { DeliveredMessages } from './delivered-messages.ts';
import { Departures } from './departures.ts';

/** The connection that an event stream writes its text to. `write` never throws: the sink handles its own failures. */
export interface EventSink {
  write(text: string): void;
}

/**
 * Returns an event's data as JSON; this may read names. All users who receive the same event pass the same object, so
 * the result can be cached by it.
 */
export type PresentEvent = (event: UserEvent, userId: string) => Promise<string>;

/** Maximum number of events that wait for names to be read. Beyond it they are dropped, and clients fetch again. */
const MAX_WAITING = 1_000;

const READY_TEXT = eventText('ready', '{}');

/** The event streams of one user on this process. All receive the same events, in the order of their publication. */
export class UserStreams {
  readonly #userId: string;
  readonly #present: PresentEvent;
  readonly #delivered: DeliveredMessages;
  readonly #logger: Logger;
  /** Each sink with the time at which it was added, by the counter of `DeliveredMessages`. */
  readonly #sinks = new Map<EventSink, number>();
  readonly #departures = new Departures();
  #waiting: StreamEvent[] = [];
  #isDelivering = false;
  /** Whether the subscription is active: then a new stream is ready immediately. */
  #isReady = false;

  constructor(parts: {
    readonly userId: string;
    readonly present: PresentEvent;
    readonly delivered: DeliveredMessages;
    readonly logger: Logger;
  }) {
    this.#userId = parts.userId;
    this.#present = parts.present;
    this.#delivered = parts.delivered;
    this.#logger = parts.logger;
  }

  get size(): number {
    return this.#sinks.size;
  }

  add(sink: EventSink): void {
    this.#sinks.set(sink, this.#delivered.now());
    if (this.#isReady) sink.write(READY_TEXT);
  }

  remove(sink: EventSink): void {
    this.#sinks.delete(sink);
  }

  /** Writes a text to every stream. */
  write(text: string): void {
    for (const sink of this.#sinks.keys()) sink.write(text);
  }

  /** Queues an event. Events are delivered one after another. */
  deliver(event: StreamEvent): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#logger.warn({ waiting: MAX_WAITING }, 'events dropped: reading their names takes too long');
      this.#waiting = [{ kind: 'ready' }];
    }
    this.#waiting.push(event);
    if (!this.#isDelivering) void this.#deliverAll();
  }

  async #deliverAll(): Promise<void> {
    this.#isDelivering = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (next.kind === 'ready') this.#writeReady();
      else await this.#deliverOne(next);
    }
    this.#isDelivering = false;
  }

  #writeReady(): void {
    this.#isReady = true;
    this.write(READY_TEXT);
  }

  async #deliverOne(event: UserEvent): Promise<void> {
    if (!this.#departures.allows(event)) return;
    const deliveredAt = event.kind === 'message' ? this.#delivered.record(this.#userId, event.message) : 0;
    const lacksEvent = ([, addedAt]: readonly [EventSink, number]) => addedAt > deliveredAt;
    if (![...this.#sinks].some(lacksEvent)) return;
    try {
      const text = eventText(event.kind, await this.#present(event, this.#userId));
      for (const [sink] of [...this.#sinks].filter(lacksEvent)) sink.write(text);
    } catch (err) {
      // Names cannot be read at the moment. After `ready` a client fetches what it displays, so it misses nothing.
      this.#logger.warn({ err, kind: event.kind }, 'an event could not be presented');
      this.#writeReady();
    }
  }
}

/** Returns one event of a `text/event-stream`. JSON contains no line breaks of its own. */
function eventText(name: StreamEvent['kind'], data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
