import { boundedCache } from '../bounded-cache.ts';
import type { Tail } from './model.ts';

/** Groups whose tail is remembered. */
const REMEMBERED_TAILS = 10_000;

/** What a process knows of a log: a message that exists, and the members as of that message. */
export interface KnownTail {
  /** A table that was dropped and created again has other logs under the same ids. */
  readonly logId: string;
  readonly tail: Tail;
  /** `membership_seq` as of the tail. */
  readonly membershipSeq: number;
}

/** The tails of logs that this process saw last. */
export class KnownTails {
  readonly #tails = boundedCache<KnownTail>(REMEMBERED_TAILS);

  /** What is known of a group's log, whichever log that was. */
  of(groupId: string): KnownTail | undefined {
    return this.#tails.get(groupId);
  }

  /** What is known of this very log. */
  ofLog(groupId: string, logId: string): KnownTail | undefined {
    const known = this.of(groupId);
    return known?.logId === logId ? known : undefined;
  }

  /** Notes a message that was put or found. Of one log the highest is kept. */
  remember(groupId: string, found: KnownTail): void {
    const known = this.ofLog(groupId, found.logId);
    if (!known || found.tail.seq > known.tail.seq) this.#tails.set(groupId, found);
  }
}
