import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { BusyError } from '../../backend/errors.ts';
import {
  GROUP_SK,
  groupIdOf,
  groupPk,
  isMessageKey,
  MEMBER_SK_PREFIX,
  messageKey,
  MAX_SEQ,
} from '../../schema/keys.ts';
import { type RawItem, toLine } from './item-json.ts';
import { keyOf } from './item-shapes.ts';

/** How far the clock of who wrote a message may be behind the one here. */
const CLOCK_SKEW_MS = 15 * 60_000;
/** How often a group is read on that changes again and again. */
const MAX_ATTEMPTS = 20;

/** A group's partition, as far as it was read. */
interface Partition {
  readonly groupId: string;
  /** Members and META, which are handed on when it is known that they go with the messages. */
  rows: RawItem[];
  lastSk: string;
  /** Whether a message is so young that it may have come while the partition was read. */
  young: boolean;
}

/**
 * Hands items on so that each group's are of one moment, though they are read while people write.
 *
 * A partition is read in the order of its sort keys: members, META, messages. So rows are never newer than the log, and
 * a log has no hole. But who comes or goes after the rows were read, before the log was, stands in the log alone: then
 * a person who was removed would be a member again, or a conversation have messages and no members. So the rows are held
 * back until the log was read. If anything in it is young enough, they are read again; where others stand there now, the
 * log's new end and the rows are read once more, until two readings of the rows, one before and one after the log's end,
 * are alike in who is a member, and as what. Between the two nobody came or went: a change is one transaction with its
 * message. Those read first are handed on, which are no newer than the log.
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
    current ??= { groupId, rows: [], lastSk: messageKey(groupId, 0).sk, young: false };
    if (isMessageKey(key)) {
      current.lastSk = key.sk;
      current.young ||= (item['created_at']?.S ?? '') >= youngFrom;
      yield item;
    } else current.rows.push(item);
  }
  if (current) yield* finish(current, reader);
}

/** The rows of a partition whose messages were handed on, and what has come since that belongs to them. */
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
}

/** What only a change of the group changes: META, and of each member since when, and as what. */
function membership(rows: readonly RawItem[]): string {
  const parts = rows.map((row) => {
    const { sk, role, joined_seq } = row;
    if (sk?.S === GROUP_SK) return toLine(row);
    return toLine({ ...(sk && { sk }), ...(role && { role }), ...(joined_seq && { joined_seq }) });
  });
  return parts.join('');
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

  /** Messages behind one. */
  async *messagesAfter(groupId: string, sk: string): AsyncGenerator<RawItem> {
    // Both ends are included: what comes right after a key is that key with the lowest character behind it.
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
