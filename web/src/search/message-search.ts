import type { SearchPage } from '../api/search-calls.ts';
import { type FoundMessage, Subject } from '../../../client/src/index.ts';

/** Fetches one step. @param place `next` of the step before; undefined for the first one. */
export type FetchStep = (place: string | undefined, signal: AbortSignal) => Promise<SearchPage>;

export interface SearchState {
  /** In the order in which they were found, each once. */
  readonly found: readonly FoundMessage[];
  readonly isSearching: boolean;
  /** Why the search stopped. */
  readonly error: unknown;
  /** Number of messages that were looked at. */
  readonly lookedAt: number;
  /** When the oldest of them was sent, in a search of one conversation. */
  readonly backTo: string | undefined;
  /** Everything was looked at. */
  readonly isDone: boolean;
}

const START: SearchState = {
  found: [],
  isSearching: false,
  error: undefined,
  lookedAt: 0,
  backTo: undefined,
  isDone: false,
};

/**
 * Steps that are made without asking the user. A user may make about 20 in a minute, which leaves enough for everything else
 * (docs/operations.md, Rate limits).
 */
const STEPS_AT_ONCE = 4;
/** Results of one go after which the user is asked: more than fit on a screen. */
const ENOUGH_FOUND = 10;

/** A search for messages, step by step: results are there as soon as a step has them. */
export class MessageSearch {
  readonly state = new Subject(START);
  readonly #fetch: FetchStep;
  #next: string | undefined;
  #steps: AbortController | undefined;

  constructor(fetch: FetchStep) {
    this.#fetch = fetch;
  }

  /** Searches further: some steps, until enough was found. After a failure the failed step is repeated. */
  async goOn(): Promise<void> {
    const { isSearching, isDone, found } = this.state.get();
    if (isSearching || isDone) return;
    const steps = new AbortController();
    this.#steps = steps;
    this.#change({ isSearching: true, error: undefined });
    const enough = found.length + ENOUGH_FOUND;
    try {
      for (let step = 0; step < STEPS_AT_ONCE; step += 1) {
        const page = await this.#fetch(this.#next, steps.signal);
        // A response may arrive although the search was stopped.
        if (steps.signal.aborted) return;
        this.#take(page);
        const state = this.state.get();
        if (state.isDone || state.found.length >= enough) break;
      }
      this.#change({ isSearching: false });
    } catch (error) {
      if (!steps.signal.aborted) this.#change({ isSearching: false, error });
    }
  }

  /** Stops it. `goOn` continues it. */
  stop(): void {
    this.#steps?.abort();
    this.#change({ isSearching: false });
  }

  #take({ found, next, lookedAt, backTo }: SearchPage): void {
    const state = this.state.get();
    this.#next = next;
    // The same message may come again where others are sent meanwhile.
    const known = new Set(state.found.map(({ uuid }) => uuid));
    this.#change({
      found: [...state.found, ...found.filter(({ uuid }) => !known.has(uuid))],
      lookedAt: state.lookedAt + lookedAt,
      backTo: backTo ?? state.backTo,
      isDone: next === undefined,
    });
  }

  #change(change: Partial<SearchState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
