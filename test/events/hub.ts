import { afterEach } from '@jest/globals';
import {
  type Change,
  type Channel,
  type Events,
  type Listener,
  type ShownEvent,
  type Subscriptions,
} from '../../backend/events/changes.ts';
import { EventHub } from '../../backend/events/event-hub.ts';
import { InProcessEvents } from '../../backend/events/in-process-events.ts';
import type { PresentEvent } from '../../backend/events/user-streams.ts';
import { createLogger } from '../../backend/logger.ts';
import { eventually } from '../support/eventually.ts';
import { publishAll, type StoredGroup, StoredGroups } from './scene.ts';

/** A hub with its own readers, on events that several hubs can share, as processes do. */
export interface TestHub {
  readonly events: Events;
  readonly stored: StoredGroups;
  /** Changes that were presented, with the viewer where it was for one alone. */
  readonly presented: readonly (readonly [change: ShownEvent, viewerId: string | undefined])[];
  /** Log lines of warnings. */
  readonly lines: readonly string[];
  /** Channels that the hub is subscribed to. */
  readonly channels: ReadonlySet<Channel>;
  /** Opens a stream, and waits for its `ready`. */
  open(userId: string): Promise<TestStream>;
  /** Opens a stream. @param onText called with each text that is written to it. */
  openUnready(userId: string, onText?: (text: string) => void): TestStream;
  /** Repeats `ready` on all channels, as after a reconnection. */
  reconnect(): void;
  closeAll(): void;
}

export interface HubOptions {
  readonly events?: Events;
  readonly stored?: StoredGroups;
  readonly present?: PresentEvent;
  readonly heartbeatMs?: number;
}

/** Returns what creates hubs; their streams are closed after each test. */
export function useHubs(): (options?: HubOptions) => TestHub {
  const hubs: TestHub[] = [];
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.closeAll();
  });
  return (options) => {
    const hub = createHub(options);
    hubs.push(hub);
    return hub;
  };
}

/** A group of three on a hub, of whom two have a stream there. */
export async function groupOfThree(hub: TestHub) {
  const group = hub.stored.create('g', 'ada', 'grace', 'linus');
  const [adas, graces] = [await hub.open('ada'), await hub.open('grace')];
  const publish = (...changes: Change[]) => publishAll(hub.events, changes);
  return { hub, group, adas, graces, publish, reads: hub.stored.reads };
}

/** Sends a message that the streams' users are to receive, and waits for it: what was published before it is delivered. */
export async function settle(hub: TestHub, group: StoredGroup, ...streams: TestStream[]): Promise<void> {
  const sent = group.send('linus');
  await hub.events.publish(sent);
  const words = `${group.groupId} ${sent.message.seq}.0`;
  for (const stream of streams) await stream.until(words);
}

/** Events of which one channel is subscribed only after a while. */
export function slowToStand(events: Events, slow: Channel, standing: Promise<unknown>): Events {
  return {
    publish: (change) => events.publish(change),
    subscribe: (channel, listener) => {
      if (channel !== slow) return events.subscribe(channel, listener);
      let unsubscribe = (): void => undefined;
      void standing.then(() => {
        unsubscribe = events.subscribe(channel, listener);
      });
      return () => {
        unsubscribe();
      };
    },
    close: () => events.close(),
  };
}

function createHub(options: HubOptions = {}): TestHub {
  const { events = new InProcessEvents(), stored = new StoredGroups(), heartbeatMs } = options;
  const presented: [ShownEvent, string | undefined][] = [];
  const present: PresentEvent = async (change, viewerId) => {
    presented.push([change, viewerId]);
    return options.present ? options.present(change, viewerId) : inWords(change);
  };
  const lines: string[] = [];
  const logger = createLogger('warn', { write: (line) => void lines.push(line) });
  const subscribed = new Subscribed(events);
  const { members, groups, messages, reactions, pins, changes } = stored;
  const hub = new EventHub({
    subscriptions: subscribed,
    readers: { members, groups, messages, reactions, pins, changes },
    present,
    logger,
    ...(heartbeatMs !== undefined && { heartbeatMs }),
  });
  const closes: (() => void)[] = [];
  const openUnready = (userId: string, onText?: (text: string) => void) => {
    const stream = new TestStream(onText);
    stream.close = hub.open(userId, stream);
    closes.push(stream.close);
    return stream;
  };
  return {
    events,
    stored,
    presented,
    lines,
    channels: subscribed.channels,
    openUnready,
    open: async (userId) => {
      const stream = openUnready(userId);
      await eventually(() => stream.told.length > 0);
      return stream;
    },
    reconnect: () => {
      subscribed.reconnect();
    },
    closeAll: () => {
      for (const close of closes.splice(0)) close();
    },
  };
}

/** What stands in for a connection: it keeps what is written to it. */
export class TestStream {
  readonly texts: string[] = [];
  close: () => void = () => undefined;
  readonly #onText: (text: string) => void;

  constructor(onText: (text: string) => void = () => undefined) {
    this.#onText = onText;
  }

  write(text: string): void {
    this.texts.push(text);
    this.#onText(text);
  }

  /** `ready`, and what `inWords` made of each event, without heartbeats. One text may have several events. */
  get told(): string[] {
    return this.texts
      .flatMap((text) => text.split('\n\n'))
      .filter((event) => event !== '' && event !== ':')
      .map((event) =>
        event.startsWith('event: ready') ? 'ready' : event.replaceAll(/event: .*\ndata: /g, ''),
      );
  }

  /** Waits until an event came. */
  async until(told: string): Promise<void> {
    await eventually(() => this.told.includes(told));
  }
}

/** A change in few words: `g 2.1` is a message with seq and rev. */
export function inWords(change: ShownEvent): string {
  switch (change.kind) {
    case 'message': {
      const { groupId, seq, rev } = change.message;
      return `${groupId} ${seq}.${rev}`;
    }
    case 'message_group': {
      const { row, group } = change;
      const name = group ? ` of ${group.name}` : '';
      return `${row.groupId} row of ${row.userId}: joined ${row.joined_seq}, read ${row.read_seq}${name}`;
    }
    case 'message_group_left':
      return `${change.groupId} left`;
    case 'reactions': {
      const all = change.reactions.map(({ emoji, users }) => `${emoji} ${users.join(' ')}`);
      return `${change.groupId} ${change.seq} has ${all.join(', ')}`;
    }
    case 'pins':
      return `${change.groupId} pins ${change.seqs.join(' ')}`;
    case 'change':
      return `${change.groupId} change ${change.change}: ${change.seqs.join(' ')}`;
    case 'typing':
      return `${change.groupId} ${change.userId} is typing`;
  }
}

/** Subscriptions that are counted, and that can be told to begin again. */
class Subscribed implements Subscriptions {
  readonly #events: Subscriptions;
  readonly #listeners = new Map<Listener, Channel>();
  readonly channels = new Set<Channel>();

  constructor(events: Subscriptions) {
    this.#events = events;
  }

  subscribe(channel: Channel, listener: Listener): () => void {
    const unsubscribe = this.#events.subscribe(channel, listener);
    this.channels.add(channel);
    this.#listeners.set(listener, channel);
    return () => {
      unsubscribe();
      this.#listeners.delete(listener);
      this.channels.delete(channel);
    };
  }

  reconnect(): void {
    for (const listener of [...this.#listeners.keys()]) listener({ kind: 'ready' });
  }
}
