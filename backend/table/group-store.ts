import {
  ScanCommand,
  type ScanCommandOutput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Group, LogEntry, Member, Message, NewMember } from '../domain/model.ts';
import type { Role } from '../../schema/items.ts';
import { GROUP_SK, groupIdOf, groupKey, type Key, memberKey } from '../../schema/keys.ts';
import { previewOf } from '../../schema/preview.ts';
import { conditionalTransaction } from './condition.ts';
import { groupItemOf, memberItemOf, messageItemOf, readEntry } from './items.ts';
import type { MessageCodec } from './message-codec.ts';
import { SEQ_IS_FREE } from './message-store.ts';
import type { Table } from './table.ts';

/** A group that is created: all of it or nothing. */
export interface NewGroup {
  readonly group: Group;
  /** Their summaries show the first message. */
  readonly members: readonly NewMember[];
  /** `MSG#1`. */
  readonly firstMessage: Message;
}

export type OpenOutcome =
  | { readonly opened: true; readonly members: readonly Member[] }
  /** The group existed: its first message. */
  | { readonly opened: false; readonly firstMessage: Message | undefined };

/** A change of a group, with the system message about it. */
export interface GroupChange {
  readonly groupId: string;
  /** Right after the tail after which the group was read. */
  readonly message: Message;
  readonly name?: string;
  readonly memberCount?: { readonly seen: number; readonly now: number };
  /** A new member, whose summary shows the message. */
  readonly joins?: NewMember;
  readonly leaves?: Member;
  readonly roleOf?: { readonly row: Member; readonly now: Role };
}

export type GroupChangeOutcome =
  | { readonly stored: true; readonly entry: LogEntry; readonly joined?: Member }
  /** What is at the seq of the message. */
  | { readonly stored: false; readonly existing: Message | undefined };

export class GroupStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;

  constructor(table: Table, codec: MessageCodec) {
    this.#table = table;
    this.#codec = codec;
  }

  /**
   * Stores a group where none is, in one transaction: a group is never seen without its members or its first message.
   * When two callers open it at the same moment, one meets the condition on META, or a transaction conflict that the
   * client retries. 2 W an item and 1 W for each inbox row: 10 W for two members.
   */
  async open({ group, members: newMembers, firstMessage }: NewGroup): Promise<OpenOutcome> {
    const TableName = this.#table.name;
    const entry = await this.#codec.encode(firstMessage);
    const members = newMembers.map((member) => showing(member, entry));
    const outcome = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName, Item: groupItemOf(group), ConditionExpression: NO_SUCH_GROUP } },
            this.#messagePut(entry),
            ...members.map((member) => ({ Put: { TableName, Item: memberItemOf(member) } })),
          ],
        }),
      ),
    );
    if (outcome.stored) return { opened: true, members };
    const existing = readEntry(outcome.items[1]?.existing);
    return { opened: false, firstMessage: existing && (await this.#codec.decodeOne(existing)) };
  }

  /**
   * Stores a change of a group and its system message, both or neither. 2 W an item, and what the index costs.
   *
   * Everything that can come between the caller's read of the group and this write is in the log: another change of the
   * group takes the seq, and so does a send. The conditions on the other items repeat what was read of them; they can
   * only fail where something wrote past the log.
   */
  async change(change: GroupChange): Promise<GroupChangeOutcome> {
    const entry = await this.#codec.encode(change.message);
    const joined = change.joins && showing(change.joins, entry);
    const writes = [this.#messagePut(entry), ...this.#writesOf(change)];
    if (joined) {
      const Item = memberItemOf(joined);
      writes.push({ Put: { TableName: this.#table.name, Item, ConditionExpression: NO_SUCH_MEMBER } });
    }
    const stored = { stored: true, entry, ...(joined && { joined }) } as const;
    const outcome = await conditionalTransaction(
      this.#table.send(new TransactWriteCommand({ TransactItems: writes })),
    );
    if (outcome.stored) return stored;
    // The SDK repeats a transaction whose answer was lost: then the item in its way is its own message.
    const existing = readEntry(outcome.items[0]?.existing);
    if (existing?.message_uuid === entry.message_uuid) return stored;
    return { stored: false, existing: existing && (await this.#codec.decodeOne(existing)) };
  }

  #messagePut(entry: LogEntry): TransactItems[number] {
    return {
      Put: {
        TableName: this.#table.name,
        Item: messageItemOf(entry),
        ConditionExpression: SEQ_IS_FREE,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    };
  }

  #writesOf({ groupId, leaves, roleOf, ...group }: GroupChange): TransactItems {
    const TableName = this.#table.name;
    const writes: TransactItems = [];
    if (group.name !== undefined || group.memberCount) {
      writes.push({ Update: { TableName, Key: groupKey(groupId), ...groupUpdate(group) } });
    }
    if (leaves) {
      writes.push({
        Delete: {
          TableName,
          Key: memberKey(groupId, leaves.userId),
          ConditionExpression: ROLE_IS_AS_READ,
          ...roleNamed({ ':seen': leaves.role }),
        },
      });
    }
    if (roleOf) {
      writes.push({
        Update: {
          TableName,
          Key: memberKey(groupId, roleOf.row.userId),
          UpdateExpression: 'SET #role = :now',
          ConditionExpression: ROLE_IS_AS_READ,
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
const MEMBER_COUNT_IS_AS_READ = 'member_count = :seen';
const ROLE_IS_AS_READ = '#role = :seen';

type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

function groupUpdate({ name, memberCount }: Pick<GroupChange, 'name' | 'memberCount'>) {
  if (memberCount) {
    return {
      UpdateExpression: 'SET member_count = :now',
      ConditionExpression: MEMBER_COUNT_IS_AS_READ,
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

/** A new member's row, whose summary shows this message. */
function showing(member: NewMember, entry: LogEntry): Member {
  return { ...member, preview: previewOf(entry) };
}
