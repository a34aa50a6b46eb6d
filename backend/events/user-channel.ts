import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type ShownChange, userChannel } from './changes.ts';
import { EventQueue } from './event-queue.ts';
import type { ChannelParts, GroupChannel } from './group-channel.ts';
import type { NamedRowReads } from './members.ts';
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
      if (event.kind === 'ready') void this.#subscribeToGroups();
      else this.#receive(event);
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
        this.#deliver(change, () =>
          this.#parts.deliveries.recordMessage(`user ${this.streams.userId}`, change.message),
        );
        return;
      case 'typing':
        this.#deliver(change);
        return;
      case 'message_group':
        if (change.row.peer !== undefined) this.#deliver(change);
        else this.#parts.groupChannel(change.row.groupId).deliverRow(this.streams, change);
        return;
      case 'message_group_left':
        this.#parts.groupChannel(change.groupId).deliverDeparture(this.streams, change);
        return;
      case 'group':
      // It is published to the group's channel.
    }
  }

  /** Delivers an event of a direct group. @param record returns the time of its previous delivery. */
  #deliver(change: ShownChange, record = () => 0): void {
    this.#queue.add(change.kind, async () => {
      const deliveredAt = record();
      const upTo = this.#parts.deliveries.now();
      if (!this.streams.lacks(deliveredAt)) return;
      const data = await this.#parts.present(change, this.streams.userId);
      this.streams.send(eventText(change.kind, data), deliveredAt, upTo);
    });
  }
}

/** In ms, with jitter: all users of a process may have to read again at the same moment. */
function retryDelay(retry: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** retry, LONGEST_RETRY_MS) * (0.5 + Math.random() / 2);
}
