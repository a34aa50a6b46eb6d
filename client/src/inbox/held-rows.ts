import type { List } from '../api/calls.ts';
import type { Message, MessageGroup, ReadMark } from '../api/shapes.ts';
import { Subject } from '../subject.ts';
import {
  isExact,
  isInDoubt,
  isUnreadDeletion,
  mayChangeMentions,
  NOTHING_HELD,
  type Reader,
  shownRow,
  withMessage,
  withReadMark,
  withState,
} from './held-row.ts';
import type { HeldRow } from './held-state.ts';
import { settingsAfterChange } from './held-settings.ts';
import { isIn, LISTS } from './lists.ts';
import { PendingSettings, type SettingsChange } from './pending-settings.ts';
import { RowFetches } from './row-fetches.ts';

/** How long a row waits to be fetched, in milliseconds: messages that follow each other share one request. */
const SOON_MS = 200;
/** How long the change of an unread message waits for the entry of the change log, in milliseconds. */
const CHANGE_EVENT_MS = 3_000;

interface HeldRowsParts extends Reader {
  /** Requests the newest state of a conversation. */
  readonly fetch: (uuid: string) => Promise<MessageGroup>;
  /** Changes own settings of a conversation. @returns its state with them. */
  readonly change: (uuid: string, change: SettingsChange) => Promise<MessageGroup>;
  /** Calls a function after a time in milliseconds. @returns a function that cancels it. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** A conversation was not found: the user is no longer a member. */
  readonly onGone: (uuid: string) => void;
}

/**
 * The rows of the lists of conversations, by id: states that the API sent, updated by events and by changes on their way.
 *
 * A row that is not exact is fetched. So is one of whose unread messages one was deleted, or edited where it may mention the user: the
 * API counts that only once the table's stream has processed it. After that comes the event about the entry of the change log, and
 * the row is fetched with it; or after some seconds, because that event may be lost.
 */
export class HeldRows {
  /** What the lists show of each conversation. */
  readonly rows = new Subject<ReadonlyMap<string, MessageGroup>>(new Map());
  readonly #parts: HeldRowsParts;
  readonly #held = new Map<string, HeldRow>();
  readonly #fetches: RowFetches;
  readonly #pending = new PendingSettings();
  /** Conversations that did not come with a page of a list, and when they were added. */
  readonly #added: Readonly<Record<List, Map<string, number>>> = {
    default: new Map(),
    favourites: new Map(),
    archived: new Map(),
  };
  readonly #removed = new Map<string, number>();
  #time = 0;
  #readyAt = 0;

  constructor(parts: HeldRowsParts) {
    this.#parts = parts;
    this.#fetches = new RowFetches({
      ...parts,
      isExact: (uuid) => this.#isExact(uuid),
      moment: () => this.moment(),
      onRow: (row, requestedAt) => this.tookRow(row, requestedAt),
    });
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
    this.#fetches.open();
  }

  /** The session ends: nothing more is fetched. */
  close(): void {
    this.#fetches.close();
  }

  /** The conversations of these pages and those that were added since, as far as they are in the list, newest activity first. */
  listed(
    pages: readonly (readonly Pick<MessageGroup, 'uuid'>[])[],
    list: List = 'default',
    rows: ReadonlyMap<string, MessageGroup> = this.rows.get(),
  ): MessageGroup[] {
    const uuids = new Set([...pages.flat().map(({ uuid }) => uuid), ...this.#added[list].keys()]);
    return [...uuids]
      .flatMap((uuid) => rows.get(uuid) ?? [])
      .filter((row) => isIn(list, row))
      .sort((a, b) => compare(b.created_at, a.created_at) || compare(b.uuid, a.uuid));
  }

  /** Takes a page of a list. */
  tookPage(
    groups: readonly MessageGroup[],
    page: { readonly requestedAt: number; readonly isFirst: boolean; readonly list?: List },
  ): void {
    const added = this.#added[page.list ?? 'default'];
    // What was added before has its place in the pages by now.
    if (page.isFirst) {
      for (const [uuid, addedAt] of added) if (addedAt < page.requestedAt) added.delete(uuid);
    }
    this.#take(groups, page.requestedAt);
  }

  /** Takes the state of a conversation, which becomes part of its lists. */
  tookRow(group: MessageGroup, requestedAt = this.moment()): void {
    this.#add(group.uuid);
    this.#take([group], requestedAt);
  }

  tookMessage(message: Message): void {
    const { message_group_uuid: uuid } = message;
    const { me } = this.#parts;
    const held = this.#held.get(uuid) ?? NOTHING_HELD;
    const isInBase = held.base !== undefined && message.seq <= held.base.last_seq;
    if (
      held.base &&
      (isUnreadDeletion(held, message, me) || (isInBase && mayChangeMentions(held, message, me)))
    )
      this.#fetches.schedule(uuid, CHANGE_EVENT_MS, true);
    this.#set(uuid, withMessage(held, { message, receivedAt: this.moment() }, me));
  }

  /** Takes an entry of a conversation's change log: the API counts the changes of these messages from now on. */
  tookChange(uuid: string, seqs: readonly number[]): void {
    const held = this.#held.get(uuid);
    if (held?.base && seqs.some((seq) => isInDoubt(held, seq))) this.#fetches.schedule(uuid, SOON_MS, true);
  }

  tookReadMark({ uuid, read_seq }: ReadMark): void {
    this.#set(uuid, withReadMark(this.#held.get(uuid) ?? NOTHING_HELD, read_seq, this.moment()));
  }

  /**
   * Changes the user's own settings of a conversation. The lists show the change at once, and take it back if the API
   * rejects it.
   *
   * An event or a response from before the change may arrive while it is under way, and counts as newer than its response;
   * and a request whose response is lost may have been executed. Then the row is fetched.
   * @throws ApiError
   */
  async changeSettings(uuid: string, change: SettingsChange): Promise<void> {
    let requestedAt = 0;
    const changing = this.#pending.add(uuid, change, () => {
      requestedAt = this.moment();
      return this.#parts.change(uuid, change);
    });
    this.#show([uuid]);
    try {
      const row = await changing;
      const held = this.#held.get(uuid);
      if (held) {
        if (held.settings.statedAt > requestedAt) this.#fetches.schedule(uuid, SOON_MS, true);
        this.#held.set(uuid, { ...held, settings: settingsAfterChange(held.settings, change) });
      }
      this.tookRow(row, requestedAt);
    } catch (error) {
      this.#fetches.schedule(uuid, SOON_MS, true);
      this.#show([uuid]);
      throw error;
    }
  }

  /** Removes a conversation of which the user is no longer a member. */
  remove(uuid: string): void {
    this.#removed.set(uuid, this.moment());
    for (const list of LISTS) this.#added[list].delete(uuid);
    this.#held.delete(uuid);
    this.#fetches.drop(uuid);
    const rows = new Map(this.rows.get());
    if (rows.delete(uuid)) this.rows.set(rows);
  }

  #add(uuid: string): void {
    const addedAt = this.moment();
    for (const list of LISTS) this.#added[list].set(uuid, addedAt);
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
      // This state may count messages as they were before changes that events reported.
      const isDoubtful =
        [...held.deleted.keys()].some((seq) => !before.deleted.has(seq)) ||
        [...held.edited].some((seq) => !before.edited.has(seq));
      if (isDoubtful) this.#fetches.schedule(group.uuid, CHANGE_EVENT_MS, true);
    }
    this.#show(groups.map(({ uuid }) => uuid));
  }

  #set(uuid: string, held: HeldRow): void {
    if (held === this.#held.get(uuid)) return;
    this.#held.set(uuid, held);
    this.#show([uuid]);
  }

  #show(uuids: readonly string[]): void {
    const { me } = this.#parts;
    const rows = new Map(this.rows.get());
    for (const uuid of uuids) {
      const held = this.#held.get(uuid);
      if (!held) continue;
      const before = rows.get(uuid);
      const row = shownRow(held, this.#parts);
      if (row) {
        const shown = { ...row, ...this.#pending.of(uuid) };
        rows.set(uuid, shown);
        // It is on no page of a list that it has just come to.
        if (before && LISTS.some((list) => isIn(list, shown) && !isIn(list, before))) this.#add(uuid);
      }
      if (!isExact(held, me)) this.#fetches.schedule(uuid, SOON_MS, false);
    }
    this.rows.set(rows);
  }

  #isExact(uuid: string): boolean {
    const held = this.#held.get(uuid);
    return !held || isExact(held, this.#parts.me);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
