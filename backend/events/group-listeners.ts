import type { LogEntry, Member } from '../domain/model.ts';
import { membershipChangeOf } from '../../schema/membership-changes.ts';
import type { Readers } from './readers.ts';
import type { UserStreams } from './user-streams.ts';

/** A user with open streams on this process who is, or was, a member of the group. */
export interface GroupListener {
  readonly streams: UserStreams;
  /** When they joined the channel, by the counter of `Deliveries`: what was received before is not for them. */
  readonly since: number;
  /** `joined_seq` of their row, once it was read, or of the change of members that was followed. Undefined: not verified. */
  joinedSeq: number | undefined;
}

/** Rows that are read at once: a group's rows share a partition, which takes 3,000 R a second. */
const ROWS_AT_ONCE = 1_000;

/** Maximum number of changes of members that are read one by one. Beyond it the listeners' rows are read. */
const MAX_FOLLOWED = 100;

/**
 * The users of a process who may receive the events of one named group.
 *
 * The log proves who may. Each event carries the group's `membership_seq`, read strongly for its write, and every message
 * that changes members names the one before it (`prev`). A listener is verified by a strong read of their own row, once.
 * From then on the process follows the changes of members: up to `#followed` every departure was applied to the verified
 * listeners. An event of a later `membership_seq` comes after changes that are followed first: usually it is itself the
 * next change, and nothing is read; otherwise the chain is read down to what is known, 1 R a change. So a removed member
 * receives nothing that was sent after their removal, even if everything that was published about it was lost.
 *
 * A row is read later than the changes that it is the result of, and may be newer than what was followed. Then a departure
 * that comes up afterwards is one of an earlier membership: it is before the row's `joined_seq`, and changes nothing.
 */
export class GroupListeners {
  readonly #groupId: string;
  readonly #readers: Pick<Readers, 'members' | 'messages'>;
  readonly #byUser = new Map<string, GroupListener>();
  /** All changes of members up to this seq are applied to the verified listeners. */
  #followed = 0;

  constructor(groupId: string, readers: Pick<Readers, 'members' | 'messages'>) {
    this.#groupId = groupId;
    this.#readers = readers;
  }

  get size(): number {
    return this.#byUser.size;
  }

  get(userId: string): GroupListener | undefined {
    return this.#byUser.get(userId);
  }

  all(): GroupListener[] {
    return [...this.#byUser.values()];
  }

  /** Adds a user who is to be verified, unless they are a listener. */
  add(streams: UserStreams, since: number): GroupListener {
    const known = this.#byUser.get(streams.userId);
    if (known) return known;
    const listener = { streams, since, joinedSeq: undefined };
    this.#byUser.set(streams.userId, listener);
    streams.groups.add(this.#groupId);
    return listener;
  }

  remove(userId: string): void {
    this.#byUser.get(userId)?.streams.groups.delete(this.#groupId);
    this.#byUser.delete(userId);
  }

  /**
   * Returns those of some listeners who are members as of a `membership_seq` that was received with an event. Those who
   * have no row are removed. Usually it reads nothing; it reads 1 R for each change of members that did not arrive, and
   * 1 R for each listener who was not verified before.
   * @param event the message that the event is about.
   */
  async verify(
    listeners: readonly GroupListener[],
    membershipSeq: number,
    event?: LogEntry,
  ): Promise<readonly GroupListener[]> {
    if (membershipSeq > this.#followed) await this.#follow(membershipSeq, event);
    const unverified = listeners.filter(
      (listener) => listener.joinedSeq === undefined && this.#has(listener),
    );
    if (unverified.length > 0) await this.readRows(unverified);
    return listeners.filter((listener) => listener.joinedSeq !== undefined && this.#has(listener));
  }

  /** Reads listeners' rows strongly, one BatchGetItem for each 100, which verifies them. Those who have none are removed. */
  async readRows(listeners: readonly GroupListener[]): Promise<ReadonlyMap<string, Member>> {
    const rows = new Map<string, Member>();
    for (let from = 0; from < listeners.length; from += ROWS_AT_ONCE) {
      const userIds = listeners.slice(from, from + ROWS_AT_ONCE).map(({ streams }) => streams.userId);
      const found = await this.#readers.members.findMany(this.#groupId, userIds);
      for (const row of found) rows.set(row.userId, row);
    }
    for (const listener of listeners) {
      const { userId } = listener.streams;
      listener.joinedSeq = rows.get(userId)?.joined_seq;
      if (listener.joinedSeq === undefined && this.#has(listener)) this.remove(userId);
    }
    return rows;
  }

  /** Applies all changes of members up to a seq to the verified listeners. */
  async #follow(membershipSeq: number, event: LogEntry | undefined): Promise<void> {
    const verified = this.all().filter(({ joinedSeq }) => joinedSeq !== undefined);
    const newest = await this.#newestChanges(membershipSeq, event, Math.min(verified.length, MAX_FOLLOWED));
    for (const listener of verified) {
      const { userId } = listener.streams;
      const change = newest?.get(userId);
      // Too much was missed: all rows are read again.
      if (!newest) listener.joinedSeq = undefined;
      else if (change && change.seq > (listener.joinedSeq ?? 0)) {
        if (change.joined) listener.joinedSeq = change.seq;
        else this.remove(userId);
      }
    }
    this.#followed = Math.max(this.#followed, membershipSeq);
  }

  /**
   * The newest change of each user's membership, from what was followed up to a seq.
   * @param most how many changes may be read: with few listeners their rows cost less.
   * @returns undefined where there are more, or where the chain is broken, as in a damaged log.
   */
  async #newestChanges(
    membershipSeq: number,
    event: LogEntry | undefined,
    most: number,
  ): Promise<ReadonlyMap<string, { readonly seq: number; readonly joined: boolean }> | undefined> {
    const newest = new Map<string, { readonly seq: number; readonly joined: boolean }>();
    let message = event;
    let read = 0;
    for (let seq = membershipSeq; seq > this.#followed;) {
      if (message?.seq !== seq) {
        if (read === most) return undefined;
        read += 1;
        message = (await this.#readers.messages.entriesAt(this.#groupId, [seq])).get(seq);
      }
      const change = message && membershipChangeOf(message);
      if (!change || change.prev >= seq) return undefined;
      const { left, joined } = change;
      if (left !== undefined && !newest.has(left)) newest.set(left, { seq, joined: false });
      for (const userId of joined) if (!newest.has(userId)) newest.set(userId, { seq, joined: true });
      seq = change.prev;
    }
    return newest;
  }

  #has(listener: GroupListener): boolean {
    return this.#byUser.get(listener.streams.userId) === listener;
  }
}
