import { codeOf } from '../api/api-error.ts';
import type { MessageGroup } from '../api/shapes.ts';

/** How long a row that is still not exact waits for the next request, in milliseconds, doubled each time. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

interface RowFetchesParts {
  /** Requests the newest state of a conversation. */
  readonly fetch: (uuid: string) => Promise<MessageGroup>;
  /** Calls a function after a time in milliseconds. @returns a function that cancels it. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** Whether the row of a conversation is known, and needs no request. */
  readonly isExact: (uuid: string) => boolean;
  readonly moment: () => number;
  readonly onRow: (row: MessageGroup, requestedAt: number) => void;
  /** A conversation was not found: the user is no longer a member. */
  readonly onGone: (uuid: string) => void;
}

/** The request for one conversation's row: at most one is waiting or under way. */
interface Fetching {
  /** When it is due, in milliseconds from the start of its wait; undefined while it is under way. */
  waits: { readonly ms: number; readonly cancel: () => void } | undefined;
  /** Whether it is made even if the row is exact by then. */
  isForced: boolean;
  /** Another one is to follow, with this wait. */
  next: number | undefined;
  failures: number;
}

/** Requests for rows of the list of conversations: one at a time for each row, until it is exact. */
export class RowFetches {
  readonly #parts: RowFetchesParts;
  readonly #fetching = new Map<string, Fetching>();
  #isClosed = false;

  constructor(parts: RowFetchesParts) {
    this.#parts = parts;
  }

  open(): void {
    this.#isClosed = false;
  }

  /** The session ends: nothing more is fetched. */
  close(): void {
    this.#isClosed = true;
    for (const { waits } of this.#fetching.values()) waits?.cancel();
    this.#fetching.clear();
  }

  /** Drops the request for a row. */
  drop(uuid: string): void {
    this.#fetching.get(uuid)?.waits?.cancel();
    this.#fetching.delete(uuid);
  }

  /**
   * Requests a row after a time, or earlier if a request is waiting that is due earlier.
   * @param isForced even if the row is exact by then.
   */
  schedule(uuid: string, ms: number, isForced: boolean, failures = 0): void {
    if (this.#isClosed) return;
    const known = this.#fetching.get(uuid);
    if (known && !known.waits) {
      // Its response may be older than this.
      if (isForced) known.next = Math.min(ms, known.next ?? ms);
      return;
    }
    const fetching = known ?? { waits: undefined, isForced: false, next: undefined, failures };
    this.#fetching.set(uuid, fetching);
    fetching.isForced ||= isForced;
    if (fetching.waits && fetching.waits.ms <= ms) return;
    fetching.waits?.cancel();
    fetching.waits = { ms, cancel: this.#parts.later(ms, () => void this.#fetch(uuid, fetching)) };
  }

  async #fetch(uuid: string, fetching: Fetching): Promise<void> {
    const { isExact, moment, onRow, onGone } = this.#parts;
    fetching.waits = undefined;
    const isWanted = fetching.isForced || !isExact(uuid);
    fetching.isForced = false;
    if (isWanted) {
      const requestedAt = moment();
      const { row, error } = await this.#parts.fetch(uuid).then(
        (row) => ({ row, error: undefined }),
        (error: unknown) => ({ row: undefined, error }),
      );
      // The conversation was removed meanwhile, or the session has ended.
      if (this.#fetching.get(uuid) !== fetching) return;
      if (row) onRow(row, requestedAt);
      else if (codeOf(error) === 'not_found') onGone(uuid);
      else fetching.next ??= RETRY_MS;
      fetching.failures = row && isExact(uuid) ? 0 : fetching.failures + 1;
    }
    if (this.#fetching.get(uuid) === fetching) this.#goOn(uuid, fetching);
  }

  /** After a request: another one follows if it was wanted meanwhile, or if the row is still not exact. */
  #goOn(uuid: string, { next, failures }: Fetching): void {
    this.#fetching.delete(uuid);
    if (next === undefined && this.#parts.isExact(uuid)) return;
    const retry = failures === 0 ? 0 : Math.min(RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
    this.schedule(uuid, Math.max(retry, next ?? 0), next !== undefined, failures);
  }
}
