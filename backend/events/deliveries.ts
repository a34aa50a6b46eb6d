import { boundedCache } from '../bounded-cache.ts';

/** Maximum number of changes remembered, for all channels: at least a second's worth, the time between two publications. */
const MAX_REMEMBERED = 20_000;

interface Delivery {
  /** The newest version that was received. */
  received: number;
  /** The newest version that was delivered; -1: none yet. */
  delivered: number;
  /** The time of that delivery, by the counter of `Deliveries`. */
  at: number;
}

/**
 * The changes that were delivered lately. Each is published twice: quickly by the API, and reliably by the stream
 * handler. This recognizes the second publication, which only streams need that were opened in between, and members
 * who joined in between. Times are counted, not measured.
 */
export class Deliveries {
  readonly #deliveries = boundedCache<Delivery>(MAX_REMEMBERED);
  #count = 0;

  /** Returns a time later than every delivery so far. */
  now(): number {
    this.#count += 1;
    return this.#count;
  }

  /**
   * Notes that a version was received and waits for its delivery. Older versions that wait are not delivered any more: a
   * text that was deleted meanwhile, above all.
   * @param key what is delivered, and on which channel.
   */
  receive(key: string, version: number): void {
    const known = this.#known(key);
    known.received = Math.max(known.received, version);
  }

  /**
   * Returns when a version was delivered: streams added up to then have it, and later ones lack it. 0: it was not yet.
   * Infinity: no stream needs it, because a newer version was received, or this one is not new.
   */
  deliveredAt(key: string, version: number): number {
    const known = this.#known(key);
    if (version < Math.max(known.received, known.delivered)) return Infinity;
    return version === known.delivered ? known.at : 0;
  }

  /** Records that a version is delivered now. Returns the time of its previous delivery, as `deliveredAt`. */
  record(key: string, version: number): number {
    const before = this.deliveredAt(key, version);
    if (before === Infinity) return before;
    const known = this.#known(key);
    known.delivered = version;
    known.at = this.now();
    return before;
  }

  #known(key: string): Delivery {
    const known = this.#deliveries.get(key);
    if (known) return known;
    const added = { received: -1, delivered: -1, at: 0 };
    this.#deliveries.set(key, added);
    return added;
  }
}

/** The key of a message's versions. @param channel on which they are delivered. */
export const messageKey = (channel: string, groupId: string, seq: number): string =>
  `${channel} ${groupId} ${seq}`;
