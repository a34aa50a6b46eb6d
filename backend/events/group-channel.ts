import type { LogEntry, Member } from '../domain/model.ts';
import type { Logger } from '../logger.ts';
import { type Change, type ChangeOf, groupChannel, type ShownChange, type Subscriptions } from './changes.ts';
import type { Deliveries } from './deliveries.ts';
import { EventQueue } from './event-queue.ts';
import type { GroupReader, MemberReader } from './members.ts';
import { eventText, type PresentChange, type UserStreams } from './user-streams.ts';

/** What the channels of a process share. */
export interface ChannelParts {
  readonly subscriptions: Subscriptions;
  readonly members: MemberReader;
  readonly groups: GroupReader;
  readonly present: PresentChange;
  readonly deliveries: Deliveries;
  readonly logger: Logger;
}

/** A user with open streams on this process who is, or was, a member of the group. */
interface GroupListener {
  readonly streams: UserStreams;
  /** When they joined the channel, by the counter of `Deliveries`: what was received before is not for them. */
  readonly since: number;
  /**
   * Their row was found as of this membership_seq or a later one: they may receive what was written under it or earlier.
   * -1: it was not read yet.
   */
  verifiedAsOf: number;
  /** `joined_seq` of the row that was found. */
  joinedSeq: number | undefined;
}

interface ActiveSubscription {
  /** Resolved once the subscription is active, or has ended. */
  readonly standing: Promise<void>;
  readonly end: () => void;
}

/**
 * One named group on this process: those of its members who have streams open here. The process is subscribed to the
 * group's channel while there is at least one.
 *
 * The log proves who may receive an event: each carries the group's `membership_seq`, read strongly for its write, and
 * every change of members raises it. A listener whose row was found as of that seq receives the event; those verified
 * as of an earlier one are read again, strongly, and leave the channel where they have no row. So a removed member
 * receives nothing that was sent after their removal, also if the event of the removal was lost. With L listeners this costs
 * 1 R each after a change of members: L R on each process, and nothing for all messages until the next change.
 *
 * All events of the group pass through one queue, in the order of their publication. Listeners are removed in it, or
 * when their last stream closes.
 */
export class GroupChannel {
  readonly #groupId: string;
  readonly #parts: ChannelParts;
  readonly #onUnused: () => void;
  readonly #listeners = new Map<string, GroupListener>();
  readonly #queue: EventQueue;
  #subscription: ActiveSubscription | undefined;
  /** The newest membership_seq received. A strong read that begins later is at least as new. */
  #newestSeq = 0;

  /** @param onUnused called when the channel has no listener and nothing to do: it can be dropped. */
  constructor(groupId: string, parts: ChannelParts, onUnused: () => void) {
    this.#groupId = groupId;
    this.#parts = parts;
    this.#onUnused = onUnused;
    this.#queue = new EventQueue({
      logger: parts.logger,
      refresh: () => {
        for (const { streams } of this.#listeners.values()) streams.refresh();
      },
    });
    this.#queue.onIdle(() => this.#endIfUnused());
  }

  /** Adds a user, who may be no member: that is verified before anything is delivered. Waits until the subscription stands. */
  async join(streams: UserStreams): Promise<void> {
    this.#add(streams, this.#parts.deliveries.now());
    await this.#subscription?.standing;
  }

  /** Removes a user whose last stream has closed. */
  leave(streams: UserStreams): void {
    if (this.#listeners.get(streams.userId)?.streams === streams) this.#remove(streams.userId);
    this.#endIfUnused();
  }

  /**
   * Delivers a row to its user: they joined, or have read on another device. A user who just joined receives it once the
   * channel stands, before all other events of the group: those that came earlier are not for this listener (`since`).
   * A row of a membership that has ended is dropped.
   */
  deliverRow(streams: UserStreams, change: ChangeOf<'message_group'>): void {
    const { row } = change;
    // At once: whatever is received from now on is also for this user.
    const since = this.#parts.deliveries.now();
    this.#add(streams, since);
    const deliver = async () => {
      await this.#subscription?.standing;
      const group = change.group ?? (await this.#parts.groups.find(this.#groupId));
      if (group?.kind !== 'group' || streams.size === 0) return;
      // An event before this one may have found the end of an earlier membership, and removed the listener.
      const listener = this.#add(streams, since);
      // A group that was read for the row can be a little older than the row, and be newer than the membership.
      const verified = await this.#verify([listener], Math.max(group.membership_seq, row.joined_seq));
      if (listener.joinedSeq === row.joined_seq) await this.#send(verified, { ...change, group });
    };
    this.#queue.add(change.kind, deliver, () => {
      streams.refresh();
    });
  }

  /**
   * Delivers to a user that they left, once, unless they have come back since. Both publications of a departure can come
   * after the row of the next membership.
   */
  deliverDeparture(streams: UserStreams, change: ChangeOf<'message_group_left'>): void {
    const { members, deliveries, present } = this.#parts;
    const { groupId, userId, seq } = change;
    const deliver = async () => {
      const deliveredAt = deliveries.record(`left ${groupId} ${userId}`, seq);
      const upTo = deliveries.now();
      if (!streams.lacks(deliveredAt)) return;
      const row = await members.find(groupId, userId);
      if (row && row.joined_seq > seq) return;
      this.#remove(userId);
      streams.send(eventText(change.kind, await present(change)), deliveredAt, upTo);
    };
    this.#queue.add(change.kind, deliver, () => {
      streams.refresh();
    });
  }

  #receive(event: Change): void {
    switch (event.kind) {
      case 'message':
        if ('groupId' in event.to) this.#enqueue(event, event.to.membershipSeq, this.#deliverMessage);
        return;
      case 'typing':
        if ('groupId' in event.to) this.#enqueue(event, event.to.membershipSeq, this.#deliverTyping);
        return;
      case 'group':
        this.#enqueue(event, event.group.membership_seq, this.#deliverGroup);
        return;
      case 'message_group':
      case 'message_group_left':
      // These are published to the channels of users.
    }
  }

  /** Queues an event for those who are listeners now. */
  #enqueue<Event extends Change>(
    event: Event,
    membershipSeq: number,
    deliver: (event: Event, listeners: readonly GroupListener[]) => Promise<void>,
  ): void {
    this.#newestSeq = Math.max(this.#newestSeq, membershipSeq);
    const receivedAt = this.#parts.deliveries.now();
    this.#queue.add(event.kind, () => {
      const listeners = [...this.#listeners.values()].filter(({ since }) => since < receivedAt);
      return deliver(event, listeners);
    });
  }

  readonly #deliverMessage = async (
    change: ChangeOf<'message'>,
    listeners: readonly GroupListener[],
  ): Promise<void> => {
    const { message, to } = change;
    if (!('groupId' in to)) return;
    const deliveredAt = this.#parts.deliveries.recordMessage('group', message);
    const upTo = this.#parts.deliveries.now();
    const due = listeners.filter(({ streams, since }) => since > deliveredAt || streams.lacks(deliveredAt));
    await this.#send(await this.#verify(due, to.membershipSeq), change, { deliveredAt, upTo });
  };

  readonly #deliverTyping = async (
    change: ChangeOf<'typing'>,
    listeners: readonly GroupListener[],
  ): Promise<void> => {
    const { to, userId } = change;
    if (!('groupId' in to)) return;
    const others = listeners.filter(({ streams }) => streams.userId !== userId);
    await this.#send(await this.#verify(others, to.membershipSeq), change);
  };

  /** Shows a changed group to each listener with their own row, which is read for it: 1 R each. */
  readonly #deliverGroup = async (
    { group }: ChangeOf<'group'>,
    listeners: readonly GroupListener[],
  ): Promise<void> => {
    const rows = await this.#readRows(listeners, group.membership_seq);
    await Promise.all(
      listeners.map(async (listener) => {
        const row = rows.get(listener.streams.userId);
        if (row) await this.#send([listener], { kind: 'message_group', row, group });
      }),
    );
  };

  /** Returns the listeners who were members under this membership_seq or later. Those who have no row leave. */
  async #verify(
    listeners: readonly GroupListener[],
    membershipSeq: number,
  ): Promise<readonly GroupListener[]> {
    const unverified = listeners.filter(({ verifiedAsOf }) => verifiedAsOf < membershipSeq);
    if (unverified.length > 0) await this.#readRows(unverified, membershipSeq);
    return listeners.filter(({ verifiedAsOf }) => verifiedAsOf >= membershipSeq);
  }

  /** Reads listeners' rows strongly, one BatchGetItem for each 100. Those who have none leave the channel. */
  async #readRows(
    listeners: readonly GroupListener[],
    membershipSeq: number,
  ): Promise<ReadonlyMap<string, Member>> {
    // All that was received before this read began: a row that it finds is valid for the events that wait, too.
    this.#newestSeq = Math.max(this.#newestSeq, membershipSeq);
    const asOf = this.#newestSeq;
    const userIds = listeners.map(({ streams }) => streams.userId);
    const found = await this.#parts.members.findMany(this.#groupId, userIds);
    const rows = new Map(found.map((row) => [row.userId, row]));
    for (const listener of listeners) {
      const { userId } = listener.streams;
      const row = rows.get(userId);
      if (row) {
        listener.verifiedAsOf = asOf;
        listener.joinedSeq = row.joined_seq;
      } else if (this.#listeners.get(userId) === listener) this.#remove(userId);
    }
    return rows;
  }

  /** Presents a change once for all listeners; a message with a client key once more for its author, who alone sees it. */
  async #send(
    listeners: readonly GroupListener[],
    change: ShownChange,
    { deliveredAt = 0, upTo = Infinity } = {},
  ): Promise<void> {
    const authorId = change.kind === 'message' ? authorWithKey(change.message) : undefined;
    const viewerOf = ({ streams }: GroupListener) => (streams.userId === authorId ? authorId : undefined);
    const texts = new Map<string | undefined, string>();
    for (const viewerId of new Set(listeners.map(viewerOf))) {
      texts.set(viewerId, eventText(change.kind, await this.#parts.present(change, viewerId)));
    }
    for (const listener of listeners) {
      // A user who joined after the previous delivery lacks the message on all streams.
      const lacksAll = listener.since > deliveredAt;
      listener.streams.send(texts.get(viewerOf(listener)) ?? '', lacksAll ? 0 : deliveredAt, upTo);
    }
  }

  #add(streams: UserStreams, since: number): GroupListener {
    const known = this.#listeners.get(streams.userId);
    if (known?.streams === streams) return known;
    const listener = { streams, since, verifiedAsOf: -1, joinedSeq: undefined };
    this.#listeners.set(streams.userId, listener);
    streams.groups.add(this.#groupId);
    this.#subscription ??= this.#subscribe();
    return listener;
  }

  #remove(userId: string): void {
    this.#listeners.get(userId)?.streams.groups.delete(this.#groupId);
    this.#listeners.delete(userId);
    if (this.#listeners.size > 0) return;
    this.#subscription?.end();
    this.#subscription = undefined;
  }

  #subscribe(): ActiveSubscription {
    let stand = (): void => undefined;
    const standing = new Promise<void>((resolve) => {
      stand = resolve;
    });
    const unsubscribe = this.#parts.subscriptions.subscribe(groupChannel(this.#groupId), (event) => {
      // It is repeated after a reconnection. Then each user's own channel repeats it too, and passes it on to their streams.
      if (event.kind === 'ready') stand();
      else this.#receive(event);
    });
    const end = () => {
      unsubscribe();
      // Nothing waits for a subscription that has ended.
      stand();
    };
    return { standing, end };
  }

  #endIfUnused(): void {
    if (this.#listeners.size === 0 && this.#queue.isIdle) this.#onUnused();
  }
}

/** The author of a message that has a client key. */
function authorWithKey({ client_key, user_uuid }: LogEntry): string | undefined {
  return client_key === undefined ? undefined : user_uuid;
}
