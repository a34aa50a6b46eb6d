import { type Change, type Events, type Heard, type Hearer, toldBy } from './changes.ts';

/** Live events of one process, which needs nobody else for them. */
export class InProcessEvents implements Events {
  readonly #hearers = new Map<string, Set<Hearer>>();

  publish(change: Change): Promise<void> {
    for (const [userId, told] of toldBy(change)) this.#tell(userId, told);
    return Promise.resolve();
  }

  subscribe(userId: string, hearer: Hearer): () => void {
    // Of its own: the same function may subscribe twice.
    const own: Hearer = (heard) => hearer(heard);
    let isWanted = true;
    // `ready` is the first that it hears.
    queueMicrotask(() => {
      if (!isWanted) return;
      this.#hearers.set(userId, (this.#hearers.get(userId) ?? new Set()).add(own));
      own({ kind: 'ready' });
    });
    return () => {
      isWanted = false;
      const hearers = this.#hearers.get(userId);
      if (hearers?.delete(own) && hearers.size === 0) this.#hearers.delete(userId);
    };
  }

  close(): Promise<void> {
    this.#hearers.clear();
    return Promise.resolve();
  }

  #tell(userId: string, heard: Heard): void {
    for (const hearer of this.#hearers.get(userId) ?? []) hearer(heard);
  }
}
