import { LRUCache } from 'lru-cache';

/** Groups whose tail is remembered. */
const REMEMBERED_TAILS = 10_000;

interface KnownTail {
  readonly since: string;
  readonly seq: number;
  readonly epoch: number;
}

/**
 * The tails of logs that this process saw last. A tail is bound to the group's members (`since`: when the present ones
 * came to be), because a direct group's id comes again in a table that was dropped and made anew, with a shorter log.
 *
 * An epoch lasts while every message from one remembered tail to the next was put by this process and is nobody's
 * coming or going: who read the members in this epoch has read them as they are at the tail.
 */
export class KnownTails {
  readonly #tails = new LRUCache<string, KnownTail>({ max: REMEMBERED_TAILS });
  #epochs = 0;

  /** A seq the log has; 0 when none is remembered of these members. */
  seq(groupId: string, since: string): number {
    const tail = this.#tails.get(groupId);
    return tail?.since === since ? tail.seq : 0;
  }

  epoch(groupId: string): number | undefined {
    return this.#tails.get(groupId)?.epoch;
  }

  /** Notes a text that was put or found. The epoch goes on where it stands right behind what was remembered. */
  remember(groupId: string, since: string, seq: number): void {
    const known = this.#tails.get(groupId);
    if (known?.since === since && seq <= known.seq) return;
    const goesOn = known?.since === since && seq === known.seq + 1;
    this.#tails.set(groupId, { since, seq, epoch: goesOn ? known.epoch : (this.#epochs += 1) });
  }

  /** Notes that members came or went with the message at `seq`. */
  begin(groupId: string, since: string, seq: number): void {
    this.#tails.set(groupId, { since, seq, epoch: (this.#epochs += 1) });
  }
}
