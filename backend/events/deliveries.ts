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

/** The streams that a delivery is for, by the counter of `Deliveries`. */
export interface Times {
  /** Streams that were added up to this time have it already. */
  readonly deliveredAt: number;
  /**
   * Streams that were added after this time receive the next publication, if there is one: their clients fetch first.
   * Reading rows and names takes time: such a stream would receive the event now, and once more with that publication.
   */
  readonly upTo: number;
  /** Whether a newer version has come since: then this one is not written any more. Absent for what has no versions. */
  readonly isOutdated?: () => boolean;
}

/** For every stream. */
export const ALWAYS: Times = { deliveredAt: 0, upTo: Infinity };

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
    if (this.#isOutdated(key, version)) return Infinity;
    const known = this.#known(key);
    return version === known.delivered ? known.at : 0;
  }

  /** Records that a version is delivered now. Returns the streams that need it. */
  record(key: string, version: number): Times {
    const deliveredAt = this.deliveredAt(key, version);
    if (deliveredAt < Infinity) {
      const known = this.#known(key);
      known.delivered = version;
      known.at = this.now();
    }
    // Between now and its writing, a text waits for names, for `ready` or for other users: its deletion may come first.
    return { deliveredAt, upTo: this.now(), isOutdated: () => this.#isOutdated(key, version) };
  }

  #isOutdated(key: string, version: number): boolean {
    const { received, delivered } = this.#known(key);
    return version < Math.max(received, delivered);
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
