import {
  ScanCommand,
  type ScanCommandOutput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { GroupItem, MemberItem, MessageItem, Role } from '../../schema/items.ts';
import { GROUP_SK, groupIdOf, groupKey, type Key } from '../../schema/keys.ts';
import { conditionalTransaction, type WriteOutcome } from './condition.ts';
import { readMessage, SEQ_IS_FREE } from './message-store.ts';
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

/** What is changed of a group, together with the system message that tells of it. */
export interface GroupChange {
  readonly groupId: string;
  /** Right behind the tail after which the group was read. */
  readonly message: MessageItem;
  readonly name?: string;
  readonly memberCount?: { readonly seen: number; readonly now: number };
  readonly joins?: MemberItem;
  readonly leaves?: MemberItem;
  readonly roleOf?: { readonly row: MemberItem; readonly now: Role };
}

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
    return { opened: false, firstMessage: readMessage(outcome.items[1]?.existing) };
  }

  /**
   * Stores a change of a group and its system message, both or neither. 2 W an item, and what the index costs.
   *
   * Everything that can come between the caller's read of the group and this write stands in the log: whoever changes
   * the group too takes the seq, and so does whoever sends. The conditions on the other items say what was read of
   * them once more; they can only fail where something wrote past the log. What stands at the seq is handed back.
   */
  async change(change: GroupChange): Promise<WriteOutcome<MessageItem>> {
    const outcome = await conditionalTransaction(
      this.#table.send(new TransactWriteCommand({ TransactItems: this.#writesOf(change) })),
    );
    if (outcome.stored) return { stored: true, answer: undefined };
    // The SDK repeats a transaction whose answer was lost: what stands in its way is then its own message.
    const existing = readMessage(outcome.items[0]?.existing);
    return existing?.message_uuid === change.message.message_uuid
      ? { stored: true, answer: undefined }
      : { stored: false, existing };
  }

  #writesOf({ groupId, message, joins, leaves, roleOf, ...group }: GroupChange): TransactItems {
    const TableName = this.#table.name;
    const writes: TransactItems = [
      {
        Put: {
          TableName,
          Item: message,
          ConditionExpression: SEQ_IS_FREE,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ];
    if (group.name !== undefined || group.memberCount) {
      writes.push({ Update: { TableName, Key: groupKey(groupId), ...groupUpdate(group) } });
    }
    if (joins) writes.push({ Put: { TableName, Item: joins, ConditionExpression: NO_SUCH_MEMBER } });
    if (leaves) {
      writes.push({
        Delete: {
          TableName,
          Key: keyOf(leaves),
          ConditionExpression: ROLE_IS_AS_SEEN,
          ...roleNamed({ ':seen': leaves.role }),
        },
      });
    }
    if (roleOf) {
      writes.push({
        Update: {
          TableName,
          Key: keyOf(roleOf.row),
          UpdateExpression: 'SET #role = :now',
          ConditionExpression: ROLE_IS_AS_SEEN,
          ...roleNamed({ ':seen': roleOf.row.role, ':now': roleOf.now }),
        },
      });
    }
    return writes;
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
const NO_SUCH_MEMBER = 'attribute_not_exists(pk)';
const GROUP_EXISTS = 'attribute_exists(pk)';
const MEMBER_COUNT_IS_AS_SEEN = 'member_count = :seen';
const ROLE_IS_AS_SEEN = '#role = :seen';

type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

function groupUpdate({ name, memberCount }: Pick<GroupChange, 'name' | 'memberCount'>) {
  if (memberCount) {
    return {
      UpdateExpression: 'SET member_count = :now',
      ConditionExpression: MEMBER_COUNT_IS_AS_SEEN,
      ExpressionAttributeValues: { ':seen': memberCount.seen, ':now': memberCount.now },
    };
  }
  return {
    UpdateExpression: 'SET #name = :name',
    ConditionExpression: GROUP_EXISTS,
    // `name` and `role` are among DynamoDB's reserved words.
    ExpressionAttributeNames: { '#name': 'name' },
    ExpressionAttributeValues: { ':name': name },
  };
}

function roleNamed(values: Record<string, Role>) {
  return { ExpressionAttributeNames: { '#role': 'role' }, ExpressionAttributeValues: values };
}

function keyOf({ pk, sk }: Key): Key {
  return { pk, sk };
}
