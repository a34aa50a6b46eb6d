import {
  GetCommand,
  ScanCommand,
  type ScanCommandOutput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type {
  Group,
  LogEntry,
  Member,
  Message,
  NamedGroup,
  NamedMember,
  NewGroup,
  NewMember,
  Summary,
} from '../domain/model.ts';
import type { FormerGroupItem, GroupItem, Role } from '../../schema/items.ts';
import { formerGroupKey, GROUP_SK, groupIdOf, groupKey, type Key, memberKey } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { conditionalTransaction, conditionalWrite, type WriteOutcome } from './condition.ts';
import { groupItemOf, groupOf, memberItemOf, messageItemOf, readEntry, summaryOf } from './items.ts';
import type { MessageCodec } from './message-codec.ts';
import { SEQ_IS_FREE } from './message-store.ts';
import { summaryIsUnchanged, summaryUpdate } from './summary-update.ts';
import type { Table } from './table.ts';

/** A group that is created: all of it or nothing. */
export interface GroupToOpen {
  readonly group: NewGroup;
  readonly members: readonly NewMember[];
  /** `MSG#1`. */
  readonly firstMessage: Message;
}

export type OpenOutcome =
  | {
      readonly opened: true;
      readonly group: Group;
      readonly members: readonly Member[];
      readonly entry: LogEntry;
    }
  /** The group existed: its first message. */
  | { readonly opened: false; readonly firstMessage: Message | undefined };

/** A change of a named group, with the system message about it. */
export interface GroupChange {
  /** As it was read, after the tail was known. */
  readonly group: NamedGroup;
  /** Right after that tail. */
  readonly message: Message;
  readonly name?: string;
  /** Rows of new members, which begin with the message. */
  readonly joins?: readonly NamedMember[];
  readonly leaves?: { readonly row: Member; readonly removedBy?: string };
  readonly roles?: readonly { readonly row: Member; readonly now: Role }[];
}

export type GroupChangeOutcome =
  | { readonly stored: true; readonly entry: LogEntry }
  /** What is at the seq of the message. */
  | { readonly stored: false; readonly existing: Message | undefined };

export class GroupStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;

  constructor(table: Table, codec: MessageCodec) {
    this.#table = table;
    this.#codec = codec;
  }

  /** META, strongly read. 1 R. */
  async find(groupId: string): Promise<Group | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: groupKey(groupId), ConsistentRead: true }),
    );
    return Item && groupOf(Item as GroupItem);
  }

  /** METAs, in no order; those that are not there are left out. Eventually consistent: 0.5 R each. */
  async findMany(groupIds: readonly string[]): Promise<Group[]> {
    const items = await batchGet(this.#table, groupIds.map(groupKey));
    return items.map((item) => groupOf(item as GroupItem));
  }

  /**
   * Stores a group where none is, in one transaction: a group is never seen without its members or its first message.
   * When two callers open it at the same moment, one meets the condition on META, or a transaction conflict that the
   * client retries. 2 W for each item, and 2 W for each row in the inbox: 12 W for two members.
   */
  async open({ group: newGroup, members: newMembers, firstMessage }: GroupToOpen): Promise<OpenOutcome> {
    const TableName = this.#table.name;
    const entry = await this.#codec.encode(firstMessage);
    const group = newGroup.kind === 'direct' ? newGroup : { ...newGroup, ...summaryOf(entry) };
    const members = newMembers.map((member) =>
      member.peer === undefined ? member : { ...member, ...summaryOf(entry) },
    );
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
    if (outcome.stored) return { opened: true, group, members, entry };
    const existing = readEntry(outcome.items[1]?.existing);
    return { opened: false, firstMessage: existing && (await this.#codec.decodeOne(existing)) };
  }

  /**
   * Stores a change of a group and its system message, both or neither. 2 W for each item, and what the index costs.
   *
   * Everything that can come between the caller's read of the group and this write is in the log: another change of the
   * group takes the seq, and so does a send. The conditions on the other items repeat what was read of them; they can
   * only fail where something was written without the log.
   */
  async change(change: GroupChange): Promise<GroupChangeOutcome> {
    const entry = await this.#codec.encode(change.message);
    const outcome = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({ TransactItems: [this.#messagePut(entry), ...this.#writesOf(change)] }),
      ),
    );
    if (outcome.stored) return { stored: true, entry };
    // The SDK repeats a transaction whose answer was lost: then the item at the seq is its own message.
    const existing = readEntry(outcome.items[0]?.existing);
    if (existing?.message_uuid === entry.message_uuid) return { stored: true, entry };
    return { stored: false, existing: existing && (await this.#codec.decodeOne(existing)) };
  }

  /**
   * Writes the summary of a named group, if it is the one that was read. 1 W. Between the read and the write another batch
   * or a rebuild may write another summary; then the group as it is then is returned, to be looked at again. Changes of
   * the group's other attributes do not matter: this writes none of them.
   */
  async applySummary(seen: NamedGroup, summary: Summary): Promise<WriteOutcome<Group>> {
    const { sets, removes, values } = summaryUpdate(summary);
    const unchanged = summaryIsUnchanged(seen);
    const outcome = await conditionalWrite<GroupItem, unknown>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: groupKey(seen.groupId),
          UpdateExpression: `SET ${sets} ${removes}`,
          ConditionExpression: unchanged.condition,
          ExpressionAttributeValues: { ...values, ...unchanged.values },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (outcome.stored) return outcome;
    return { stored: false, existing: outcome.existing && groupOf(outcome.existing) };
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

  #messagePut(entry: LogEntry): TransactItem {
    return {
      Put: {
        TableName: this.#table.name,
        Item: messageItemOf(entry),
        ConditionExpression: SEQ_IS_FREE,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    };
  }

  #writesOf(change: GroupChange): TransactItem[] {
    const TableName = this.#table.name;
    const { groupId } = change.group;
    const update = groupUpdate(change);
    return [
      ...(update ? [{ Update: { TableName, Key: groupKey(groupId), ...update } }] : []),
      ...(change.joins ?? []).map((row) => ({
        Put: { TableName, Item: memberItemOf(row), ConditionExpression: NO_SUCH_MEMBER },
      })),
      ...(change.leaves ? this.#departureOf(change.leaves, change.message) : []),
      ...(change.roles ?? []).map(({ row, now }) => ({
        Update: {
          TableName,
          Key: memberKey(groupId, row.userId),
          UpdateExpression: 'SET #role = :now',
          ConditionExpression: ROLE_IS_AS_READ,
          ...roleNamed({ ':seen': row.role, ':now': now }),
        },
      })),
    ];
  }

  #departureOf({ row, removedBy }: NonNullable<GroupChange['leaves']>, message: Message): TransactItem[] {
    const TableName = this.#table.name;
    const former: FormerGroupItem = {
      ...formerGroupKey(row.userId, row.groupId),
      left_at: message.created_at,
      ...(removedBy !== undefined && { removed_by: removedBy }),
    };
    return [
      {
        Delete: {
          TableName,
          Key: memberKey(row.groupId, row.userId),
          ConditionExpression: ROLE_IS_AS_READ,
          ...roleNamed({ ':seen': row.role }),
        },
      },
      { Put: { TableName, Item: former } },
    ];
  }
}

const NO_SUCH_GROUP = 'attribute_not_exists(pk)';
const NO_SUCH_MEMBER = 'attribute_not_exists(pk)';
const ROLE_IS_AS_READ = '#role = :seen';
const MEMBERS_ARE_AS_READ = 'log_id = :log AND membership_seq = :seen';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What a change does to META; undefined where it leaves that as it is. */
function groupUpdate({ group, message, name, joins = [], leaves }: GroupChange) {
  const difference = joins.length - (leaves ? 1 : 0);
  const changesMembers = joins.length > 0 || leaves !== undefined;
  if (!changesMembers && name === undefined) return undefined;
  const sets = [
    ...(changesMembers ? ['member_count = :count, membership_seq = :seq'] : []),
    ...(name === undefined ? [] : ['#name = :name']),
  ];
  return {
    UpdateExpression: `SET ${sets.join(', ')}`,
    ConditionExpression: MEMBERS_ARE_AS_READ,
    ...(name !== undefined && { ExpressionAttributeNames: { '#name': 'name' } }),
    ExpressionAttributeValues: {
      ':log': group.log_id,
      ':seen': group.membership_seq,
      ...(changesMembers && { ':count': group.member_count + difference, ':seq': message.seq }),
      ...(name !== undefined && { ':name': name }),
    },
  };
}

/** `role` and `name` are among DynamoDB's reserved words. */
function roleNamed(values: Record<string, Role>) {
  return { ExpressionAttributeNames: { '#role': 'role' }, ExpressionAttributeValues: values };
}
