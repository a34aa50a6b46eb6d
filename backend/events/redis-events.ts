import type { Logger } from '../logger.ts';
import type { Redis } from '../redis.ts';
import { type Change, type Events, type Hearer, type Heard, type Told, toldBy } from './changes.ts';
import { decodeTold, encodeTold } from './payload.ts';

/** One user's subscription here, as it was begun: another one of the same user is another object. */
interface Subscription {
  readonly hearers: Set<Hearer>;
}

/** A batch of the stream can be of hundreds of groups: their summaries do not wait for a server that is away for long. */
const IMPATIENCE_MS = 10_000;

interface RedisEventsParts {
  /** For publishing; others may use it too. */
  readonly commands: Redis;
  /** Opens a connection of its own: one that subscribes does nothing else. Asked for by the first who subscribes. */
  readonly openSubscriber: () => Redis;
  readonly tableName: string;
  readonly logger: Logger;
  /** How long publishing waits for a connection that is away, to try once more. Default: not at all. */
  readonly patienceMs?: number;
}

/**
 * Live events of every process that uses one Redis or Valkey, over its pub/sub: a channel for each user, to which a
 * process subscribes only while it has somebody listening. Nothing is kept while a connection is away. When it comes
 * back, everybody is told `ready` again.
 */
export class RedisEvents implements Events {
  readonly #parts: RedisEventsParts;
  readonly #channelPrefix: string;
  /** By channel. */
  readonly #subscriptions = new Map<string, Subscription>();
  #subscriber: Redis | undefined;
  #isFailing = false;
  /** What everybody waits for who waits for the connection. */
  #return: Promise<boolean> | undefined;
  /** In milliseconds since 1970: a process that was frozen meanwhile has patience again. */
  #impatientUntil = 0;
  /** What came last: a change that many hear of comes once for each of them. */
  #last: { readonly payload: string; readonly told: Told } | undefined;

  constructor(parts: RedisEventsParts) {
    this.#parts = parts;
    this.#channelPrefix = `${parts.tableName}:user:`;
  }

  async publish(change: Change): Promise<void> {
    try {
      await this.#publish(change).catch(async (error: unknown) => {
        if (!(await this.#isBackSoon())) throw error;
        // Some may have been told: to them it is a change that is told twice.
        await this.#publish(change);
      });
      this.#isFailing = false;
    } catch (err) {
      if (!this.#isFailing) this.#parts.logger.warn({ err, kind: change.kind }, 'events cannot be published');
      this.#isFailing = true;
    }
  }

  subscribe(userId: string, hearer: Hearer): () => void {
    const channel = this.#channelPrefix + userId;
    const subscription = this.#subscriptions.get(channel) ?? { hearers: new Set() };
    const own: Hearer = (heard) => hearer(heard);
    subscription.hearers.add(own);
    this.#subscriptions.set(channel, subscription);
    // Where it stands already, nothing is sent, and this hearer is told so all the same.
    this.#begin([channel], own);
    return () => {
      subscription.hearers.delete(own);
      if (subscription.hearers.size > 0 || this.#subscriptions.get(channel) !== subscription) return;
      this.#subscriptions.delete(channel);
      this.#end(channel);
    };
  }

  async close(): Promise<void> {
    this.#subscriptions.clear();
    await this.#subscriber?.close();
  }

  /** Publishes to all channels at once: the client sends in one piece what is asked for in one turn. */
  async #publish(change: Change): Promise<void> {
    let last: { readonly told: Told; readonly payload: string } | undefined;
    const published: Promise<unknown>[] = [];
    for (const [userId, told] of toldBy(change)) {
      if (last?.told !== told) last = { told, payload: encodeTold(told) };
      published.push(this.#parts.commands.client.publish(this.#channelPrefix + userId, last.payload));
    }
    await settled(published);
  }

  /** Whoever waits for the connection does so with all others. Not again for a while after it was in vain. */
  async #isBackSoon(): Promise<boolean> {
    const { commands, patienceMs = 0 } = this.#parts;
    const { client } = commands;
    if (patienceMs === 0 || client.isReady) return patienceMs > 0;
    if (Date.now() < this.#impatientUntil) return false;
    this.#return ??= becomesReady(client, patienceMs).then((isBack) => {
      this.#return = undefined;
      if (!isBack) this.#impatientUntil = Date.now() + IMPATIENCE_MS;
      return isBack;
    });
    return this.#return;
  }

  #connection(): Redis['client'] {
    if (!this.#subscriber) {
      this.#subscriber = this.#parts.openSubscriber();
      // The client itself renews what stood; what could not be begun while it was away is begun now.
      this.#subscriber.client.on('ready', () => this.#begin([...this.#subscriptions.keys()]));
    }
    return this.#subscriber.client;
  }

  /** Subscribes to channels, and tells whoever listens on them, or one of them alone, once that is acknowledged. */
  #begin(channels: readonly string[], only?: Hearer): void {
    const client = this.#connection();
    if (channels.length === 0 || !client.isReady) return;
    const begun = channels.map((channel) => [channel, this.#subscriptions.get(channel)] as const);
    client.subscribe([...channels], this.#hear).then(
      () => {
        for (const [channel, subscription] of begun) {
          // One that was ended meanwhile, even if another has been begun, which has its own acknowledgement to come.
          if (!subscription || this.#subscriptions.get(channel) !== subscription) continue;
          for (const hearer of only ? [only] : subscription.hearers) {
            if (subscription.hearers.has(hearer)) hearer({ kind: 'ready' });
          }
        }
      },
      (err: unknown) => {
        // A connection that broke comes back, and then it is begun again.
        if (client.isReady) this.#parts.logger.error({ err }, 'events cannot be subscribed to');
      },
    );
  }

  #end(channel: string): void {
    // One that stays subscribed to, because the connection broke, brings what nobody here listens to.
    this.#connection()
      .unsubscribe(channel, this.#hear)
      .catch(() => undefined);
  }

  /** One function for all channels: subscribed twice, it still hears once. */
  readonly #hear = (payload: string, channel: string): void => {
    const subscription = this.#subscriptions.get(channel);
    const told = subscription && this.#decode(payload);
    if (!told) return;
    for (const hearer of subscription.hearers) hearer(told);
  };

  #decode(payload: string): Heard | undefined {
    if (this.#last?.payload === payload) return this.#last.told;
    try {
      const told = decodeTold(payload);
      this.#last = { payload, told };
      return told;
    } catch (err) {
      this.#parts.logger.warn({ reason: nameOf(err) }, 'an event that is not understood was dropped');
      return undefined;
    }
  }
}

/** Whether a connection stands again within so long. */
async function becomesReady(client: Redis['client'], withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isReady: boolean) => {
      clearTimeout(timer);
      client.off('ready', back);
      resolve(isReady);
    };
    const back = () => settle(true);
    const timer = setTimeout(() => settle(false), withinMs);
    client.once('ready', back);
  });
}

/** Waits for all of them, then fails with the first that did: none is left to fail unseen. */
async function settled(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** What a parser says of a payload may quote it, and somebody's text with it. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
