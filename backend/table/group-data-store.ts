import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { NamedGroup, NamedMember, OwnData } from '../domain/model.ts';
import type { GroupDataItem } from '../../schema/items.ts';
import { groupDataKey, groupIdOf, groupKey, isGroupDataKey, memberKey } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { conditionalTransaction } from './condition.ts';
import type { StoredGroupData } from './encryption/text-encryption.ts';
import type { TransactItem } from './mention-store.ts';
import type { MessageCodec } from './message-codec.ts';
import type { Table } from './table.ts';

/** Own data that a group is given; null: it has none from then on. */
export type NewGroupData = OwnData | null;

/** Own data of a group as it was read; no text: it can never be decrypted. */
export interface FoundGroupData {
  readonly groupId: string;
  readonly id: string;
  readonly text: string | undefined;
}

/** Own data of every group: an item of its own, and its id in META. Both are written in one transaction. */
export class GroupDataStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;

  constructor(table: Table, codec: MessageCodec) {
    this.#table = table;
    this.#codec = codec;
  }

  /** Strongly read, in no order; groups without any are left out. 1 R each. @throws TextKeysUnavailableError */
  async findMany(groupIds: readonly string[]): Promise<FoundGroupData[]> {
    const items = await this.#stored(groupIds);
    const texts = await this.#codec.decodeGroupData(items);
    return items.map(({ groupId, dataId: id }, index) => ({ groupId, id, text: texts[index] }));
  }

  /** The id of a group's own data as its item has it, strongly read; undefined where there is no item. 1 R. */
  async storedId(groupId: string): Promise<string | undefined> {
    return (await this.#stored([groupId]))[0]?.dataId;
  }

  /**
   * Changes a group's own data alone, if META and the actor's role are as they were read. Between the read and the write
   * another change of it may come, and the actor may lose the role or leave; then nothing is written. 6 W, and 2 W more where
   * the data is, or was, more than 1 KB with its key.
   */
  async change(
    { own, group }: { readonly own: NamedMember; readonly group: NamedGroup },
    data: NewGroupData,
  ): Promise<boolean> {
    const { groupId } = group;
    const TableName = this.#table.name;
    const stored = data && { id: data.id, data: await this.#codec.encodeGroupData(groupId, data) };
    return this.#write([
      metaUpdate(TableName, group, stored?.id),
      groupDataWrite(TableName, groupId, stored),
      {
        ConditionCheck: {
          TableName,
          Key: memberKey(groupId, own.userId),
          ConditionExpression: '#role = :role',
          ExpressionAttributeNames: { '#role': 'role' },
          ExpressionAttributeValues: { ':role': own.role },
        },
      },
    ]);
  }

  /**
   * Writes the id of the item into META, for a rebuild, if both are as they were read. 4 W.
   * @param id of the item; undefined where there is none.
   */
  async repair(group: NamedGroup, id: string | undefined): Promise<boolean> {
    const TableName = this.#table.name;
    const check = { TableName, Key: groupDataKey(group.groupId) };
    return this.#write([
      metaUpdate(TableName, group, id),
      {
        ConditionCheck:
          id === undefined
            ? { ...check, ConditionExpression: 'attribute_not_exists(pk)' }
            : { ...check, ConditionExpression: 'data_id = :id', ExpressionAttributeValues: { ':id': id } },
      },
    ]);
  }

  async #stored(groupIds: readonly string[]): Promise<StoredGroupData[]> {
    const items = await batchGet(this.#table, groupIds.map(groupDataKey), true);
    return items.flatMap((item) => {
      const { data_id: dataId, data, ...key } = item as GroupDataItem;
      const groupId = groupIdOf(key);
      return groupId !== undefined && isGroupDataKey(key) ? [{ groupId, dataId, data }] : [];
    });
  }

  async #write(TransactItems: TransactItem[]): Promise<boolean> {
    return (await conditionalTransaction(this.#table.send(new TransactWriteCommand({ TransactItems }))))
      .stored;
  }
}

/** What the item of a group's own data has. */
export type StoredData = Pick<GroupDataItem, 'data'> & { readonly id: string };

/** Writes, or deletes, the item of a group's own data: for a transaction that also writes META. */
export function groupDataWrite(TableName: string, groupId: string, stored: StoredData | null): TransactItem {
  const key = groupDataKey(groupId);
  if (!stored) return { Delete: { TableName, Key: key } };
  const Item: GroupDataItem = { ...key, data_id: stored.id, data: stored.data };
  return { Put: { TableName, Item } };
}

/** Writes the id of a group's own data into META, where that is still the one that was read. */
function metaUpdate(TableName: string, seen: NamedGroup, id: string | undefined): TransactItem {
  const wasSeen = seen.data_id === undefined ? 'attribute_not_exists(data_id)' : 'data_id = :seen';
  return {
    Update: {
      TableName,
      Key: groupKey(seen.groupId),
      UpdateExpression: id === undefined ? 'REMOVE data_id' : 'SET data_id = :id',
      ConditionExpression: `log_id = :log AND ${wasSeen}`,
      ExpressionAttributeValues: {
        ':log': seen.log_id,
        ...(id !== undefined && { ':id': id }),
        ...(seen.data_id !== undefined && { ':seen': seen.data_id }),
      },
    },
  };
}
