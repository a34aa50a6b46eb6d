import {
  GetCommand,
  ScanCommand,
  type ScanCommandOutput,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type {
  Group,
  LogEntry,
  Member,
  Message,
  NamedGroup,
  NewGroup,
  NewMember,
  OwnData,
  Summary,
} from '../domain/model.ts';
import type { GroupItem } from '../../schema/items.ts';
import { ALL_MEMBERS, GROUP_SK, groupIdOf, groupKey, type Key } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { noBlock } from './block-store.ts';
import { conditionalTransaction, conditionalWrite, type WriteOutcome } from './condition.ts';
import { changeWrites, type GroupChange } from './group-change.ts';
import { groupDataWrite, type StoredData } from './group-data-store.ts';
import { groupItemOf, groupOf, memberItemOf, messageItemOf, readEntry, summaryOf } from './items.ts';
import { mentionTargets, mentionWrites, type TransactItem } from './mention-store.ts';
import type { MessageCodec } from './message-codec.ts';
import { SEQ_IS_FREE } from './message-store.ts';
import { summaryIsUnchanged, summaryUpdate } from './summary-update.ts';
import type { Table } from './table.ts';
import { fileWrites } from './upload-store.ts';

/** A group that is created: all of it or nothing. */
export interface GroupToOpen {
  readonly group: NewGroup;
  readonly members: readonly NewMember[];
  /** Its own data, whose id it has. */
  readonly data?: OwnData | undefined;
  /** `MSG#1`. */
  readonly firstMessage: Message;
  /** Of a direct group: its author and the other user, neither of whom may block the other when it is stored. */
  readonly pair?: readonly [author: string, peer: string];
}

export type OpenOutcome =
  | {
      readonly opened: true;
      readonly group: Group;
      readonly members: readonly Member[];
      readonly entry: LogEntry;
    }
  /** The group existed: its first message. */
  | {
      readonly opened: false;
      readonly firstMessage: Message | undefined;
      readonly blockedBy?: never;
      readonly filesTaken?: never;
    }
  /** There is no group, and one of the two blocks the other. */
  | {
      readonly opened: false;
      readonly firstMessage?: undefined;
      readonly blockedBy: 'author' | 'peer';
      readonly filesTaken?: never;
    }
  /** There is no group, and a file of the first message cannot be sent any more. */
  | {
      readonly opened: false;
      readonly firstMessage?: undefined;
      readonly blockedBy?: never;
      readonly filesTaken: true;
    };

export type GroupChangeOutcome =
  | { readonly stored: true; readonly entries: readonly [LogEntry, ...LogEntry[]] }
  /** What is at the seq of the first message. */
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

  /**
   * METAs, in no order; those that are not there are left out. Eventually consistent: 0.5 R each; 1 R where `strong`.
   * @param groupIds each once.
   */
  async findMany(groupIds: readonly string[], strong = false): Promise<Group[]> {
    const items = await batchGet(this.#table, groupIds.map(groupKey), strong);
    return items.map((item) => groupOf(item as GroupItem));
  }

  /**
   * Stores a group where none is, in one transaction: a group is never seen without its members or its first message.
   * When two callers open it at the same moment, one meets the condition on META, or a transaction conflict that the
   * client retries. 2 W for each item, mentions and files among them, and 2 W for each row in the inbox: 12 W for two members, and 4 W for the
   * two conditions that neither of a pair blocks the other.
   */
  async open({
    group: newGroup,
    members: newMembers,
    firstMessage,
    pair,
    data,
  }: GroupToOpen): Promise<OpenOutcome> {
    const TableName = this.#table.name;
    const [entry, stored] = await Promise.all([
      this.#codec.encode(firstMessage),
      this.#storedData(newGroup.groupId, data),
    ]);
    const group = newGroup.kind === 'direct' ? newGroup : { ...newGroup, ...summaryOf(entry) };
    const members = newMembers.map((member) => withSummary(member, entry));
    const outcome = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName, Item: groupItemOf(group), ConditionExpression: NO_SUCH_GROUP } },
            this.#messagePut(entry),
            ...(pair ? [noBlock(TableName, pair[1], pair[0]), noBlock(TableName, pair[0], pair[1])] : []),
            ...members.map((member) => ({ Put: { TableName, Item: memberItemOf(member) } })),
            ...mentionWrites(TableName, entry, { after: entry }),
            ...fileWrites(TableName, entry),
            ...(stored ? [groupDataWrite(TableName, newGroup.groupId, stored)] : []),
          ],
        }),
      ),
    );
    if (outcome.stored) return { opened: true, group, members, entry };
    const blockedBy = pair && blockerIn(outcome.items);
    if (blockedBy) return { opened: false, blockedBy };
    const [meta, first] = outcome.items;
    if (meta?.held && first?.held) return { opened: false, filesTaken: true };
    const existing = readEntry(first?.existing);
    return { opened: false, firstMessage: existing && (await this.#codec.decodeOne(existing)) };
  }

  /**
   * Stores a change of a group and its system messages, all or nothing. 2 W for each item, and what the index costs.
   *
   * Everything that can come between the caller's read of the group and this write is in the log: another change of the
   * group takes the seq, and so does a send. The conditions on the other items repeat what was read of them; they can
   * only fail where something was written without the log. An invitation is not in the log: it may be revoked, or expire,
   * until the write itself.
   */
  async change(change: GroupChange): Promise<GroupChangeOutcome> {
    const [message, ...others] = change.messages;
    const [data, first, ...rest] = await Promise.all([
      this.#storedData(change.group.groupId, change.data),
      this.#codec.encode(message),
      ...others.map((other) => this.#codec.encode(other)),
    ]);
    const entries = [first, ...rest] as const;
    const outcome = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            ...entries.map((entry) => this.#messagePut(entry)),
            ...changeWrites(this.#table.name, change, data),
          ],
        }),
      ),
    );
    if (outcome.stored) return { stored: true, entries };
    // The SDK repeats a transaction whose answer was lost: then the item at the seq is its own message.
    const existing = readEntry(outcome.items[0]?.existing);
    if (existing?.message_uuid === first.message_uuid) return { stored: true, entries };
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

  /** Own data as it is stored; null and undefined stay what they are. */
  async #storedData<None extends null | undefined>(
    groupId: string,
    data: OwnData | None,
  ): Promise<StoredData | None> {
    return data ? { id: data.id, data: await this.#codec.encodeGroupData(groupId, data) } : data;
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
}

/** Who of a pair blocks the other, by the items of the transaction that opens their group; undefined where the group existed. */
function blockerIn([meta, , byPeer, byAuthor]: readonly {
  readonly held: boolean;
}[]): 'author' | 'peer' | undefined {
  if (!meta?.held) return undefined;
  if (byPeer?.held === false) return 'peer';
  return byAuthor?.held === false ? 'author' : undefined;
}

/** The row of a new member; in a direct group with the summary of its first message. */
function withSummary(member: NewMember, first: LogEntry): Member {
  if (member.peer === undefined) return member;
  const targets = mentionTargets(first);
  const isMentioned = targets.includes(ALL_MEMBERS) || targets.includes(member.userId);
  return { ...member, ...summaryOf(first), ...(isMentioned && { last_mention_seq: first.seq }) };
}

const NO_SUCH_GROUP = 'attribute_not_exists(pk)';
