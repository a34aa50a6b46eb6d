import {
  type Change,
  type Channel,
  channelsOf,
  type Events,
  type Listener,
} from '../../../backend/events/changes.ts';

interface Subscription {
  readonly channel: Channel;
  readonly listener: Listener;
  isReady: boolean;
  isEnded: boolean;
}

type Arrival =
  { readonly ready: readonly Subscription[] } | { readonly change: Change; readonly channel: Channel };

/**
 * What connects a process to the bus. Its subscriptions stand once the bus has taken them; what is published to them then
 * arrives in order, each thing when the test delivers it.
 */
export class Connection {
  #requests: Subscription[] = [];
  #standing: Subscription[] = [];
  #arrivals: Arrival[] = [];
  #isUp = true;
  readonly #onChange: (change: Change, channel: Channel) => void;

  /** @param onChange called when a change is delivered to a channel with listeners. */
  constructor(onChange: (change: Change, channel: Channel) => void) {
    this.#onChange = onChange;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get hasRequests(): boolean {
    return this.#isUp && this.#requests.length > 0;
  }

  get hasArrivals(): boolean {
    return this.#arrivals.length > 0;
  }

  subscribe(channel: Channel, listener: Listener): () => void {
    const subscription = { channel, listener, isReady: false, isEnded: false };
    this.#requests.push(subscription);
    return () => {
      subscription.isEnded = true;
    };
  }

  /** The bus takes the next subscription: from now on it passes on what is published. */
  takeRequest(): void {
    const subscription = this.#isUp ? this.#requests.shift() : undefined;
    if (!subscription || subscription.isEnded) return;
    this.#standing.push(subscription);
    this.#arrivals.push({ ready: [subscription] });
  }

  pass(change: Change, channel: Channel): void {
    if (this.#listening(channel).length > 0) this.#arrivals.push({ change, channel });
  }

  /** The next thing arrives in the process. */
  deliver(): void {
    const arrival = this.#arrivals.shift();
    if (!arrival) return;
    if ('ready' in arrival) {
      for (const subscription of arrival.ready) {
        if (subscription.isEnded) continue;
        subscription.isReady = true;
        subscription.listener({ kind: 'ready' });
      }
      return;
    }
    const { change, channel } = arrival;
    const listening = this.#listening(channel).filter(({ isReady }) => isReady);
    if (listening.length > 0) this.#onChange(change, channel);
    for (const { listener } of listening) listener(structuredClone(change));
  }

  /** The connection is lost, with all that is on its way. */
  lose(): void {
    this.#isUp = false;
    this.#arrivals = [];
    this.#requests = [...this.#standing, ...this.#requests].filter(({ isEnded }) => !isEnded);
    this.#standing = [];
  }

  /** Connects for another process. */
  reset(): void {
    this.#isUp = true;
    this.#arrivals = [];
    this.#requests = [];
    this.#standing = [];
  }

  /** Connects again: the bus takes all subscriptions at once, and then `ready` is repeated on each of them. */
  restore(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#standing = this.#requests.splice(0);
    this.#arrivals.push({ ready: this.#standing });
  }

  #listening(channel: Channel): readonly Subscription[] {
    this.#standing = this.#standing.filter(({ isEnded }) => !isEnded);
    return this.#standing.filter((subscription) => subscription.channel === channel);
  }
}

interface Publication {
  readonly change: Change;
  readonly isFromHandler: boolean;
}

/**
 * Carries what is published to the connections of all processes. Publications of the APIs wait here and are passed on in any
 * order, once or twice; those of the stream's handler keep their order.
 */
export class Bus {
  readonly connections: readonly Connection[];
  readonly #waiting: Publication[] = [];
  /** What the publisher still publishes before it dies. */
  publishesLeft = Infinity;

  constructor(connections: readonly Connection[]) {
    this.connections = connections;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** What a process subscribes to. */
  eventsOf(connection: Connection): Events {
    return {
      ...this.publisher('api'),
      subscribe: (channel, listener) => connection.subscribe(channel, listener),
    };
  }

  /** Where the APIs and the stream's handler publish. */
  publisher(of: 'api' | 'handler'): Events {
    return {
      publish: (change) => {
        this.publishesLeft -= 1;
        if (this.publishesLeft >= 0)
          this.#waiting.push({ change: structuredClone(change), isFromHandler: of === 'handler' });
        return Promise.resolve();
      },
      subscribe: () => () => undefined,
      close: () => Promise.resolve(),
    };
  }

  /**
   * Passes a publication on to the processes that are subscribed now.
   * @param which of those that wait; of the handler's the first, if it is one of them.
   * @param again whether it is passed on once more later.
   */
  pass(which: number, again: boolean): void {
    const chosen = this.#waiting[which % this.#waiting.length];
    const publication = chosen?.isFromHandler ? this.#waiting.find((one) => one.isFromHandler) : chosen;
    if (!publication) return;
    this.#waiting.splice(this.#waiting.indexOf(publication), 1);
    if (again && !publication.isFromHandler) this.#waiting.push(publication);
    for (const channel of channelsOf(publication.change)) {
      for (const connection of this.connections) connection.pass(publication.change, channel);
    }
  }
}
