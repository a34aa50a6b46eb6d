import { LRUCache } from 'lru-cache';
import type { LogEntry } from '../domain/model.ts';

/** Messages that are remembered for all people together: a second's worth or more, which is how far apart they come. */
const MAX_REMEMBERED = 20_000;

interface Telling {
  readonly rev: number;
  /** When it was told last, by the count of `ToldMessages`. */
  readonly at: number;
}

/**
 * What was told lately. Each change is published twice, fast by the API and surely by the stream handler; here the
 * second is found to be one, for all but the streams that were opened in between. Times are counted, not measured.
 */
export class ToldMessages {
  readonly #tellings = new LRUCache<string, Telling>({ max: MAX_REMEMBERED });
  #count = 0;

  /** A moment that lies after all that was told so far. */
  now(): number {
    this.#count += 1;
    return this.#count;
  }

  /**
   * Notes that a message is told to a user now. Who listens since the time this answers with, or longer, has had it. Of
   * a version older than one that was told, that is everybody: who came since fetches what is newer.
   */
  tell(userId: string, message: LogEntry): number {
    const key = `${userId} ${message.groupId} ${message.seq}`;
    const known = this.#tellings.get(key);
    if (known && message.rev < known.rev) return this.now();
    this.#tellings.set(key, { rev: message.rev, at: this.now() });
    return known?.rev === message.rev ? known.at : 0;
  }
}
