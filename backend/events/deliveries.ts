import { LRUCache } from 'lru-cache';
import type { LogEntry } from '../domain/model.ts';

/** Maximum number of changes remembered, for all channels: at least a second's worth, the time between two publications. */
const MAX_REMEMBERED = 20_000;

interface Delivery {
  readonly version: number;
  /** The time of the last delivery, by the counter of `Deliveries`. */
  readonly at: number;
}

/**
 * The changes that were delivered lately. Each is published twice: quickly by the API, and reliably by the stream
 * handler. This recognizes the second publication, which only streams need that were opened in between, and members
 * who joined in between. Times are counted, not measured.
 */
export class Deliveries {
  readonly #deliveries = new LRUCache<string, Delivery>({ max: MAX_REMEMBERED });
  #count = 0;

  /** Returns a time later than every delivery so far. */
  now(): number {
    this.#count += 1;
    return this.#count;
  }

  /**
   * Records that a version of something is now delivered. Returns the time of its previous delivery: streams added up to
   * then have it, and later ones lack it. For a version older than one already delivered it returns the current time,
   * because no stream needs it: a stream added since then fetches the newer version.
   * @param key what is delivered, and on which channel.
   * @param isRepeated whether every stream needs it each time.
   */
  record(key: string, version: number, isRepeated = false): number {
    const known = this.#deliveries.get(key);
    if (known && version < known.version) return this.now();
    this.#deliveries.set(key, { version, at: this.now() });
    return known?.version === version && !isRepeated ? known.at : 0;
  }

  /**
   * Records a message. A deletion is delivered with each publication: the API counts it as deleted only from the second one
   * on, when a client that had the message as unread fetches its count.
   * @param channel on which it is delivered.
   */
  recordMessage(channel: string, { groupId, seq, rev, deleted_at }: LogEntry): number {
    return this.record(`${channel} ${groupId} ${seq}`, rev, deleted_at !== undefined);
  }
}
