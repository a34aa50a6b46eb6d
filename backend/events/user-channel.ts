import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../domain/model.ts';
import { isDirectGroupId } from '../../schema/ids.ts';
import { type Change, type ChangeOf, type ShownEvent, userChannel } from './changes.ts';
import { ALWAYS, messageKey } from './deliveries.ts';
import { EventQueue } from './event-queue.ts';
import type { ChannelParts, GroupChannel } from './group-channel.ts';
import { type NamedRowReads, readAnnotationEvents } from './readers.ts';
import { eventText, UserStreams } from './user-streams.ts';

/** Wait before the rows are read again, doubled each time, in ms. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

interface UserChannelParts extends ChannelParts {
  readonly userId: string;
  readonly rowReads: NamedRowReads;
  readonly groupChannel: (groupId: string) => GroupChannel;
}

/**
 * One user on this process: their own channel, and through it the channels of their named groups. Events of named groups
 * are passed to the groups' queues, so that a join, a departure and what is sent in between keep their order.
 */
export class UserChannel {
  readonly streams: UserStreams;
  readonly #parts: UserChannelParts;
  readonly #queue: EventQueue;
  readonly #unsubscribe: () => void;
  /** Number of the newest `ready`. Subscribing to the groups gives way to that of a later one. */
  #readyCount = 0;

  constructor(parts: UserChannelParts) {
    this.#parts = parts;
    this.streams = new UserStreams(parts.userId);
    this.#queue = new EventQueue({
      logger: parts.logger,
      refresh: () => {
        this.streams.refresh();
      },
    });
    this.#unsubscribe = parts.subscriptions.subscribe(userChannel(parts.userId), (event) => {
      if (event.kind !== 'ready') this.#receive(event);
      else {
        // After a reconnection: what comes now may follow what was lost, and `ready` must be the first to say so.
        this.streams.hold();
        void this.#subscribeToGroups();
      }
    });
  }

  close(): void {
    this.#readyCount += 1;
    this.#unsubscribe();
    for (const groupId of [...this.streams.groups]) this.#parts.groupChannel(groupId).leave(this.streams);
  }

  /**
   * Joins the channels of the user's named groups, and writes `ready` once all of them stand. The index can lack a group
   * that the user joined within the last second; the stream's handler publishes that row again. It may have a group that
   * they left: the channel verifies them before it delivers anything.
   */
  async #subscribeToGroups(): Promise<void> {
    this.#readyCount += 1;
    const own = this.#readyCount;
    const isOutdated = () => own !== this.#readyCount;
    for (let retry = 0; !isOutdated(); retry += 1) {
      try {
        const rows = await this.#parts.rowReads.read(this.streams.userId);
        if (isOutdated()) return;
        await Promise.all(rows.map(({ groupId }) => this.#parts.groupChannel(groupId).join(this.streams)));
        if (!isOutdated()) this.streams.ready();
        return;
      } catch (err) {
        this.#parts.logger.warn({ err }, "a user's groups could not be read for their event streams");
        await sleep(retryDelay(retry), undefined, { ref: false });
      }
    }
  }

  #receive(change: Change): void {
    switch (change.kind) {
      case 'message':
        this.#parts.deliveries.receive(this.#keyOf(change.message), change.message.rev);
        this.#queue.add(change.kind, () => this.#deliverMessage(change.message));
        return;
      case 'versions':
        for (const { seq, rev } of change.versions) {
          this.#parts.deliveries.receive(this.#keyOf({ groupId: change.groupId, seq }), rev);
        }
        this.#queue.add(change.kind, () => this.#deliverVersions(change));
        return;
      case 'reactions':
      case 'pins':
        this.#queue.add(change.kind, () => this.#deliverAnnotations(change));
        return;
      case 'change':
      case 'typing':
        this.#queue.add(change.kind, () => this.#send(change));
        return;
      case 'message_group':
        if (change.row.peer === undefined)
          this.#parts.groupChannel(change.row.groupId).deliverRow(this.streams, change);
        else this.#queue.add(change.kind, () => this.#send(change));
        return;
      case 'membership':
        if (isDirectGroupId(change.groupId))
          this.#queue.add(change.kind, () => this.#deliverDirectGroup(change));
        else this.#parts.groupChannel(change.groupId).deliverMembership(this.streams, change);
        return;
      case 'group':
      // It is published to the group's channel.
    }
  }

  /* The events of direct groups: both users are members for ever, so nothing has to be verified. */

  async #deliverMessage(message: LogEntry): Promise<void> {
    await this.#send(
      { kind: 'message', message },
      this.#parts.deliveries.record(this.#keyOf(message), message.rev),
    );
  }

  /** Delivers the versions that a stream lacks, as they are by now. Usually no stream lacks any. */
  async #deliverVersions({ groupId, versions }: ChangeOf<'versions'>): Promise<void> {
    const { deliveries, readers } = this.#parts;
    const lacked = versions.filter(({ seq, rev }) =>
      this.streams.lacks(deliveries.deliveredAt(this.#keyOf({ groupId, seq }), rev)),
    );
    const seqs = lacked.map(({ seq }) => seq);
    const entries = await readers.messages.entriesAt(groupId, seqs);
    for (const message of seqs.flatMap((seq) => entries.get(seq) ?? [])) await this.#deliverMessage(message);
  }

  /** Delivers reactions and pins as they are by now. */
  async #deliverAnnotations(change: ChangeOf<'reactions' | 'pins'>): Promise<void> {
    const events = await readAnnotationEvents(this.#parts.readers, change);
    for (const event of events) await this.#send(event);
  }

  /** Shows a direct group that was just opened, as it is by now. */
  async #deliverDirectGroup({ groupId, seq }: ChangeOf<'membership'>): Promise<void> {
    const { deliveries, readers } = this.#parts;
    const times = deliveries.record(`membership ${groupId} ${this.streams.userId}`, seq);
    if (!this.streams.lacks(times.deliveredAt)) return;
    const row = await readers.members.find(groupId, this.streams.userId);
    if (row) await this.#send({ kind: 'message_group', row }, times);
  }

  async #send(event: ShownEvent, times = ALWAYS): Promise<void> {
    if (!this.streams.lacks(times.deliveredAt)) return;
    const data = await this.#parts.present(event, this.streams.userId);
    this.streams.send([{ text: eventText(event.kind, data), ...times }]);
  }

  #keyOf({ groupId, seq }: Pick<LogEntry, 'groupId' | 'seq'>): string {
    return messageKey(`user ${this.streams.userId}`, groupId, seq);
  }
}

/** In ms, with jitter: all users of a process may have to read again at the same moment. */
function retryDelay(retry: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** retry, LONGEST_RETRY_MS) * (0.5 + Math.random() / 2);
}
