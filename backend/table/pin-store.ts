import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MAX_PINS, type PinsItem } from '../../schema/items.ts';
import { messageKey, pinsKey } from '../../schema/keys.ts';
import { conditionalTransaction } from './condition.ts';
import type { Table } from './table.ts';

/** What became of a pin. `full`: the group has MAX_PINS others. `gone`: the message is deleted, or does not exist. */
export type PinOutcome = 'stored' | 'full' | 'gone';

/**
 * The pinned messages of every group: a set of seqs in one item.
 *
 * A message may be deleted while it is pinned. So the pin is in one transaction with the check that the message is not
 * deleted: a pin is stored before the deletion, whose record then finds it, or not at all. A transaction also has a token,
 * by which DynamoDB recognises the SDK's repeat of a request whose answer was lost: it does not undo what another user
 * did in between.
 */
export class PinStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The pinned seqs of a group, strongly read. 1 R. */
  async find(groupId: string): Promise<ReadonlySet<number>> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: pinsKey(groupId), ConsistentRead: true }),
    );
    return new Set((Item as PinsItem | undefined)?.seqs);
  }

  /** Pins a message, if it is not deleted and there is room. 4 W. */
  async pin(groupId: string, seq: number): Promise<PinOutcome> {
    const TableName = this.#table.name;
    const outcome = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Update: {
                TableName,
                Key: pinsKey(groupId),
                UpdateExpression: 'ADD seqs :seqs',
                ConditionExpression: `${IS_PINNED} OR ${HAS_ROOM}`,
                ExpressionAttributeValues: { ':seq': seq, ':seqs': new Set([seq]), ':most': MAX_PINS },
              },
            },
            {
              ConditionCheck: {
                TableName,
                Key: messageKey(groupId, seq),
                ConditionExpression: IS_LIVE,
              },
            },
          ],
        }),
      ),
    );
    if (outcome.stored) return 'stored';
    return outcome.items[1]?.held === false ? 'gone' : 'full';
  }

  /** Unpins a message. Where it is not pinned, nothing changes. 2 W. */
  async unpin(groupId: string, seq: number): Promise<void> {
    await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Update: {
                TableName: this.#table.name,
                Key: pinsKey(groupId),
                UpdateExpression: 'DELETE seqs :seqs',
                ConditionExpression: IS_PINNED,
                ExpressionAttributeValues: { ':seq': seq, ':seqs': new Set([seq]) },
              },
            },
          ],
        }),
      ),
    );
  }

  /** Unpins deleted messages, which cannot be pinned again: repeating it changes nothing. 1 W. */
  async unpinDeleted(groupId: string, seqs: ReadonlySet<number>): Promise<void> {
    await this.#table.send(
      new UpdateCommand({
        TableName: this.#table.name,
        Key: pinsKey(groupId),
        UpdateExpression: 'DELETE seqs :seqs',
        ExpressionAttributeValues: { ':seqs': seqs },
      }),
    );
  }
}

const IS_PINNED = 'contains(seqs, :seq)';
const HAS_ROOM = 'attribute_not_exists(seqs) OR size(seqs) < :most';
const IS_LIVE = 'attribute_exists(pk) AND attribute_not_exists(deleted_at)';
