import type { Logger } from '../logger.ts';
import { NO_RECORDER, type Recorder } from '../metrics/recorder.ts';
import type { Redis } from '../redis.ts';
import { type Change, type Channel, channelsOf, type Events, type Listener } from './changes.ts';
import { decodeChange, encodeChange } from './payload.ts';

/** One subscription of this process to a channel. A later subscription to the same channel is another object. */
interface Subscription {
  readonly listeners: Set<Listener>;
  /** Those that were sent `ready` on this connection. */
  readonly ready: Set<Listener>;
}

/**
 * How long publishing does not wait after a wait in vain: a batch of the stream can contain hundreds of groups, and
 * their summaries must not wait for a server that is unreachable for long.
 */
const NO_WAIT_MS = 10_000;

interface RedisEventsParts {
  /** For publishing; other code may use it too. */
  readonly commands: Redis;
  /** Opens another connection, since one that subscribes can do nothing else. Called by the first subscription. */
  readonly openSubscriber: () => Redis;
  readonly tableName: string;
  readonly logger: Logger;
  /** How long publishing waits for a lost connection before it tries once more. Default: it does not wait. */
  readonly connectionWaitMs?: number;
  /** Default: changes that are lost are not counted. */
  readonly recorder?: Recorder;
}

/**
 * Live events of all processes that use one Redis or Valkey, over its pub/sub: each user has a channel, and each named
 * group, and a process subscribes to it only while it has a listener. Events published while a connection is lost are not
 * kept. When it is restored, every listener receives `ready` again.
 *
 * The server passes on changes from the moment it takes a subscription, which is before its acknowledgement is processed
 * here: after a reconnection a listener would receive a change, and only then `ready`. A client would take the number of
 * that change for the one after its last, although others were lost. So a listener receives no change before its `ready`.
 * What is dropped was stored before `ready`, so it is among what clients fetch after it.
 */
export class RedisEvents implements Events {
  readonly #parts: RedisEventsParts;
  readonly #channelPrefix: string;
  /** By the server's channel. */
  readonly #subscriptions = new Map<string, Subscription>();
  #subscriber: Redis | undefined;
  #isFailing = false;
  /** Shared by all changes that wait for the connection. */
  #reconnection: Promise<boolean> | undefined;
  /** In milliseconds since 1970, so the time counts while a process is frozen. */
  #noWaitUntil = 0;

  constructor(parts: RedisEventsParts) {
    this.#parts = parts;
    this.#channelPrefix = `${parts.tableName}:`;
  }

  async publish(change: Change): Promise<void> {
    try {
      await this.#publish(change).catch(async (error: unknown) => {
        if (!(await this.#isSoonConnected())) throw error;
        // Some users may have received it: for them the change is published twice.
        await this.#publish(change);
      });
      this.#isFailing = false;
    } catch (err) {
      const { recorder = NO_RECORDER, logger } = this.#parts;
      recorder.record('publishesLost', 1);
      if (!this.#isFailing) logger.warn({ err, kind: change.kind }, 'events cannot be published');
      this.#isFailing = true;
    }
  }

  subscribe(of: Channel, listener: Listener): () => void {
    const channel = this.#channelPrefix + of;
    const subscription = this.#subscriptions.get(channel) ?? { listeners: new Set(), ready: new Set() };
    const own: Listener = (event) => listener(event);
    subscription.listeners.add(own);
    this.#subscriptions.set(channel, subscription);
    // On a channel that is subscribed already nothing is sent, and this listener still gets its `ready`.
    this.#begin([channel], own);
    return () => {
      subscription.listeners.delete(own);
      subscription.ready.delete(own);
      if (subscription.listeners.size > 0 || this.#subscriptions.get(channel) !== subscription) return;
      this.#subscriptions.delete(channel);
      this.#end(channel);
    };
  }

  async close(): Promise<void> {
    this.#subscriptions.clear();
    await this.#subscriber?.close();
  }

  /** Publishes to all channels at once: the client sends the commands of one turn of the event loop together. */
  async #publish(change: Change): Promise<void> {
    const payload = encodeChange(change);
    const { client } = this.#parts.commands;
    await settled(
      channelsOf(change).map((channel) => client.publish(this.#channelPrefix + channel, payload)),
    );
  }

  /** Waits for the connection, once for all changes that need it. After a wait in vain it does not wait for a while. */
  async #isSoonConnected(): Promise<boolean> {
    const { commands, connectionWaitMs = 0 } = this.#parts;
    const { client } = commands;
    if (connectionWaitMs === 0 || client.isReady) return connectionWaitMs > 0;
    if (Date.now() < this.#noWaitUntil) return false;
    this.#reconnection ??= becomesReady(client, connectionWaitMs).then((isReady) => {
      this.#reconnection = undefined;
      if (!isReady) this.#noWaitUntil = Date.now() + NO_WAIT_MS;
      return isReady;
    });
    return this.#reconnection;
  }

  #connection(): Redis['client'] {
    if (!this.#subscriber) {
      this.#subscriber = this.#parts.openSubscriber();
      this.#subscriber.client.on('connect', () => {
        for (const { ready } of this.#subscriptions.values()) ready.clear();
      });
      // The client renews its subscriptions itself. This begins those that were requested while it was disconnected.
      this.#subscriber.client.on('ready', () => this.#begin([...this.#subscriptions.keys()]));
    }
    return this.#subscriber.client;
  }

  /** Subscribes to channels. On acknowledgement sends `ready` to all of their listeners, or to one of them alone. */
  #begin(channels: readonly string[], only?: Listener): void {
    const client = this.#connection();
    if (channels.length === 0 || !client.isReady) return;
    const begun = channels.map((channel) => [channel, this.#subscriptions.get(channel)] as const);
    client.subscribe([...channels], this.#receive).then(
      () => {
        for (const [channel, subscription] of begun) {
          // It may have ended in the meantime; a successor on the channel waits for its own acknowledgement.
          if (!subscription || this.#subscriptions.get(channel) !== subscription) continue;
          for (const listener of only ? [only] : subscription.listeners) {
            if (!subscription.listeners.has(listener)) continue;
            subscription.ready.add(listener);
            listener({ kind: 'ready' });
          }
        }
      },
      (err: unknown) => {
        // A lost connection comes back, and its `ready` begins the subscriptions again.
        if (client.isReady) this.#parts.logger.error({ err }, 'events cannot be subscribed to');
      },
    );
  }

  #end(channel: string): void {
    // If this fails because the connection was lost, events still arrive on the channel, and no listener gets them.
    this.#connection()
      .unsubscribe(channel, this.#receive)
      .catch(() => undefined);
  }

  /** One function for all channels: when it is subscribed twice, it is still called once. */
  readonly #receive = (payload: string, channel: string): void => {
    const subscription = this.#subscriptions.get(channel);
    const change = subscription && this.#decode(payload);
    if (!change) return;
    for (const listener of subscription.ready) listener(change);
  };

  #decode(payload: string): Change | undefined {
    try {
      return decodeChange(payload);
    } catch (err) {
      this.#parts.logger.warn({ reason: classOf(err) }, 'an unknown kind of event was dropped');
      return undefined;
    }
  }
}

/** Whether a connection is restored within a time. */
async function becomesReady(client: Redis['client'], withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isReady: boolean) => {
      clearTimeout(timer);
      client.off('ready', onReady);
      resolve(isReady);
    };
    const onReady = () => settle(true);
    const timer = setTimeout(() => settle(false), withinMs);
    client.once('ready', onReady);
  });
}

/** Waits for all promises, then throws the first error. No rejection stays unhandled. */
async function settled(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** The error's class alone: a parser's error text may quote the payload, and with it a user's message. */
function classOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
