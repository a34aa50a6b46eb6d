import { LRUCache } from 'lru-cache';
import type { UserEvent } from './changes.ts';

/** Maximum number of groups remembered for one user. Beyond it the least recently used are forgotten. */
const MAX_GROUPS = 1_000;

interface Departure {
  /** Of the system message about the departure. */
  readonly seq: number;
  /** Whether the user has joined again since. */
  readonly back: boolean;
}

/**
 * The groups that a user has left, as far as their streams were notified. A send that read its members before a removal
 * may publish after it, and events of several processes may overtake each other. So after a departure, events of that
 * group are withheld until the row of a later membership arrives.
 */
export class Departures {
  /** Created on the first departure: most users never leave a group while a stream is open. */
  #departures: LRUCache<string, Departure> | undefined;

  /** Whether an event may be delivered after all events before it. */
  allows(event: UserEvent): boolean {
    switch (event.kind) {
      case 'message_group_left':
        return this.#leave(event.groupId, event.seq);
      case 'message_group':
        return this.#return(event.row.groupId, event.row.joined_seq);
      case 'message':
        return this.#isMember(event.message.groupId);
      case 'typing':
        return this.#isMember(event.groupId);
    }
  }

  /** False when the departure is published a second time, which may be after the user came back. */
  #leave(groupId: string, seq: number): boolean {
    this.#departures ??= new LRUCache({ max: MAX_GROUPS });
    const known = this.#departures.get(groupId);
    if (known && seq <= known.seq) return false;
    this.#departures.set(groupId, { seq, back: false });
    return true;
  }

  /** False for a row of the membership that has ended. */
  #return(groupId: string, joinedSeq: number): boolean {
    const known = this.#departures?.get(groupId);
    if (!known) return true;
    if (joinedSeq <= known.seq) return false;
    this.#departures?.set(groupId, { ...known, back: true });
    return true;
  }

  #isMember(groupId: string): boolean {
    return this.#departures?.get(groupId)?.back ?? true;
  }
}
