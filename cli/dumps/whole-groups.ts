import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { BusyError } from '../../backend/errors.ts';
import {
  GROUP_SK,
  groupIdOf,
  groupPk,
  isMessageKey,
  isPinsKey,
  type Key,
  MEMBER_SK_PREFIX,
  memberUserIdOf,
  messageKey,
  MAX_SEQ,
  reactionsOf,
} from '../../schema/keys.ts';
import { type RawItem, toLine } from './item-json.ts';
import { keyOf } from './item-shapes.ts';

/** Maximum time in ms by which a writer's clock may be behind this one. */
const CLOCK_SKEW_MS = 15 * 60_000;
/** Maximum number of reads of a group that keeps changing. */
const MAX_ATTEMPTS = 20;

/** A group's partition, as far as it was read. */
interface Partition {
  readonly groupId: string;
  /** Members and META, which are held back until they are known to fit the messages. */
  rows: RawItem[];
  /** Pins, and reactions to messages that were not read: they are read after the log, and may name newer messages. */
  readonly late: RawItem[];
  lastSk: string;
  /** Whether a message is so new that it may have been written while the partition was read. */
  young: boolean;
}

/**
 * Passes items on so that those of each group are of one moment, although clients write meanwhile.
 *
 * A partition is read in the order of its sort keys: changes, deleted seqs, invitations, members, META, messages, pins, the
 * listing of a public group (which `rebuild-summaries` repairs where it was read after a change of META), reactions. So a log has no
 * gap, and what is read before it is never newer than the log.
 *
 * Pins and reactions are read after it, and may be of messages that the dump does not have. Those are left out: a table made of the
 * dump would show them on the next messages with these seqs.
 *
 * The race: a member who is added or removed after the rows were read and before the log was read is only
 * in the log. A removed user would then be a member again, or a conversation would have messages and no members. So the
 * rows are held back until the log was read. If a message in it is new enough, the rows are read again. If they changed,
 * the new end of the log and the rows are read once more, until the rows before and after the end of the log have the same
 * members with the same roles. No member was added or removed between these two reads, because a change of members and its
 * message are one transaction. The rows of the first of the two reads are passed on: they are no newer than the log.
 * @param since when the reading of the table began.
 */
export async function* wholeGroups(
  items: AsyncIterable<RawItem>,
  reader: GroupReader,
  since: Date,
): AsyncGenerator<RawItem> {
  const youngFrom = new Date(since.getTime() - CLOCK_SKEW_MS).toISOString();
  let current: Partition | undefined;
  for await (const item of items) {
    const key = keyOf(item);
    const groupId = groupIdOf(key);
    if (current && current.groupId !== groupId) {
      yield* finish(current, reader);
      current = undefined;
    }
    if (groupId === undefined) {
      yield item;
      continue;
    }
    current ??= { groupId, rows: [], late: [], lastSk: messageKey(groupId, 0).sk, young: false };
    if (isMessageKey(key)) {
      current.lastSk = key.sk;
      current.young ||= (item['created_at']?.S ?? '') >= youngFrom;
      yield item;
    } else if (isRow(key)) current.rows.push(item);
    else if (isPinsKey(key) || isReactionToNewer(key, current)) current.late.push(item);
    else yield item;
  }
  if (current) yield* finish(current, reader);
}

/** Yields the rows of a partition whose messages were passed on, and the newer messages that belong to these rows. */
async function* finish(partition: Partition, reader: GroupReader): AsyncGenerator<RawItem> {
  const { groupId } = partition;
  for (let attempt = 0; partition.young; attempt += 1) {
    const now = await reader.rows(groupId);
    if (membership(now) === membership(partition.rows)) break;
    if (attempt === MAX_ATTEMPTS) throw new BusyError(`Conversation ${groupId} keeps changing.`);
    partition.rows = now;
    for await (const message of reader.messagesAfter(groupId, partition.lastSk)) {
      partition.lastSk = keyOf(message).sk;
      yield message;
    }
  }
  yield* partition.rows;
  yield* partition.late.flatMap((item) => withoutNewer(item, partition));
}

function isReactionToNewer(key: Key, { groupId, lastSk }: Partition): boolean {
  const reactions = reactionsOf(key);
  return reactions !== undefined && messageKey(groupId, reactions.seq).sk > lastSk;
}

/** Pins or reactions without those of messages after the log's end. */
function withoutNewer(item: RawItem, partition: Partition): RawItem[] {
  const { groupId, lastSk } = partition;
  if (isReactionToNewer(keyOf(item), partition)) return [];
  const { seqs, ...rest } = item;
  if (seqs?.NS === undefined) return [item];
  const kept = seqs.NS.filter((seq) => messageKey(groupId, Number(seq)).sk <= lastSk);
  return [kept.length === 0 ? rest : { ...rest, seqs: { NS: kept } }];
}

/** Whether the item is a member's row, or META. */
function isRow(key: Key): boolean {
  return memberUserIdOf(key) !== undefined || key.sk === GROUP_SK;
}

/** The attributes of a row that only a change of the group changes. A summary changes with each message. */
const MEMBERSHIP = [
  'sk',
  'log_id',
  'role',
  'joined_seq',
  'name',
  'visibility',
  'member_count',
  'membership_seq',
];

/** The part of the rows that only a change of the group changes. */
function membership(rows: readonly RawItem[]): string {
  return rows
    .map((row) =>
      toLine(Object.fromEntries(Object.entries(row).filter(([name]) => MEMBERSHIP.includes(name)))),
    )
    .join('');
}

/** Reads parts of one group's partition, strongly. */
export class GroupReader {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Members and META, in the order of their keys. 1 R for 8 of them. */
  async rows(groupId: string): Promise<RawItem[]> {
    const rows: RawItem[] = [];
    for await (const row of this.#query(groupId, MEMBER_SK_PREFIX, GROUP_SK)) rows.push(row);
    return rows;
  }

  /** The messages after one. */
  async *messagesAfter(groupId: string, sk: string): AsyncGenerator<RawItem> {
    // BETWEEN includes both ends: the next key after a key is that key followed by the lowest character.
    yield* this.#query(groupId, `${sk}\u0000`, messageKey(groupId, MAX_SEQ).sk);
  }

  async *#query(groupId: string, from: string, to: string): AsyncGenerator<RawItem> {
    const input = {
      TableName: this.#tableName,
      KeyConditionExpression: 'pk = :group AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':group': { S: groupPk(groupId) },
        ':from': { S: from },
        ':to': { S: to },
      },
      ConsistentRead: true,
    };
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, input)) yield* Items;
  }
}
