import { READY, type UserStreams, type WrittenEvent } from './user-streams.ts';

/** Users whose streams are written to in one turn of the event loop. Other work goes on between two turns. */
const USERS_A_TURN = 250;
/** Maximum number of events that wait for one user. Beyond it they are dropped, and clients fetch again after `ready`. */
const MAX_WAITING = 1_000;

/**
 * Writes events of named groups to streams. One event may be for thousands of streams, and writing takes longer than
 * anything else: it is done in turns, and the events that come meanwhile for a user who is still to be written to are
 * written together. So a group that is busier than the process writes fewer and longer texts. The events of one user keep
 * their order.
 */
export class Outbox {
  readonly #waiting = new Map<UserStreams, WrittenEvent[]>();
  #isScheduled = false;

  /** Queues an event for a user. Nothing is written before `flush`, or before the next turn where one is scheduled. */
  add(streams: UserStreams, event: WrittenEvent): void {
    const events = this.#waiting.get(streams);
    if (!events) this.#waiting.set(streams, [event]);
    else if (events.length < MAX_WAITING) events.push(event);
    else events.splice(0, Infinity, READY);
  }

  /** Writes to the first users at once, and to the others in later turns. */
  flush(): void {
    if (!this.#isScheduled) this.#writeTurn();
  }

  #writeTurn(): void {
    let count = 0;
    for (const [streams, events] of this.#waiting) {
      if (count === USERS_A_TURN) break;
      count += 1;
      this.#waiting.delete(streams);
      streams.send(events);
    }
    this.#isScheduled = this.#waiting.size > 0;
    if (this.#isScheduled) setImmediate(() => this.#writeTurn());
  }
}
