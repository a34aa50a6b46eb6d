import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deleteMessage, editMessage } from '../../backend/domain/change-message.ts';
import { listChanges } from '../../backend/domain/list-changes.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import type { LogChange, Message } from '../../backend/domain/model.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import { ChangesTooFarBehindError, NotFoundError, UnprocessableError } from '../../backend/errors.ts';
import { changeItemOf } from '../../backend/table/items.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { newDirectId, newGroupId, timeOf } from '../support/factories.ts';
import { addGroup, putItem, putItems, readLog } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let context: Wiring;
beforeAll(() => {
  context = db().newContext();
});

describe('the changes of a group', () => {
  it('name each changed message once, by its newest change, as it is now', async () => {
    const groupId = await startGroup(6, [[1, 2], [3], [1, 4], [2]]);
    await editMessage(context, { groupId, seq: 3, userId: 'ada' }, 'edited');
    const { changed, next } = await read(groupId, 0, 100);
    expect(changed.map(({ change, message }) => [change, message.seq])).toEqual([
      [2, 3],
      [3, 1],
      [3, 4],
      [4, 2],
    ]);
    expect(changed[0]?.message).toMatchObject({ rev: 1, message: 'edited' });
    expect(next).toBeUndefined();
    expect((await read(groupId, 3, 100)).changed.map(({ message }) => message.seq)).toEqual([2]);
    expect((await read(groupId, 4, 100)).changed).toEqual([]);
    expect((await read(groupId, 999_999_999_999, 100)).changed).toEqual([]);
  });

  it('come in pages that split no entry', async () => {
    const groupId = await startGroup(9, [[1, 2], [3], [1, 4], [2], [5, 6, 7, 8], [9]]);
    const pages = await readPages(groupId, 0, 2);
    expect(pages.map((page) => page.map(({ message }) => message.seq))).toEqual([
      [3],
      [1, 4],
      [2],
      [5, 6, 7, 8],
      [9],
    ]);
  });

  it('come complete and once with any limit, from any change', async () => {
    const log = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(log, fc.nat(9), fc.integer({ min: 1, max: 5 }), async (entries, start, limit) => {
        const groupId = await startGroup(6, entries);
        const after = Math.min(start, entries.length);
        const newest = new Map<number, number>();
        entries.forEach((seqs, place) => {
          if (place >= after) for (const seq of seqs) newest.set(seq, place + 1);
        });
        const pages = await readPages(groupId, after, limit);
        const shown = pages.flat().map(({ change, message }) => [message.seq, change] as const);
        expect(shown.toSorted()).toEqual([...newest].toSorted());
        expect(shown.map(([, change]) => change)).toEqual(
          [...newest.values()].sort((one, other) => one - other),
        );
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('are too far behind at 1,001 of them, and not at 1,000', async () => {
    const groupId = await startGroup(2, Array<number[]>(1_001).fill([2]));
    await expect(read(groupId, 0, 20)).rejects.toThrow(ChangesTooFarBehindError);
    const { changed } = await read(groupId, 1, 20);
    expect(changed.map(({ change }) => change)).toEqual([1_001]);
  });

  it('are too far behind where the whole group was rebuilt', async () => {
    const groupId = await startGroup(2, [[1]]);
    await putItem(db().table, changeItemOf({ groupId, change: 2, all: true, changed_at: timeOf(2) }));
    await putItem(db().table, changeItemOf({ groupId, change: 3, seqs: [2], changed_at: timeOf(3) }));
    for (const after of [0, 1])
      await expect(read(groupId, after, 20)).rejects.toThrow(ChangesTooFarBehindError);
    expect((await read(groupId, 2, 20)).changed).toMatchObject([{ change: 3 }]);
  });

  it('are refused to other users, exactly as if there were no such group', async () => {
    const groupId = await startGroup(2, [[1]]);
    for (const id of [groupId, newGroupId(), newDirectId()]) {
      await expect(listChanges(context, { groupId: id, userId: 'kay', after: 0, limit: 5 })).rejects.toThrow(
        NotFoundError,
      );
    }
  });
});

describe('a client that catches up', () => {
  it('misses no change that comes while its page is read: the newest change is read before the page', async () => {
    const groupId = await startGroup(3, []);
    const editNow = async () => {
      await editMessage(context, { groupId, seq: 2, userId: 'ada' }, 'edited');
      await apply(groupId, [2]);
    };
    const lastOf: Wiring['messages']['lastOf'] = async (...page) => {
      const found = await context.messages.lastOf(...page);
      await editNow();
      return found;
    };
    const messages = Object.create(context.messages, { lastOf: { value: lastOf } }) as Wiring['messages'];
    const client = new Client(groupId, { ...context, messages });
    await client.load(10);
    expect(client.copy.get(2)).toMatchObject({ rev: 0 });
    await client.catchUp(context, 10);
    expect(client.inOrder()).toEqual(await messagesOf(groupId));
  });

  it('holds what the log holds, whatever is sent, edited and deleted meanwhile and whenever the stream follows', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: 'send' } as const) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('edit' as const), which: fc.nat(100) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), which: fc.nat(100) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('stream' as const), which: fc.nat(100) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('catch up' as const),
          limit: fc.integer({ min: 1, max: 4 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 6, maxLength: 24, size: 'max' }),
        fc.boolean(),
        async (steps, isDirect) => {
          const groupId = await startGroup(3, [], isDirect ? newDirectId() : newGroupId());
          /** Seqs of changed messages that the stream has not delivered yet. */
          const pending: number[] = [];
          const client = new Client(groupId, context);
          await client.load(2);
          const target = async (which: number) => {
            const log = await readLog(context, groupId);
            return { groupId, userId: 'ada', seq: log[which % log.length]?.seq ?? 1 };
          };
          const run = async (taken: (typeof steps)[number]) => {
            switch (taken.kind) {
              case 'send':
                await sendToGroup(context, groupId, { userId: 'ada', text: 'new' });
                break;
              case 'edit': {
                const at = await target(taken.which);
                const text = `edit ${crypto.randomUUID()}`;
                // It may be deleted already.
                await editMessage(context, at, text).catch((error: unknown) => {
                  if (!(error instanceof UnprocessableError)) throw error;
                });
                pending.push(at.seq);
                break;
              }
              case 'delete': {
                const at = await target(taken.which);
                await deleteMessage(context, at);
                pending.push(at.seq);
                break;
              }
              case 'stream':
                // Some of what is pending, in one batch.
                await apply(groupId, pending.splice(taken.which % (pending.length + 1)));
                break;
              case 'catch up':
                await client.catchUp(context, taken.limit);
            }
          };
          // Two at a time: pages are read while the log and the change log grow.
          for (let place = 0; place < steps.length; place += 2)
            await Promise.all(steps.slice(place, place + 2).map(run));
          await apply(groupId, pending);
          await client.catchUp(context, 3);
          const log = await messagesOf(groupId);
          expect(client.inOrder()).toEqual(log.slice(-client.copy.size));
          expect(client.copy.size).toBeGreaterThanOrEqual(2);
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
  }, 30_000);
});

/** Holds the messages from a page on, as a client does. */
class Client {
  readonly copy = new Map<number, Message>();
  readonly #groupId: string;
  readonly #process: Wiring;
  #change = 0;

  constructor(groupId: string, process: Wiring) {
    this.#groupId = groupId;
    this.#process = process;
  }

  /** Loads the newest page. */
  async load(limit: number): Promise<void> {
    const request = { groupId: this.#groupId, userId: 'ada', position: { at: 'end' } as const, limit };
    const { messages, lastChange = 0 } = await listMessages(this.#process, request);
    this.#keep(messages);
    this.#change = lastChange;
  }

  /** Fetches what came after the newest seq and after the newest change. */
  async catchUp(process: Wiring, limit: number): Promise<void> {
    for (let isDone = false; !isDone;) {
      const position = { at: 'after' as const, seq: Math.max(0, ...this.copy.keys()) };
      const page = await listMessages(process, { groupId: this.#groupId, userId: 'ada', position, limit });
      this.#keep(page.messages);
      isDone = !page.newer;
    }
    const first = Math.min(...this.copy.keys());
    for (let isDone = false; !isDone;) {
      const request = { groupId: this.#groupId, userId: 'ada', after: this.#change, limit };
      const { changed, next } = await listChanges(process, request);
      this.#keep(
        changed.map(({ message }) => message).filter(({ seq }) => seq >= first && this.copy.has(seq)),
      );
      this.#change = next ?? changed.at(-1)?.change ?? this.#change;
      isDone = next === undefined;
    }
  }

  inOrder(): Message[] {
    return [...this.copy.values()].sort((one, other) => one.seq - other.seq);
  }

  #keep(messages: readonly Message[]): void {
    for (const message of messages) {
      const held = this.copy.get(message.seq);
      if (!held || message.rev >= held.rev) this.copy.set(message.seq, message);
    }
  }
}

/** A group of Ada and Grace, all of whose texts are Ada's, and its change log. */
async function startGroup(
  length: number,
  changes: readonly (readonly number[])[],
  groupId = newGroupId(),
): Promise<string> {
  await addGroup(db().table, { groupId, userIds: ['ada', 'grace'], length });
  await putItems(
    db().table,
    changes.map((seqs, place): ReturnType<typeof changeItemOf> => {
      const entry: LogChange = { groupId, change: place + 1, seqs, changed_at: timeOf(place + 1) };
      return changeItemOf(entry);
    }),
  );
  return groupId;
}

/** What the stream's handler does when it is given these messages as they are now. */
async function apply(groupId: string, seqs: readonly number[]): Promise<void> {
  const facts = factsOf([...(await context.messages.entriesAt(groupId, seqs)).values()]);
  if (facts) await updateSummaries(context, groupId, facts);
}

async function messagesOf(groupId: string): Promise<Message[]> {
  return context.messages.lastOf(groupId, { from: 1, to: 1_000 }, 1_000);
}

async function read(groupId: string, after: number, limit: number) {
  return listChanges(context, { groupId, userId: 'grace', after, limit });
}

async function readPages(groupId: string, after: number, limit: number) {
  const pages: Awaited<ReturnType<typeof read>>['changed'][] = [];
  for (let from: number | undefined = after; from !== undefined;) {
    const { changed, next } = await read(groupId, from, limit);
    pages.push(changed);
    from = next;
  }
  return pages;
}
