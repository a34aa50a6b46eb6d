import type { Tail } from '../backend/domain/model.ts';
import { sendToGroup, sendToHandle } from '../backend/domain/send-message.ts';
import { MAX_RUN, sendRun, type TimedSend } from '../backend/domain/send-run.ts';
import { factsOf } from '../backend/domain/summaries.ts';
import { updateSummaries } from '../backend/domain/update-summaries.ts';
import { type Wiring, type WiringOptions, wire } from '../backend/wiring.ts';

/** The table that a script writes conversations to, and how its texts are stored there. */
export type WrittenTable = Pick<WiringOptions, 'table' | 'encryption'>;

/** Messages to append, and the place that they come after. */
export interface Appended {
  readonly tail: Tail;
  readonly messages: readonly TimedSend[];
  /** Called for each message that is stored. */
  readonly onSent: () => void;
}

/** Writes messages of earlier times through the use cases of the API, with a clock that is set to their times. */
export class TimedWriter {
  readonly context: Wiring;
  /** The present, for the use cases of the context. */
  now = new Date();

  constructor(into: WrittenTable) {
    this.context = wire({ ...into, clock: () => this.now });
  }

  /**
   * Opens the direct group of two users with a message, or sends it there where one exists.
   * @param handle of the user who receives it.
   */
  async open(handle: string, { createdAt, ...message }: TimedSend): Promise<Tail> {
    this.now = createdAt;
    // From the beginning on: another run of the script may have opened it, and sent more.
    return sendToHandle(this.context, handle, { ...message, afterSeq: 0 });
  }

  /** Appends messages in runs. Returns the end of the log. */
  async append(groupId: string, { tail, messages, onSent }: Appended): Promise<Tail> {
    let end = tail;
    for (let sent = 0; sent < messages.length; sent += MAX_RUN) {
      end = await this.#sendRun(groupId, end, messages.slice(sent, sent + MAX_RUN));
      messages.slice(sent, sent + MAX_RUN).forEach(onSent);
    }
    return end;
  }

  /** Sends a run in one transaction; or one by one, if another client writes to the conversation too. */
  async #sendRun(groupId: string, tail: Tail, messages: readonly TimedSend[]): Promise<Tail> {
    const stored = await sendRun(this.context, groupId, { tail, messages });
    if (stored) return stored;
    let end = tail;
    for (const { createdAt, ...message } of messages) {
      this.now = createdAt;
      const one = await sendToGroup(this.context, groupId, { ...message, afterSeq: end.seq });
      if (one.seq > end.seq) end = one;
    }
    return end;
  }

  /**
   * Brings the summaries up to the log, as the stream's handler does: there may be no consumer of the stream. If there
   * is one, it writes the same entries of edited messages to the change log, earlier or later.
   */
  async summarise(groupId: string): Promise<void> {
    for await (const page of this.context.messages.log(groupId)) {
      const facts = factsOf(page);
      if (facts) await updateSummaries(this.context, groupId, { ...facts, changed: new Set() });
    }
  }
}

/** Runs a task for each item, on several workers, each one item at a time; the first failure ends it. */
export async function divide<Worker, Item>(
  workers: readonly Worker[],
  items: Iterable<Item>,
  task: (worker: Worker, item: Item) => Promise<void>,
): Promise<void> {
  const left = each(items);
  try {
    // All workers take from the same sequence.
    await Promise.all(
      workers.map(async (worker) => {
        for (let next = left.next(); next.done !== true; next = left.next()) await task(worker, next.value);
      }),
    );
  } finally {
    left.return();
  }
}

function* each<Item>(items: Iterable<Item>): Generator<Item, void> {
  yield* items;
}
