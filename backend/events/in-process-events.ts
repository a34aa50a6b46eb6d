import { type Change, type Channel, channelsOf, type Events, type Listener } from './changes.ts';

/** Live events of a single process, without a server. */
export class InProcessEvents implements Events {
  readonly #listeners = new Map<Channel, Set<Listener>>();

  publish(change: Change): Promise<void> {
    for (const channel of channelsOf(change)) {
      for (const listener of this.#listeners.get(channel) ?? []) listener(change);
    }
    return Promise.resolve();
  }

  subscribe(channel: Channel, listener: Listener): () => void {
    // A new function each time: the same listener may subscribe twice.
    const own: Listener = (event) => listener(event);
    let isSubscribed = true;
    // Added only now, so that `ready` is its first event.
    queueMicrotask(() => {
      if (!isSubscribed) return;
      this.#listeners.set(channel, (this.#listeners.get(channel) ?? new Set()).add(own));
      own({ kind: 'ready' });
    });
    return () => {
      isSubscribed = false;
      const listeners = this.#listeners.get(channel);
      if (listeners?.delete(own) && listeners.size === 0) this.#listeners.delete(channel);
    };
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }
}
