import type { LogEntry } from '../domain/model.ts';
import type { Logger } from '../logger.ts';
import { type Change, type ChangeOf, groupChannel, type ShownEvent, type Subscriptions } from './changes.ts';
import { type ActiveSubscription, subscribeTo } from './active-subscription.ts';
import { ALWAYS, type Deliveries, messageKey, type Times } from './deliveries.ts';
import { EventQueue } from './event-queue.ts';
import { type GroupListener, GroupListeners } from './group-listeners.ts';
import type { Outbox } from './outbox.ts';
import { readAnnotationEvents, type Readers } from './readers.ts';
import { eventText, type PresentEvent, type UserStreams } from './user-streams.ts';

/** What the channels of a process share. */
export interface ChannelParts {
  readonly subscriptions: Subscriptions;
  readonly readers: Readers;
  readonly present: PresentEvent;
  readonly deliveries: Deliveries;
  readonly outbox: Outbox;
  readonly logger: Logger;
}

/**
 * One named group on this process: those of its members who have streams open here. The process is subscribed to the
 * group's channel while there is at least one. `GroupListeners` says who of them may receive an event.
 *
 * All events of the group pass through one queue, in the order of their publication. Listeners are removed in it, or
 * when their last stream closes.
 */
export class GroupChannel {
  readonly #groupId: string;
  readonly #parts: ChannelParts;
  readonly #onUnused: () => void;
  readonly #listeners: GroupListeners;
  readonly #queue: EventQueue;
  #subscription: ActiveSubscription | undefined;

  /** @param onUnused called when the channel has no listener and nothing to do: it can be dropped. */
  constructor(groupId: string, parts: ChannelParts, onUnused: () => void) {
    this.#groupId = groupId;
    this.#parts = parts;
    this.#onUnused = onUnused;
    this.#listeners = new GroupListeners(groupId, parts.readers);
    this.#queue = new EventQueue({
      logger: parts.logger,
      refresh: () => {
        for (const { streams } of this.#listeners.all()) streams.refresh();
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
    this.#listeners.remove(streams.userId);
    this.#endIfUnused();
  }

  /**
   * Delivers a read mark from another device. A row of a membership that has ended is dropped: it is not the one that was
   * verified.
   */
  deliverRow(streams: UserStreams, change: ChangeOf<'message_group'>): void {
    const deliver = async () => {
      const listener = this.#listeners.get(streams.userId);
      if (!listener || !change.group) return;
      const verified = await this.#listeners.verify([listener], change.group.membership_seq);
      if (verified.length > 0 && listener.joinedSeq === change.row.joined_seq)
        await this.#sendTo(streams, change);
    };
    this.#queue.add(change.kind, deliver, () => streams.refresh());
  }

  /**
   * Delivers to a user that they are a member now, or no longer. Which of both, their row says when it is delivered: the
   * publications of a departure and of a return may come in any order. A new member receives the group once the channel
   * stands, before all other events of it: those that came earlier are not for this listener (`since`).
   *
   * A client may hold the group all the same: of an earlier membership whose end it was not shown, or of its own request. What
   * was published while the user was no listener is lost for it, so it is shown how far both logs go: `last_seq` of the group,
   * and the newest change. What is in neither yet is published after that, by the stream's handler.
   */
  deliverMembership(streams: UserStreams, { seq, userId }: ChangeOf<'membership'>): void {
    const { deliveries, readers } = this.#parts;
    // At once: whatever is received from now on is also for this user.
    const since = deliveries.now();
    this.#add(streams, since);
    const deliver = async () => {
      if (streams.size === 0) return;
      // An event before this one may have found the end of an earlier membership, and removed the listener.
      const listener = this.#add(streams, since);
      await this.#subscription?.standing;
      // The row is read last: what the group shows by then may have been sent after a removal.
      const [group, change] = await Promise.all([
        readers.groups.readAsOf(this.#groupId, seq),
        readers.changes.newest(this.#groupId),
      ]);
      const row = (await this.#listeners.readRows([listener])).get(userId);
      const asOf = Math.max(seq, row?.joined_seq ?? 0);
      const times = deliveries.record(`membership ${this.#groupId} ${userId}`, asOf);
      if (!row) {
        await this.#sendTo(streams, { kind: 'message_group_left', groupId: this.#groupId }, times);
        return;
      }
      if (group) await this.#sendTo(streams, { kind: 'message_group', row, group }, times);
      if (change > 0)
        await this.#sendTo(streams, { kind: 'change', groupId: this.#groupId, change, seqs: [] }, times);
    };
    this.#queue.add('membership', deliver, () => streams.refresh());
  }

  #receive(change: Change): void {
    switch (change.kind) {
      case 'message':
        this.#parts.deliveries.receive(this.#keyOf(change.message.seq), change.message.rev);
        this.#enqueue(change, (listeners) => this.#deliverMessage(change, listeners));
        return;
      case 'versions':
        for (const { seq, rev } of change.versions) this.#parts.deliveries.receive(this.#keyOf(seq), rev);
        this.#enqueue(change, (listeners) => this.#deliverVersions(change, listeners));
        return;
      case 'reactions':
      case 'pins':
        this.#enqueue(change, (listeners) => this.#deliverAnnotations(change, listeners));
        return;
      case 'change':
      case 'typing':
        this.#enqueue(change, (listeners) => this.#deliverNotice(change, listeners));
        return;
      case 'group':
        this.#parts.deliveries.receive(`group ${this.#groupId}`, change.seq);
        this.#enqueue(change, (listeners) => this.#deliverGroup(change, listeners));
        return;
      case 'message_group':
      case 'membership':
      // These are published to the channels of users.
    }
  }

  /** Queues an event for those who are listeners now. */
  #enqueue({ kind }: Change, deliver: (listeners: readonly GroupListener[]) => Promise<void>): void {
    const receivedAt = this.#parts.deliveries.now();
    this.#queue.add(kind, () => deliver(this.#listeners.all().filter(({ since }) => since < receivedAt)));
  }

  async #deliverMessage(
    { message, to }: ChangeOf<'message'>,
    listeners: readonly GroupListener[],
  ): Promise<void> {
    const times = this.#parts.deliveries.record(this.#keyOf(message.seq), message.rev);
    const due = lacking(listeners, times.deliveredAt);
    const verified = await this.#listeners.verify(due, membershipSeqOf(to), message);
    await this.#send(verified, { kind: 'message', message }, times);
  }

  /** Delivers the versions that some listener lacks, as they are by now. Usually no listener lacks any. */
  async #deliverVersions(
    { versions, to }: ChangeOf<'versions'>,
    listeners: readonly GroupListener[],
  ): Promise<void> {
    const lacked = versions.filter(({ seq, rev }) => {
      const deliveredAt = this.#parts.deliveries.deliveredAt(this.#keyOf(seq), rev);
      return lacking(listeners, deliveredAt).length > 0;
    });
    const seqs = lacked.map(({ seq }) => seq);
    const entries = await this.#parts.readers.messages.entriesAt(this.#groupId, seqs);
    // What was changed since is for those who are members since: the published `membership_seq` may be older.
    const isChanged = lacked.some(({ seq, rev }) => (entries.get(seq)?.rev ?? rev) > rev);
    const group = isChanged ? await this.#parts.readers.groups.readAsOf(this.#groupId, 0) : undefined;
    const membershipSeq = Math.max(membershipSeqOf(to), group?.membership_seq ?? 0);
    for (const message of seqs.flatMap((seq) => entries.get(seq) ?? [])) {
      const change = { kind: 'message', to: { groupId: this.#groupId, membershipSeq }, message } as const;
      await this.#deliverMessage(change, listeners);
    }
  }

  /**
   * Delivers reactions and pins as they are by now. They may have been written after the publication, so they are for those
   * who are members by now: META is read after them.
   */
  async #deliverAnnotations(
    change: ChangeOf<'reactions' | 'pins'>,
    listeners: readonly GroupListener[],
  ): Promise<void> {
    if (listeners.length === 0) return;
    const { readers } = this.#parts;
    const events = await readAnnotationEvents(readers, change);
    const group = await readers.groups.readAsOf(this.#groupId, 0);
    const membershipSeq = Math.max(membershipSeqOf(change.to), group?.membership_seq ?? 0);
    const verified = await this.#listeners.verify(listeners, membershipSeq);
    for (const event of events) await this.#send(verified, event);
  }

  async #deliverNotice(
    change: ChangeOf<'change' | 'typing'>,
    listeners: readonly GroupListener[],
  ): Promise<void> {
    // A typist does not hear their own typing.
    const due =
      change.kind === 'change'
        ? listeners
        : listeners.filter(({ streams }) => streams.userId !== change.userId);
    await this.#send(await this.#listeners.verify(due, membershipSeqOf(change.to)), change);
  }

  /**
   * Shows a group to each listener with their own row, which is read for it: 1 R each. The rows are read last: what the group
   * shows by then may have been stored after a removal.
   */
  async #deliverGroup({ seq }: ChangeOf<'group'>, listeners: readonly GroupListener[]): Promise<void> {
    const times = this.#parts.deliveries.record(`group ${this.#groupId}`, seq);
    const due = lacking(listeners, times.deliveredAt);
    if (due.length === 0) return;
    const group = await this.#parts.readers.groups.readAsOf(this.#groupId, seq);
    if (!group) return;
    const rows = await this.#listeners.readRows(due);
    await Promise.all(
      due.map(async ({ streams }) => {
        const row = rows.get(streams.userId);
        if (row) await this.#sendTo(streams, { kind: 'message_group', row, group }, times);
      }),
    );
  }

  /** Sends one user what is for this user alone. */
  async #sendTo(streams: UserStreams, event: ShownEvent, times = ALWAYS): Promise<void> {
    const { outbox, present } = this.#parts;
    outbox.add(streams, { text: eventText(event.kind, await present(event)), ...times });
    outbox.flush();
  }

  /** Presents an event once for all listeners; a message with a client key once more for its author, who alone sees it. */
  async #send(listeners: readonly GroupListener[], event: ShownEvent, times: Times = ALWAYS): Promise<void> {
    const { outbox, present } = this.#parts;
    const authorId = event.kind === 'message' ? authorWithKey(event.message) : undefined;
    const viewerOf = ({ streams }: GroupListener) => (streams.userId === authorId ? authorId : undefined);
    const texts = new Map<string | undefined, string>();
    for (const viewerId of new Set(listeners.map(viewerOf))) {
      texts.set(viewerId, eventText(event.kind, await present(event, viewerId)));
    }
    for (const listener of listeners) {
      // A user who joined after the previous delivery lacks the message on all streams.
      const lacksAll = listener.since > times.deliveredAt;
      const text = texts.get(viewerOf(listener)) ?? '';
      outbox.add(listener.streams, { text, ...times, ...(lacksAll && { deliveredAt: 0 }) });
    }
    outbox.flush();
  }

  #keyOf(seq: number): string {
    return messageKey('group', this.#groupId, seq);
  }

  #add(streams: UserStreams, since: number): GroupListener {
    const listener = this.#listeners.add(streams, since);
    // `ready` is repeated after a reconnection. Then each user's own channel repeats it too, and passes it on to their streams.
    this.#subscription ??= subscribeTo(this.#parts.subscriptions, groupChannel(this.#groupId), (change) =>
      this.#receive(change),
    );
    return listener;
  }

  #endIfUnused(): void {
    if (this.#listeners.size > 0) return;
    this.#subscription?.end();
    this.#subscription = undefined;
    if (this.#queue.isIdle) this.#onUnused();
  }
}

/** The listeners who lack what was delivered at a time: they, or one of their streams, came later. */
function lacking(listeners: readonly GroupListener[], deliveredAt: number): readonly GroupListener[] {
  if (deliveredAt === Infinity) return [];
  if (deliveredAt === 0) return listeners;
  return listeners.filter(({ streams, since }) => since > deliveredAt || streams.lacks(deliveredAt));
}

/** `membership_seq` of an event in a group's channel. */
const membershipSeqOf = (to: ChangeOf<'message'>['to']): number => ('groupId' in to ? to.membershipSeq : 0);

/** The author of a message that has a client key. */
function authorWithKey({ client_key, user_uuid }: LogEntry): string | undefined {
  return client_key === undefined ? undefined : user_uuid;
}
