import { BusyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Subscriptions } from './changes.ts';
import { DeliveredMessages } from './delivered-messages.ts';
import { type EventSink, type PresentEvent, UserStreams } from './user-streams.ts';

/** Keeps proxies from closing an idle stream; most of them wait for 60 s. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT_TEXT = ':\n\n';

/** Maximum number of streams of one user on one process: more than any user has devices and windows. */
const MAX_STREAMS_PER_USER = 500;

interface Subscribed {
  readonly streams: UserStreams;
  readonly unsubscribe: () => void;
}

interface HubParts {
  readonly subscriptions: Subscriptions;
  readonly present: PresentEvent;
  readonly logger: Logger;
  readonly heartbeatMs?: number;
}

/** All event streams of this process. A user has one subscription, whatever the number of their streams. */
export class EventHub {
  readonly #parts: HubParts;
  readonly #delivered = new DeliveredMessages();
  readonly #users = new Map<string, Subscribed>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  /** @throws BusyError for a user who has too many streams. */
  requireCapacity(userId: string): void {
    const count = this.#users.get(userId)?.streams.size ?? 0;
    if (count >= MAX_STREAMS_PER_USER) throw new BusyError('You have too many event streams open.');
  }

  /** Adds a stream to its user's and returns the function that removes it. */
  open(userId: string, sink: EventSink): () => void {
    const { streams } = this.#users.get(userId) ?? this.#subscribe(userId);
    streams.add(sink);
    return () => {
      streams.remove(sink);
      if (streams.size === 0) this.#unsubscribe(userId, streams);
    };
  }

  #subscribe(userId: string): Subscribed {
    const { subscriptions, present, logger, heartbeatMs = HEARTBEAT_MS } = this.#parts;
    const streams = new UserStreams({ userId, present, logger, delivered: this.#delivered });
    const unsubscribe = subscriptions.subscribe(userId, (event) => streams.deliver(event));
    const subscribed = { streams, unsubscribe };
    this.#users.set(userId, subscribed);
    this.#heartbeat ??= setInterval(() => this.#writeHeartbeat(), heartbeatMs).unref();
    return subscribed;
  }

  #unsubscribe(userId: string, streams: UserStreams): void {
    const subscribed = this.#users.get(userId);
    // A stream may be removed twice, the second time after the user has opened others.
    if (subscribed?.streams !== streams) return;
    subscribed.unsubscribe();
    this.#users.delete(userId);
    if (this.#users.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  #writeHeartbeat(): void {
    for (const { streams } of this.#users.values()) streams.write(HEARTBEAT_TEXT);
  }
}
