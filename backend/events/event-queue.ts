import PQueue from 'p-queue';
import type { Logger } from '../logger.ts';
import type { Change } from './changes.ts';

/** Maximum number of events that wait. Beyond it they are dropped, and clients fetch again. */
const MAX_WAITING = 1_000;

/** Delivers events one after another, because a delivery may have to read rows or names. */
export class EventQueue {
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #logger: Logger;
  readonly #refresh: () => void;

  /** @param parts.refresh writes `ready` to all streams of this queue: events were dropped. */
  constructor(parts: { readonly logger: Logger; readonly refresh: () => void }) {
    this.#logger = parts.logger;
    this.#refresh = parts.refresh;
  }

  get isIdle(): boolean {
    return this.#queue.size + this.#queue.pending === 0;
  }

  onIdle(listener: () => void): void {
    this.#queue.on('idle', listener);
  }

  /**
   * Queues an event. When its delivery fails, rows or names cannot be read at the moment: after `ready` a client fetches
   * what it displays, so it misses nothing.
   * @param refresh writes `ready` to the streams that the event is for.
   */
  add(kind: Change['kind'], deliver: () => Promise<void>, refresh = this.#refresh): void {
    if (this.#queue.size >= MAX_WAITING) {
      this.#logger.warn({ waiting: MAX_WAITING }, 'events dropped: reading their names takes too long');
      this.#queue.clear();
      void this.#queue.add(() => {
        this.#refresh();
      });
    }
    void this.#queue.add(async () => {
      try {
        await deliver();
      } catch (err) {
        this.#logger.warn({ err, kind }, 'an event could not be delivered');
        refresh();
      }
    });
  }
}
