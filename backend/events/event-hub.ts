import { BusyError } from '../errors.ts';
import { Deliveries } from './deliveries.ts';
import { type ChannelParts, GroupChannel } from './group-channel.ts';
import { Outbox } from './outbox.ts';
import { NamedRowReads } from './readers.ts';
import { UserChannel } from './user-channel.ts';
import type { EventSink } from './user-streams.ts';

/** Keeps proxies from closing an idle stream; most of them wait for 60 s. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT_TEXT = ':\n\n';

/** Maximum number of streams of one user on one process: more than any user has devices and windows. */
const MAX_STREAMS_PER_USER = 500;

interface HubParts extends Omit<ChannelParts, 'deliveries' | 'outbox'> {
  readonly heartbeatMs?: number;
}

/**
 * All event streams of this process. It has one subscription for each user with streams, whatever the number of these, and
 * one for each named group of such users.
 */
export class EventHub {
  readonly #parts: ChannelParts;
  readonly #heartbeatMs: number;
  readonly #rowReads: NamedRowReads;
  readonly #users = new Map<string, UserChannel>();
  readonly #groups = new Map<string, GroupChannel>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor({ heartbeatMs = HEARTBEAT_MS, ...parts }: HubParts) {
    this.#parts = { ...parts, deliveries: new Deliveries(), outbox: new Outbox() };
    this.#heartbeatMs = heartbeatMs;
    this.#rowReads = new NamedRowReads(parts.readers.members);
  }

  /** Number of open streams of all users. */
  get openCount(): number {
    let count = 0;
    for (const { streams } of this.#users.values()) count += streams.size;
    return count;
  }

  /** @throws BusyError for a user who has too many streams. */
  requireCapacity(userId: string): void {
    const count = this.#users.get(userId)?.streams.size ?? 0;
    if (count >= MAX_STREAMS_PER_USER) throw new BusyError('You have too many event streams open.');
  }

  /** Adds a stream to its user's and returns the function that removes it. */
  open(userId: string, sink: EventSink): () => void {
    const user = this.#users.get(userId) ?? this.#openUser(userId);
    user.streams.add(sink, this.#parts.deliveries.now());
    return () => {
      user.streams.remove(sink);
      if (user.streams.size === 0) this.#closeUser(userId, user);
    };
  }

  #openUser(userId: string): UserChannel {
    const user = new UserChannel({
      ...this.#parts,
      userId,
      rowReads: this.#rowReads,
      groupChannel: (groupId) => this.#groupChannel(groupId),
    });
    this.#users.set(userId, user);
    this.#heartbeat ??= setInterval(() => this.#writeHeartbeat(), this.#heartbeatMs).unref();
    return user;
  }

  #closeUser(userId: string, user: UserChannel): void {
    // A stream may be removed twice, the second time after the user has opened others.
    if (this.#users.get(userId) !== user) return;
    user.close();
    this.#users.delete(userId);
    if (this.#users.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  /** The channel of a named group. It is kept for as long as it has listeners, or something to deliver. */
  #groupChannel(groupId: string): GroupChannel {
    const known = this.#groups.get(groupId);
    if (known) return known;
    const channel = new GroupChannel(groupId, this.#parts, () => this.#groups.delete(groupId));
    this.#groups.set(groupId, channel);
    return channel;
  }

  #writeHeartbeat(): void {
    for (const { streams } of this.#users.values()) streams.write(HEARTBEAT_TEXT);
  }
}
