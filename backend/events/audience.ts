import type { Logger } from '../logger.ts';
import type { Heard, Told } from './changes.ts';
import { LeftGroups } from './left-groups.ts';
import type { ToldMessages } from './told-messages.ts';

/** Where the text of an event stream goes. Whoever cannot take it has to deal with that alone: `write` never throws. */
export interface EventSink {
  write(text: string): void;
}

/** The data of an event, as JSON. It may have to read names; and is asked for the same object once for each user. */
export type Present = (told: Told, userId: string) => Promise<string>;

/** Events that wait for names to be read. More of them are given up, and whoever listens is told to fetch anew. */
const MAX_WAITING = 1_000;

const READY_TEXT = eventText('ready', '{}');

/** The streams of one person on this process: they are all told the same, in the order in which it was published. */
export class Audience {
  readonly #userId: string;
  readonly #present: Present;
  readonly #toldMessages: ToldMessages;
  readonly #logger: Logger;
  /** Each with the moment it came, by the count of `ToldMessages`. */
  readonly #sinks = new Map<EventSink, number>();
  readonly #left = new LeftGroups();
  #waiting: Heard[] = [];
  #isTelling = false;
  /** Whether the subscription stands: then a new stream is ready at once. */
  #isReady = false;

  constructor(parts: {
    readonly userId: string;
    readonly present: Present;
    readonly toldMessages: ToldMessages;
    readonly logger: Logger;
  }) {
    this.#userId = parts.userId;
    this.#present = parts.present;
    this.#toldMessages = parts.toldMessages;
    this.#logger = parts.logger;
  }

  get size(): number {
    return this.#sinks.size;
  }

  add(sink: EventSink): void {
    this.#sinks.set(sink, this.#toldMessages.now());
    if (this.#isReady) sink.write(READY_TEXT);
  }

  remove(sink: EventSink): void {
    this.#sinks.delete(sink);
  }

  /** Writes something to every stream. */
  write(text: string): void {
    for (const sink of this.#sinks.keys()) sink.write(text);
  }

  /** Takes what is to be told, in its order. */
  hear(heard: Heard): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#logger.warn({ waiting: MAX_WAITING }, 'events given up: their names take too long to read');
      this.#waiting = [{ kind: 'ready' }];
    }
    this.#waiting.push(heard);
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (next.kind === 'ready') this.#beReady();
      else await this.#tell(next);
    }
    this.#isTelling = false;
  }

  #beReady(): void {
    this.#isReady = true;
    this.write(READY_TEXT);
  }

  async #tell(told: Told): Promise<void> {
    if (!this.#left.admits(told)) return;
    const hadBy = told.kind === 'message' ? this.#toldMessages.tell(this.#userId, told.message) : 0;
    const lacks = ([, since]: readonly [EventSink, number]) => since > hadBy;
    if (![...this.#sinks].some(lacks)) return;
    try {
      const text = eventText(told.kind, await this.#present(told, this.#userId));
      for (const [sink] of [...this.#sinks].filter(lacks)) sink.write(text);
    } catch (err) {
      // Names cannot be read just now. A client that fetches anew what it displays misses nothing.
      this.#logger.warn({ err, kind: told.kind }, 'an event could not be presented');
      this.#beReady();
    }
  }
}

/** One event of a `text/event-stream`. JSON has no line ends of its own. */
function eventText(name: Heard['kind'], data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
