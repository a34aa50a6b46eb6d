import type { Calls, HistoryPlace } from '../api/calls.ts';
import { codeOf } from '../api/api-error.ts';
import type { Message } from '../api/shapes.ts';
import type { LoggedChange } from '../stream/events.ts';

/** The calls that read a conversation. */
export type HistoryApi = Pick<Calls, 'listMessages' | 'listChanges'>;

/** The API's longest page. */
export const LONG_PAGE = 100;

type Add = (messages: readonly Message[]) => void;

/**
 * Reads a conversation, and keeps the number of a change: all messages that were read hold what was changed up to it. After an
 * interruption of the events, only later changes have to be fetched.
 *
 * The number is the lowest of all pages, because pages come at different times. Only a page that leads back from the end has
 * one. Another page is as new as the number that was known before its request; so where none is known, it is fetched first.
 *
 * While events arrive, a changed message comes with its own event, and then the number of its change with another. So the next number
 * is held without a request if events brought all that it names. Else an event was missed, and what was changed is fetched:
 *
 * - *The number is not the next one.*
 * - *A message is held that no event has brought since.* If it is not held, a page that is requested later is new enough; but
 *   while a page is under way, it may be on that page as it was before.
 *
 * A page that arrives after such events does not lower the number beneath them: of their messages it has older copies, which are not taken.
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
  /** Messages that events brought, and that no change has named since: their copies are held. */
  readonly #news = new Set<number>();
  /** Number of pages that are under way. */
  #reads = 0;
  /** The number that was held before events raised it, while pages were under way. */
  #raisedFrom: number | undefined;

  constructor(uuid: string, api: HistoryApi) {
    this.#uuid = uuid;
    this.#api = api;
  }

  /** The change up to which all that is held is current; undefined while that is not known. */
  get change(): number | undefined {
    return this.#isIncomplete ? undefined : this.#change;
  }

  /** Takes that messages were restored that are current up to a change. */
  restored(change: number): void {
    this.#hold(change);
  }

  /** Events may have been missed until now. */
  interrupted(): void {
    this.#interruptions += 1;
    this.#raisedFrom = undefined;
  }

  /** Nothing is held any more. */
  forget(): void {
    this.#hold(undefined);
    this.#isIncomplete = false;
    this.#news.clear();
  }

  /** Takes messages that events brought as they were changed. */
  tookNews(messages: readonly Pick<Message, 'seq'>[]): void {
    for (const { seq } of messages) this.#news.add(seq);
  }

  /** The copies of other messages were dropped: on a page that arrives later, they may be older. */
  keepNews(isHeld: (seq: number) => boolean): void {
    for (const seq of this.#news) if (!isHeld(seq)) this.#news.delete(seq);
  }

  /**
   * Takes a change that an event reports.
   * @param isHeld whether there is a copy of a message.
   * @returns whether something may have been missed: then the changes have to be fetched.
   */
  tookChange({ number, seqs }: LoggedChange, isHeld: (seq: number) => boolean): boolean {
    const held = this.#change;
    const isKnown = (seq: number) => this.#news.has(seq) || (this.#reads === 0 && !isHeld(seq));
    // After a rebuild of the log, a change may name no message: then any may have changed.
    const isComplete = seqs.length > 0 && seqs.every(isKnown);
    for (const seq of seqs) this.#news.delete(seq);
    if (held !== undefined && number <= held) return false;
    if (isComplete && (held === undefined || number === held + 1)) {
      if (held !== undefined) this.#raise(held);
      return false;
    }
    this.interrupted();
    return held !== undefined || this.#isIncomplete;
  }

  /**
   * Reads a page.
   * @param add takes its messages.
   * @returns whether events may have been missed since it was requested: then the changes have to be fetched once more.
   */
  async read(place: HistoryPlace, add: Add): Promise<boolean> {
    const interruptions = this.#interruptions;
    const isFromEnd = place.after === undefined && place.around === undefined;
    this.#reads += 1;
    try {
      const known = isFromEnd ? undefined : (this.#change ?? (await this.#newestChange()));
      const page = await this.#api.listMessages(this.#uuid, place);
      this.#lower(page.lastChange ?? known);
      add(page.messages);
    } finally {
      this.#reads -= 1;
      if (this.#reads === 0) this.#raisedFrom = undefined;
    }
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
      for (const { seq } of page.messages) this.#news.delete(seq);
      // A page of the history arrived meanwhile that is older: its changes are fetched, too.
      if (this.#change === undefined || this.#change < after) continue;
      // Events may have raised it meanwhile.
      this.#hold(Math.max(this.#change, page.next ?? page.lastChange ?? after));
      if (page.next === undefined) return true;
    }
  }

  /** Reads the messages of a range again. If it fails, it has to be repeated. */
  async readAgain({ low, high }: { readonly low: number; readonly high: number }, add: Add): Promise<void> {
    this.forget();
    this.#isIncomplete = true;
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
    const held = this.#change;
    if (change === undefined || (held !== undefined && change >= (this.#raisedFrom ?? held))) return;
    this.#hold(change);
  }

  #raise(held: number): void {
    if (this.#reads > 0) this.#raisedFrom ??= held;
    this.#change = held + 1;
  }

  /** Sets the number otherwise than by an event. */
  #hold(change: number | undefined): void {
    this.#change = change;
    this.#raisedFrom = undefined;
  }
}
