import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { LogChange, SeqRange } from '../domain/model.ts';
import { changeSk, deletedKey, deletedSeqOf, deletedSk, MAX_SEQ, messageKey } from '../../schema/keys.ts';
import { conditionalTransaction, conditionalWrite } from './condition.ts';
import { changeItemOf, readChange } from './items.ts';
import { countItems, inGroup, queryItems, queryPages } from './query.ts';
import { CONFLICT, retryOnConflict } from './retry-on-conflict.ts';
import type { Table } from './table.ts';

/** What an entry of the change log says: the messages that changed, or that all may have. */
export type ChangeContent = Pick<LogChange, 'changed_at'> &
  ({ readonly seqs: readonly number[] } | { readonly all: true });

/** An append that loses against other writers. */
const APPENDING = {
  attempts: 20,
  busy: 'The change log of this conversation changes faster than it can be written.',
};

/** Deleted seqs that are counted at most. */
export const MAX_COUNTED_DELETED = 1_000;

/** The change logs of every group, and its deleted seqs. */
export class ChangeStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Appends to a group's change log. Like the message log it has no gap: the put goes right after a change that exists,
   * on the condition that its own number is free. A batch of the stream that is repeated appends again, which does no
   * harm: clients fetch the same messages once more. 1 W + 1 R.
   * @returns the number of the change.
   * @throws BusyError where others keep appending.
   */
  async append(groupId: string, content: ChangeContent): Promise<number> {
    return retryOnConflict(APPENDING, async () => {
      const change = (await this.newest(groupId)) + 1;
      const outcome = await conditionalWrite(
        this.#table.send(
          new PutCommand({
            TableName: this.#table.name,
            Item: changeItemOf({ groupId, change, ...content }),
            ConditionExpression: CHANGE_IS_FREE,
          }),
        ),
      );
      return outcome.stored ? change : CONFLICT;
    });
  }

  /** The number of the newest change, strongly read; 0 for none. 1 R. */
  async newest(groupId: string): Promise<number> {
    const query = { ...changesIn(groupId, 0), ConsistentRead: true, ScanIndexForward: false };
    const [newest] = await queryItems(this.#table, query, 1, readChange);
    return newest?.change ?? 0;
  }

  /** The changes right after a number, oldest first, strongly read. */
  async after(groupId: string, change: number, limit: number): Promise<LogChange[]> {
    if (change >= MAX_SEQ) return [];
    return queryItems(
      this.#table,
      { ...changesIn(groupId, change + 1), ConsistentRead: true },
      limit,
      readChange,
    );
  }

  /** Notes that messages were deleted. Repeating it changes nothing. 1 W a message. */
  async noteDeleted(groupId: string, seqs: readonly number[]): Promise<void> {
    await Promise.all(
      seqs.map((seq) =>
        this.#table.send(new PutCommand({ TableName: this.#table.name, Item: deletedKey(groupId, seq) })),
      ),
    );
  }

  /**
   * How many messages after `seq`, up to `last`, were deleted; at most MAX_COUNTED_DELETED. Eventually consistent. 0.5 R for
   * 4 KB, about 60 of them.
   */
  async countDeleted(groupId: string, seq: number, last: number): Promise<number> {
    if (last <= seq) return 0;
    return countItems(this.#table, deletedIn(groupId, seq + 1, last), MAX_COUNTED_DELETED);
  }

  /** The deleted seqs of a part of the log, in order, strongly read: for maintenance. 1 R for 4 KB, about 60 of them. */
  async deletedIn(groupId: string, { from, to }: SeqRange): Promise<number[]> {
    const query = { ...deletedIn(groupId, from, to), ConsistentRead: true };
    return queryItems(this.#table, query, Infinity, readDeleted);
  }

  /** The highest deleted seq, strongly read; undefined where none is. 1 R. */
  async lastDeleted(groupId: string): Promise<number | undefined> {
    const query = { ...deletedIn(groupId, 0, MAX_SEQ), ConsistentRead: true, ScanIndexForward: false };
    return (await queryItems(this.#table, query, 1, readDeleted))[0];
  }

  /**
   * Removes the note of a deletion that did not happen. Between the caller's read of the message and this write the
   * message may be deleted and noted; so both items are in one transaction. 4 W.
   * @returns false where the message is deleted.
   */
  async removeDeleted(groupId: string, seq: number): Promise<boolean> {
    const TableName = this.#table.name;
    const { stored } = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            { Delete: { TableName, Key: deletedKey(groupId, seq) } },
            {
              ConditionCheck: {
                TableName,
                Key: messageKey(groupId, seq),
                ConditionExpression: 'attribute_not_exists(deleted_at)',
              },
            },
          ],
        }),
      ),
    );
    return stored;
  }

  /** The whole change log, oldest first, in pages of up to 1 MB, strongly read: for maintenance. */
  async *log(groupId: string): AsyncGenerator<LogChange[]> {
    const query = { ...changesIn(groupId, 0), ConsistentRead: true };
    for await (const items of queryPages(this.#table, query)) {
      yield items.flatMap((item) => readChange(item) ?? []);
    }
  }
}

const readDeleted = ({ pk, sk }: Readonly<Record<string, unknown>>): number | undefined =>
  deletedSeqOf({ pk: String(pk), sk: String(sk) });

const CHANGE_IS_FREE = 'attribute_not_exists(pk)';

const changesIn = (groupId: string, from: number) => inGroup(groupId, changeSk(from), changeSk(MAX_SEQ));

const deletedIn = (groupId: string, from: number, to: number) =>
  inGroup(groupId, deletedSk(from), deletedSk(to));
