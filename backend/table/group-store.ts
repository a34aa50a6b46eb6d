import { ScanCommand, type ScanCommandOutput, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { GroupItem, MemberItem, MessageItem } from '../../schema/items.ts';
import { GROUP_SK, groupIdOf, type Key } from '../../schema/keys.ts';
import { conditionalTransaction } from './condition.ts';
import { SEQ_IS_FREE } from './message-store.ts';
import type { Table } from './table.ts';

/** A group that comes into being: all of it or nothing. */
export interface NewGroup {
  readonly group: GroupItem;
  readonly members: readonly MemberItem[];
  /** `MSG#1`; the members' summaries show it already. */
  readonly firstMessage: MessageItem;
}

export type OpenOutcome =
  | { readonly opened: true }
  /** The group was there: with its first message. */
  | { readonly opened: false; readonly firstMessage: MessageItem | undefined };

export class GroupStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Stores a group where none is, in one transaction: a group is never seen without its members or its first message.
   * Whoever opens it at the same moment meets the condition on META, or a transaction conflict that the client repeats.
   * 2 W an item and 1 W for each inbox row: 10 W for two members.
   */
  async open({ group, members, firstMessage }: NewGroup): Promise<OpenOutcome> {
    const TableName = this.#table.name;
    const outcome = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName, Item: group, ConditionExpression: NO_SUCH_GROUP } },
            {
              Put: {
                TableName,
                Item: firstMessage,
                ConditionExpression: SEQ_IS_FREE,
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
            ...members.map((member) => ({ Put: { TableName, Item: member } })),
          ],
        }),
      ),
    );
    if (outcome.stored) return { opened: true };
    return { opened: false, firstMessage: outcome.items[1]?.existing as MessageItem | undefined };
  }

  /** The ids of all groups. It reads the whole table: for maintenance, never for a request. */
  async ids(): Promise<string[]> {
    const groupIds: string[] = [];
    let startKey: Record<string, unknown> | undefined;
    do {
      const page: ScanCommandOutput = await this.#table.send(
        new ScanCommand({
          TableName: this.#table.name,
          FilterExpression: 'sk = :group',
          ExpressionAttributeValues: { ':group': GROUP_SK },
          ProjectionExpression: 'pk',
          ...(startKey && { ExclusiveStartKey: startKey }),
        }),
      );
      groupIds.push(...((page.Items ?? []) as Pick<Key, 'pk'>[]).flatMap((item) => groupIdOf(item) ?? []));
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
    return groupIds;
  }
}

const NO_SUCH_GROUP = 'attribute_not_exists(pk)';
