import { BusyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { Audience, type EventSink, type Present } from './audience.ts';
import type { Subscriptions } from './changes.ts';
import { ToldMessages } from './told-messages.ts';

/** Keeps proxies from closing a stream on which nothing happens; most of them wait for 60 s. */
const BEAT_MS = 15_000;
const BEAT_TEXT = ':\n\n';

/** Streams of one person on one process: more than any person has devices and windows. */
const MAX_STREAMS_OF_ONE = 500;

interface Listening {
  readonly audience: Audience;
  readonly unsubscribe: () => void;
}

interface HubParts {
  readonly subscriptions: Subscriptions;
  readonly present: Present;
  readonly logger: Logger;
  readonly beatMs?: number;
}

/** Every event stream of this process. There is one subscription for a person, however many streams they have. */
export class EventHub {
  readonly #parts: HubParts;
  readonly #toldMessages = new ToldMessages();
  readonly #listening = new Map<string, Listening>();
  #beat: NodeJS.Timeout | undefined;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  /** @throws BusyError for somebody who has too many streams. */
  requireRoom(userId: string): void {
    const streams = this.#listening.get(userId)?.audience.size ?? 0;
    if (streams >= MAX_STREAMS_OF_ONE) throw new BusyError('You have too many event streams open.');
  }

  /** Lets a stream hear what its user is told, until the function it answers with is called. */
  open(userId: string, sink: EventSink): () => void {
    const { audience } = this.#listening.get(userId) ?? this.#listen(userId);
    audience.add(sink);
    return () => {
      audience.remove(sink);
      if (audience.size === 0) this.#stopListening(userId, audience);
    };
  }

  #listen(userId: string): Listening {
    const { subscriptions, present, logger, beatMs = BEAT_MS } = this.#parts;
    const audience = new Audience({ userId, present, logger, toldMessages: this.#toldMessages });
    const unsubscribe = subscriptions.subscribe(userId, (heard) => audience.hear(heard));
    const listening = { audience, unsubscribe };
    this.#listening.set(userId, listening);
    this.#beat ??= setInterval(() => this.#writeBeat(), beatMs).unref();
    return listening;
  }

  #stopListening(userId: string, audience: Audience): void {
    const listening = this.#listening.get(userId);
    // A second call of the same stream's, after others have come.
    if (listening?.audience !== audience) return;
    listening.unsubscribe();
    this.#listening.delete(userId);
    if (this.#listening.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
  }

  #writeBeat(): void {
    for (const { audience } of this.#listening.values()) audience.write(BEAT_TEXT);
  }
}
