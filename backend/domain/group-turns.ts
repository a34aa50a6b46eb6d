import PQueue from 'p-queue';
import { BusyError } from '../errors.ts';

/** Appends to one group that may wait behind each other in one process. */
const MAX_QUEUE = 1_000;
/** An append that waited this long is answered instead of tried: the sender is told before it gives up by itself. */
const MAX_WAIT_MS = 5_000;

/** Has the appends of one process to one group follow each other: they would only fail each other's conditions. */
export class GroupTurns {
  readonly #queues = new Map<string, PQueue>();

  /** @throws BusyError when too many wait, or this one waited too long; and what the task throws. */
  async take<Result>(groupId: string, task: () => Promise<Result>): Promise<Result> {
    const queue = this.#queue(groupId);
    if (queue.size >= MAX_QUEUE) throw new BusyError('Too many sends to this conversation are waiting.');
    const entered = performance.now();
    return queue.add(() => {
      if (performance.now() - entered > MAX_WAIT_MS)
        throw new BusyError('Sends to this conversation are slow.');
      return task();
    });
  }

  #queue(groupId: string): PQueue {
    const existing = this.#queues.get(groupId);
    if (existing) return existing;
    const queue = new PQueue({ concurrency: 1 });
    this.#queues.set(groupId, queue);
    queue.once('idle', () => this.#queues.delete(groupId));
    return queue;
  }
}
