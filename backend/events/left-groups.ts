import { LRUCache } from 'lru-cache';
import type { Told } from './changes.ts';

/** Groups that are remembered for one person; of more than that, those nothing was told of for longest are forgotten. */
const MAX_GROUPS = 1_000;

interface Departure {
  /** Of the system message that tells of it. */
  readonly seq: number;
  /** Whether they have joined again since. */
  readonly back: boolean;
}

/**
 * Which groups a person has left, as their streams were told. A send that read its members before a removal may
 * publish after it, and events of several processes may overtake each other: what comes of a group after its
 * departure is held back, until a row comes that was made by a joining after it.
 */
export class LeftGroups {
  /** Made when it is needed: most people never leave a group while they look on. */
  #departures: LRUCache<string, Departure> | undefined;

  /** Whether this may be told, now that everything before it was. */
  admits(told: Told): boolean {
    switch (told.kind) {
      case 'message_group_left':
        return this.#leave(told.groupId, told.seq);
      case 'message_group':
        return this.#return(told.row.groupId, told.row.joined_seq);
      case 'message':
        return this.#isIn(told.message.groupId);
      case 'typing':
        return this.#isIn(told.groupId);
    }
  }

  /** Not when it is told once more, perhaps after they came back. */
  #leave(groupId: string, seq: number): boolean {
    this.#departures ??= new LRUCache({ max: MAX_GROUPS });
    const known = this.#departures.get(groupId);
    if (known && seq <= known.seq) return false;
    this.#departures.set(groupId, { seq, back: false });
    return true;
  }

  /** Not a row of the membership that has ended. */
  #return(groupId: string, joinedSeq: number): boolean {
    const known = this.#departures?.get(groupId);
    if (!known) return true;
    if (joinedSeq <= known.seq) return false;
    this.#departures?.set(groupId, { ...known, back: true });
    return true;
  }

  #isIn(groupId: string): boolean {
    return this.#departures?.get(groupId)?.back ?? true;
  }
}
