import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { directGroupId } from '../../schema/ids.ts';
import type { BlockItem } from '../../schema/items.ts';
import { BLOCK_SK_END, blockKey, blockPairOf, groupKey, type Key, memberKey } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { conditionalTransaction } from './condition.ts';
import type { TransactItem } from './mention-store.ts';
import { queryItems } from './query.ts';
import type { Table } from './table.ts';

/** A user who blocks another one. */
export interface Block {
  readonly userId: string;
  /** Who is blocked. */
  readonly otherId: string;
  readonly created_at: string;
}

/** What a row of a direct group repeats of the blocks between its two users. */
export type BlockFlags = Readonly<Record<'blocks_peer' | 'blocked_by_peer', true | undefined>>;

/** Both users of a block. */
type Pair = Pick<Block, 'userId' | 'otherId'>;

/**
 * Who blocks whom. A block is an item of its user, and a flag in both rows of the pair's direct group: every request to that
 * group reads the caller's row anyway. All are written in one transaction.
 */
export class BlockStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Strongly read. 1 R. */
  async find({ userId, otherId }: Pair): Promise<Block | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: blockKey(userId, otherId), ConsistentRead: true }),
    );
    return Item && readBlock(Item);
  }

  /** Those of some users who block a user, strongly read. 1 R each. */
  async blockersOf(otherId: string, userIds: readonly string[]): Promise<string[]> {
    const keys = new Map(userIds.map((userId) => [blockKey(userId, otherId).pk, userId]));
    const found = await batchGet(
      this.#table,
      [...keys.values()].map((userId) => blockKey(userId, otherId)),
      true,
    );
    return found.flatMap(({ pk }) => keys.get(pk) ?? []);
  }

  /** Whom a user blocks, by user id. Eventually consistent. 0.5 R for 4 KB. @param after the user id to continue after. */
  async list(userId: string, limit: number, after = ''): Promise<Block[]> {
    const { pk, sk } = blockKey(userId, after);
    const query = {
      KeyConditionExpression: 'pk = :user AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':user': pk,
        ':from': after === '' ? sk : `${sk}\0`,
        ':to': BLOCK_SK_END,
      },
    };
    return queryItems(this.#table, query, limit, readBlock);
  }

  /**
   * Stores a block with its flags. Between the caller's read of the group and this write the pair's group may be opened;
   * opening it checks for blocks in its own transaction, so one of the two fails. 2 W, and 6 W for the rows or 2 W for the check.
   * @param isOpen whether the pair has a direct group with both rows.
   * @returns false where the group is not as it was read, or where the block exists.
   */
  async add(block: Block, isOpen: boolean): Promise<boolean> {
    const TableName = this.#table.name;
    const { created_at, ...pair } = block;
    const Item: BlockItem = { ...blockKey(pair.userId, pair.otherId), created_at };
    return this.#write([
      { Put: { TableName, Item, ConditionExpression: IS_NEW } },
      ...this.#flags(pair, isOpen, (flag) => `SET ${flag} = :true`, { ':true': true }),
    ]);
  }

  /** Deletes the block that was read, with its flags. @returns false where block or group are not as they were read. */
  async remove({ created_at, ...pair }: Block, isOpen: boolean): Promise<boolean> {
    return this.#write([
      {
        Delete: {
          TableName: this.#table.name,
          Key: blockKey(pair.userId, pair.otherId),
          ConditionExpression: 'created_at = :seen',
          ExpressionAttributeValues: { ':seen': created_at },
        },
      },
      ...this.#flags(pair, isOpen, (flag) => `REMOVE ${flag}`),
    ]);
  }

  /** Which of two users block the other, as the row of the first one repeats it. Strongly read. 2 R. */
  async flagsOf({ userId, otherId }: Pair): Promise<BlockFlags> {
    const [own, others] = await Promise.all([
      this.find({ userId, otherId }),
      this.find({ userId: otherId, otherId: userId }),
    ]);
    return { blocks_peer: own && true, blocked_by_peer: others && true };
  }

  /**
   * Writes the flags of a row of a direct group. Between the read of the blocks and this write one of the users may block the
   * other, or unblock them; then the transaction fails, for it checks both. 4 W for the checks, and 6 W.
   * @param flags as `flagsOf` returned them.
   * @returns false where a block or the row are not as they were read.
   */
  async repairFlags({ userId, otherId }: Pair, flags: BlockFlags): Promise<boolean> {
    const TableName = this.#table.name;
    const check = (Key: Key, isThere: true | undefined): TransactItem => ({
      ConditionCheck: { TableName, Key, ConditionExpression: isThere ? IS_THERE : IS_NEW },
    });
    const sets = FLAGS.filter((flag) => flags[flag]).map((flag) => `${flag} = :true`);
    const removes = FLAGS.filter((flag) => !flags[flag]);
    return this.#write([
      check(blockKey(userId, otherId), flags.blocks_peer),
      check(blockKey(otherId, userId), flags.blocked_by_peer),
      {
        Update: {
          TableName,
          Key: memberKey(directGroupId(userId, otherId), userId),
          UpdateExpression: [
            ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
            ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
          ].join(' '),
          ConditionExpression: IS_THERE,
          ...(sets.length > 0 && { ExpressionAttributeValues: { ':true': true } }),
        },
      },
    ]);
  }

  async #write(TransactItems: TransactItem[]): Promise<boolean> {
    return (await conditionalTransaction(this.#table.send(new TransactWriteCommand({ TransactItems }))))
      .stored;
  }

  #flags(
    { userId, otherId }: Pair,
    isOpen: boolean,
    update: (flag: string) => string,
    values?: Readonly<Record<string, unknown>>,
  ): TransactItem[] {
    const TableName = this.#table.name;
    const groupId = directGroupId(userId, otherId);
    if (!isOpen) {
      return [{ ConditionCheck: { TableName, Key: groupKey(groupId), ConditionExpression: IS_NEW } }];
    }
    return (
      [
        [userId, 'blocks_peer'],
        [otherId, 'blocked_by_peer'],
      ] as const
    ).map(([memberId, flag]) => ({
      Update: {
        TableName,
        Key: memberKey(groupId, memberId),
        UpdateExpression: update(flag),
        ConditionExpression: IS_THERE,
        ...(values && { ExpressionAttributeValues: { ...values } }),
      },
    }));
  }
}

/** The condition that a user does not block another one, for a transaction. 2 W. */
export function noBlock(TableName: string, userId: string, otherId: string): TransactItem {
  return { ConditionCheck: { TableName, Key: blockKey(userId, otherId), ConditionExpression: IS_NEW } };
}

const FLAGS = ['blocks_peer', 'blocked_by_peer'] as const;

const IS_THERE = 'attribute_exists(pk)';
const IS_NEW = 'attribute_not_exists(pk)';

function readBlock(item: Record<string, unknown>): Block | undefined {
  const { pk, sk, created_at } = item as BlockItem;
  const pair = blockPairOf({ pk, sk });
  return pair && { ...pair, created_at };
}
