import { type Change, type Events, eventsOf, type Listener, type StreamEvent } from './changes.ts';

/** Live events of a single process, without a server. */
export class InProcessEvents implements Events {
  readonly #listeners = new Map<string, Set<Listener>>();

  publish(change: Change): Promise<void> {
    for (const [userId, event] of eventsOf(change)) this.#notify(userId, event);
    return Promise.resolve();
  }

  subscribe(userId: string, listener: Listener): () => void {
    // A new function each time: the same listener may subscribe twice.
    const own: Listener = (event) => listener(event);
    let isSubscribed = true;
    // Added only now, so that `ready` is its first event.
    queueMicrotask(() => {
      if (!isSubscribed) return;
      this.#listeners.set(userId, (this.#listeners.get(userId) ?? new Set()).add(own));
      own({ kind: 'ready' });
    });
    return () => {
      isSubscribed = false;
      const listeners = this.#listeners.get(userId);
      if (listeners?.delete(own) && listeners.size === 0) this.#listeners.delete(userId);
    };
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  #notify(userId: string, event: StreamEvent): void {
    for (const listener of this.#listeners.get(userId) ?? []) listener(event);
  }
}
