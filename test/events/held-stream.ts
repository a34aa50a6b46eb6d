import type { Change, Publisher } from '../../backend/events/changes.ts';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { startSummaries, type Summaries } from '../support/pump.ts';
import type { TestTable } from '../support/test-table.ts';

/** The stream's handler, whose batches wait at a gate until they are let through: what the API tells comes first. */
export interface HeldStream {
  /** What the handler has told. */
  readonly changes: readonly Change[];
  /** Lets batches through from now on. */
  release(): void;
  /** The same, and waits until the handler has told of a message. */
  tellsOf(message: Pick<MessageAnswer, 'message_group_uuid' | 'seq' | 'rev'>): Promise<void>;
  /** Holds batches back, from the next one on. */
  hold(): void;
  stop(): Promise<void>;
}

/** @param endpoint where the handler reaches the table; default: the table's own. */
export async function startHeldStream(
  db: TestTable,
  events: Publisher,
  endpoint: string = db.endpoint,
): Promise<HeldStream> {
  const { changes, publisher } = recording(events);
  let gate = deferred<undefined>();
  let isOpen = false;
  const summaries: Summaries = await startSummaries(db, {
    endpoint,
    events: publisher,
    deliverBy: (handler) => async (event) => {
      await gate.promise;
      return handler(event);
    },
  });
  const release = () => {
    isOpen = true;
    gate.resolve(undefined);
  };
  return {
    changes,
    release,
    tellsOf: async ({ message_group_uuid: groupId, seq, rev }) => {
      release();
      const isIt = (change: Change) =>
        change.kind === 'versions' &&
        change.groupId === groupId &&
        change.versions.some((version) => version.seq === seq && version.rev >= rev);
      await eventually(() => changes.some(isIt), { within: 15_000 });
    },
    hold: () => {
      // A batch that waits already waits on.
      if (isOpen) gate = deferred();
      isOpen = false;
    },
    stop: async () => {
      release();
      await summaries.stop();
    },
  };
}

/** A publisher that notes what it passes on. */
export function recording(events: Publisher): {
  readonly changes: readonly Change[];
  readonly publisher: Publisher;
} {
  const changes: Change[] = [];
  return {
    changes,
    publisher: {
      publish: (change) => {
        changes.push(change);
        return events.publish(change);
      },
    },
  };
}
