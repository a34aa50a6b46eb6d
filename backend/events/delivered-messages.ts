import { LRUCache } from 'lru-cache';
import type { LogEntry } from '../domain/model.ts';

/** Maximum number of messages remembered, for all users: at least a second's worth, the time between two publications. */
const MAX_REMEMBERED = 20_000;

interface Delivery {
  readonly rev: number;
  /** The time of the last delivery, by the counter of `DeliveredMessages`. */
  readonly at: number;
}

/**
 * The recently delivered messages. Each change is published twice: quickly by the API, and reliably by the stream
 * handler. This recognizes the second publication, which only streams opened in between still need. Times are counted,
 * not measured.
 */
export class DeliveredMessages {
  readonly #deliveries = new LRUCache<string, Delivery>({ max: MAX_REMEMBERED });
  #count = 0;

  /** Returns a time later than every delivery so far. */
  now(): number {
    this.#count += 1;
    return this.#count;
  }

  /**
   * Records that a message is now delivered to a user. Returns the time of its previous delivery: streams added up to
   * then have the message, and later ones lack it. For a version older than one already delivered it returns the
   * current time, because no stream needs it: a stream added since then fetches the newer version.
   */
  record(userId: string, message: LogEntry): number {
    const key = `${userId} ${message.groupId} ${message.seq}`;
    const known = this.#deliveries.get(key);
    if (known && message.rev < known.rev) return this.now();
    this.#deliveries.set(key, { rev: message.rev, at: this.now() });
    return known?.rev === message.rev ? known.at : 0;
  }
}
