import { codeOf } from '../api/api-error.ts';
import type { Message, MessageGroup, ReadMark } from '../api/shapes.ts';
import { Subject } from '../chat/subject.ts';
import {
  type HeldRow,
  isExact,
  isUnreadDeletion,
  knowsDeletion,
  NOTHING_HELD,
  shownRow,
  withMessage,
  withReadSeq,
  withState,
} from './held-row.ts';

/** How long a row waits to be fetched, in milliseconds: messages that follow each other share one request. */
const SOON_MS = 200;
/** How long the deletion of an unread message waits for the entry of the change log, in milliseconds. */
const CHANGE_EVENT_MS = 3_000;
/** How long a row that is still not exact waits for the next request, in milliseconds, doubled each time. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

interface HeldRowsParts {
  readonly me: string;
  /** Requests the newest state of a conversation. */
  readonly fetch: (uuid: string) => Promise<MessageGroup>;
  /** Calls a function after a time in milliseconds. @returns a function that cancels it. */
  readonly later: (ms: number, run: () => void) => () => void;
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

/**
 * The rows of the list of conversations, by id: states that the API sent, updated by events.
 *
 * A row that is not exact is fetched. So is one of whose unread messages one was deleted: the API counts the deletion only
 * once the table's stream has processed it. After that comes the event about the entry of the change log, and the row is
 * fetched with it; or after some seconds, because that event may be lost.
 */
export class HeldRows {
  /** What the list shows of each conversation. */
  readonly rows = new Subject<ReadonlyMap<string, MessageGroup>>(new Map());
  readonly #parts: HeldRowsParts;
  readonly #held = new Map<string, HeldRow>();
  readonly #fetching = new Map<string, Fetching>();
  /** Conversations that did not come with a page of the list, and when they were added. */
  readonly #added = new Map<string, number>();
  readonly #removed = new Map<string, number>();
  #time = 0;
  #readyAt = 0;
  #isClosed = false;

  constructor(parts: HeldRowsParts) {
    this.#parts = parts;
  }

  /** Counts a moment. A response belongs to the moment before its request. */
  moment(): number {
    this.#time += 1;
    return this.#time;
  }

  /** Events are complete from now on; some before may have been missed. */
  ready(): void {
    this.#readyAt = this.moment();
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

  /** The conversations of these pages and those that were added to the list, newest activity first. */
  listed(
    pages: readonly (readonly Pick<MessageGroup, 'uuid'>[])[],
    rows: ReadonlyMap<string, MessageGroup> = this.rows.get(),
  ): MessageGroup[] {
    const uuids = new Set([...pages.flat().map(({ uuid }) => uuid), ...this.#added.keys()]);
    return [...uuids]
      .flatMap((uuid) => rows.get(uuid) ?? [])
      .sort((a, b) => compare(b.created_at, a.created_at) || compare(b.uuid, a.uuid));
  }

  /** Takes a page of the list. */
  tookPage(groups: readonly MessageGroup[], page: { requestedAt: number; isFirst: boolean }): void {
    // What was added before has its place in the pages by now.
    if (page.isFirst) {
      for (const [uuid, addedAt] of this.#added) if (addedAt < page.requestedAt) this.#added.delete(uuid);
    }
    this.#take(groups, page.requestedAt);
  }

  /** Takes the state of a conversation, which becomes part of the list. */
  tookRow(group: MessageGroup, requestedAt = this.moment()): void {
    this.#added.set(group.uuid, this.moment());
    this.#take([group], requestedAt);
  }

  tookMessage(message: Message): void {
    const { message_group_uuid: uuid } = message;
    const { me } = this.#parts;
    const held = this.#held.get(uuid) ?? NOTHING_HELD;
    if (held.base && isUnreadDeletion(held, message, me)) {
      this.#schedule(uuid, CHANGE_EVENT_MS, true);
    }
    this.#set(uuid, withMessage(held, { message, receivedAt: this.moment() }, me));
  }

  /** Takes an entry of a conversation's change log: the API counts the deletions among these messages from now on. */
  tookChange(uuid: string, seqs: readonly number[]): void {
    const held = this.#held.get(uuid);
    if (held?.base && seqs.some((seq) => knowsDeletion(held, seq))) this.#schedule(uuid, SOON_MS, true);
  }

  tookReadMark({ uuid, read_seq }: ReadMark): void {
    this.#set(uuid, withReadSeq(this.#held.get(uuid) ?? NOTHING_HELD, read_seq));
  }

  /** Removes a conversation of which the user is no longer a member. */
  remove(uuid: string): void {
    this.#removed.set(uuid, this.moment());
    this.#added.delete(uuid);
    this.#held.delete(uuid);
    this.#fetching.get(uuid)?.waits?.cancel();
    this.#fetching.delete(uuid);
    const rows = new Map(this.rows.get());
    if (rows.delete(uuid)) this.rows.set(rows);
  }

  #take(groups: readonly MessageGroup[], requestedAt: number): void {
    const { me } = this.#parts;
    const parts = { requestedAt, readyAt: this.#readyAt, me };
    for (const group of groups) {
      // A response from before the user left.
      if (requestedAt < (this.#removed.get(group.uuid) ?? 0)) continue;
      const before = this.#held.get(group.uuid) ?? NOTHING_HELD;
      const held = withState(before, group, parts);
      this.#held.set(group.uuid, held);
      // This state may count a message that events reported as deleted.
      const isDoubtful = [...held.deleted.keys()].some((seq) => !before.deleted.has(seq));
      if (isDoubtful) this.#schedule(group.uuid, CHANGE_EVENT_MS, true);
    }
    this.#show(groups.map(({ uuid }) => uuid));
  }

  #set(uuid: string, held: HeldRow): void {
    if (held === this.#held.get(uuid)) return;
    this.#held.set(uuid, held);
    this.#show([uuid]);
  }

  #show(uuids: readonly string[]): void {
    const rows = new Map(this.rows.get());
    for (const uuid of uuids) {
      const held = this.#held.get(uuid);
      if (!held) continue;
      const row = shownRow(held, this.#parts.me);
      if (row) rows.set(uuid, row);
      if (!isExact(held)) this.#schedule(uuid, SOON_MS, false);
    }
    this.rows.set(rows);
  }

  /** Requests a row after a time, or earlier if a request is waiting that is due earlier. */
  #schedule(uuid: string, ms: number, isForced: boolean, failures = 0): void {
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
    fetching.waits = undefined;
    const isWanted = fetching.isForced || !this.#isExact(uuid);
    fetching.isForced = false;
    if (isWanted) {
      const requestedAt = this.moment();
      const { row, error } = await this.#parts.fetch(uuid).then(
        (row) => ({ row, error: undefined }),
        (error: unknown) => ({ row: undefined, error }),
      );
      // The conversation was removed meanwhile, or the session has ended.
      if (this.#fetching.get(uuid) !== fetching) return;
      if (row) this.tookRow(row, requestedAt);
      else if (codeOf(error) === 'not_found') this.#parts.onGone(uuid);
      else fetching.next ??= RETRY_MS;
      fetching.failures = row && this.#isExact(uuid) ? 0 : fetching.failures + 1;
    }
    if (this.#fetching.get(uuid) === fetching) this.#goOn(uuid, fetching);
  }

  /** After a request: another one follows if it was wanted meanwhile, or if the row is still not exact. */
  #goOn(uuid: string, { next, failures }: Fetching): void {
    this.#fetching.delete(uuid);
    if (next === undefined && this.#isExact(uuid)) return;
    const retry = failures === 0 ? 0 : Math.min(RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
    this.#schedule(uuid, Math.max(retry, next ?? 0), next !== undefined, failures);
  }

  #isExact(uuid: string): boolean {
    const held = this.#held.get(uuid);
    return !held || isExact(held);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
