import type { Api, HistoryPlace } from '../api/api.ts';
import { codeOf } from '../api/api-error.ts';
import type { Message } from '../api/shapes.ts';

/** The calls that read a conversation. */
export type HistoryApi = Pick<Api, 'listMessages' | 'listChanges'>;

/** The API's longest page. */
export const LONG_PAGE = 100;

type Add = (messages: readonly Message[]) => void;

/**
 * Reads a conversation, and keeps the number of a change: all messages that were read hold what was changed up to it. After an
 * interruption of the events, only later changes have to be fetched.
 *
 * The number is the lowest of all pages, because pages come at different times. Only a page that leads back from the end has
 * one. Another page is as new as the number that was known before its request; so where none is known, it is fetched first.
 */
export class History {
  readonly #uuid: string;
  readonly #api: HistoryApi;
  /** Undefined while nothing is held. */
  #change: number | undefined;
  /** Whether the number does not hold for all messages: they are being read again, or that has failed. */
  #isIncomplete = false;
  /** How often events may have been missed. */
  #interruptions = 0;

  constructor(uuid: string, api: HistoryApi) {
    this.#uuid = uuid;
    this.#api = api;
  }

  /** Events may have been missed until now. */
  interrupted(): void {
    this.#interruptions += 1;
  }

  /** Nothing is held any more. */
  forget(): void {
    this.#change = undefined;
    this.#isIncomplete = false;
  }

  /**
   * Reads a page.
   * @param add takes its messages.
   * @returns whether events may have been missed since it was requested: then the changes have to be fetched once more.
   */
  async read(place: HistoryPlace, add: Add): Promise<boolean> {
    const interruptions = this.#interruptions;
    const isFromEnd = place.after === undefined && place.around === undefined;
    const known = isFromEnd ? undefined : (this.#change ?? (await this.#newestChange()));
    const page = await this.#api.listMessages(this.#uuid, place);
    this.#lower(page.lastChange ?? known);
    add(page.messages);
    return interruptions !== this.#interruptions;
  }

  /**
   * Fetches what was changed since.
   * @returns false when too much was changed, or nothing is known: then all that is held has to be read again.
   */
  async readChanges(add: Add): Promise<boolean> {
    for (;;) {
      const after = this.#isIncomplete ? undefined : this.#change;
      if (after === undefined) return false;
      const page = await this.#api.listChanges(this.#uuid, after).catch((error: unknown) => {
        if (codeOf(error) === 'changes_too_far_behind') return undefined;
        throw error;
      });
      if (!page) return false;
      add(page.messages);
      // A page of the history arrived meanwhile that is older: its changes are fetched, too.
      if (this.#change !== after) continue;
      this.#change = page.next ?? page.lastChange ?? after;
      if (page.next === undefined) return true;
    }
  }

  /** Reads the messages of a range again. If it fails, it has to be repeated. */
  async readAgain({ low, high }: { readonly low: number; readonly high: number }, add: Add): Promise<void> {
    this.#isIncomplete = true;
    this.#change = undefined;
    const change = await this.#newestChange();
    for (let after = low - 1; after < high;) {
      const { messages } = await this.#api.listMessages(this.#uuid, { after, limit: LONG_PAGE });
      add(messages);
      after = messages.at(-1)?.seq ?? high;
    }
    this.#isIncomplete = false;
    this.#lower(change);
  }

  async #newestChange(): Promise<number | undefined> {
    return (await this.#api.listMessages(this.#uuid, { limit: 1 })).lastChange;
  }

  #lower(change: number | undefined): void {
    if (change !== undefined) this.#change = Math.min(change, this.#change ?? change);
  }
}
