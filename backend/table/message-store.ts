import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { MessageItem, StoredText } from '../../schema/items.ts';
import { groupPk, type Key, MAX_SEQ, messageKey, messageSk, seqOf } from '../../schema/keys.ts';
import { conditionalTransaction, conditionalWrite, type WriteOutcome } from './condition.ts';
import { queryItems } from './query.ts';
import type { Table } from './table.ts';

/** A range of a group's log, both ends included. `from` may be 0, the place before the first message; never more than `to`. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** Another text for a message. */
export interface MessageEdit {
  readonly userId: string;
  readonly text: StoredText;
  /** Of a sealed text that is too long for the summaries. */
  readonly preview?: Uint8Array;
  readonly editedAt: string;
  /** The rev the message was seen with: where texts cannot be compared in the table. */
  readonly seenRev?: number;
}

/** The messages of every group: one log each. */
export class MessageStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Stores a message where none is. 1 W for each KB. */
  async append(message: MessageItem): Promise<WriteOutcome<MessageItem>> {
    const outcome = await conditionalWrite<Key, unknown>(
      this.#table.send(
        new PutCommand({
          TableName: this.#table.name,
          Item: message,
          ConditionExpression: SEQ_IS_FREE,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    return outcome.stored ? outcome : { stored: false, existing: readMessage(outcome.existing) };
  }

  /** Stores messages where none are: all of them, or none where one place is taken. Up to 100. 2 W for each KB. */
  async appendAll(messages: readonly MessageItem[]): Promise<{ readonly stored: boolean }> {
    return conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: messages.map((message) => ({
            Put: { TableName: this.#table.name, Item: message, ConditionExpression: SEQ_IS_FREE },
          })),
        }),
      ),
    );
  }

  /**
   * Gives a message another text, if it is its author's own, a text, not deleted, and another one than it has; or, where
   * that cannot be seen from a sealed text, still the rev that was seen. What can come in between is another edit or the
   * deletion; the message as it is then is handed back. 1 W for each KB.
   */
  async edit(groupId: string, seq: number, edit: MessageEdit): Promise<ChangeOutcome> {
    const { preview, seenRev } = edit;
    const isToBe = seenRev === undefined ? TEXT_IS_ANOTHER : REV_IS_AS_SEEN;
    return this.#change(groupId, seq, {
      UpdateExpression: `SET message = :text, edited_at = :at${preview ? ', preview = :preview' : ' REMOVE preview'} ADD rev :one`,
      ConditionExpression: `${IS_LIVE_TEXT} AND ${IS_OWN} AND ${isToBe}`,
      ExpressionAttributeValues: {
        ':kind': 'text',
        ':user': edit.userId,
        ':text': edit.text,
        ':at': edit.editedAt,
        ':one': 1,
        ...(preview && { ':preview': preview }),
        ...(seenRev !== undefined && { ':seen_rev': seenRev }),
      },
    });
  }

  /**
   * Makes a tombstone of a message: the text is gone, the seq and the sender's key stay. If it is a text, not deleted
   * yet, and the author's own unless `anyones`. 1 W for each KB that it had.
   */
  async delete(
    groupId: string,
    seq: number,
    deletion: { readonly userId: string; readonly anyones: boolean; readonly deletedAt: string },
  ): Promise<ChangeOutcome> {
    const { userId, anyones, deletedAt } = deletion;
    return this.#change(groupId, seq, {
      UpdateExpression: 'SET message = :nothing, deleted_at = :at REMOVE preview ADD rev :one',
      ConditionExpression: anyones ? IS_LIVE_TEXT : `${IS_LIVE_TEXT} AND ${IS_OWN}`,
      ExpressionAttributeValues: {
        ':kind': 'text',
        ':nothing': null,
        ':at': deletedAt,
        ':one': 1,
        ...(!anyones && { ':user': userId }),
      },
    });
  }

  async #change(
    groupId: string,
    seq: number,
    expression: Pick<
      UpdateCommandInput,
      'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
    >,
  ): Promise<ChangeOutcome> {
    const outcome = await conditionalWrite<Key, UpdateCommandOutput>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: messageKey(groupId, seq),
          ...expression,
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    const message = readMessage(outcome.stored ? outcome.answer.Attributes : outcome.existing);
    return outcome.stored && message ? { changed: true, message } : { changed: false, message };
  }

  /** How many tombstones a range of the log has, strongly read: what the range weighs is paid for. */
  async countTombstones(groupId: string, range: SeqRange): Promise<number> {
    const tombstones = await queryItems(
      this.#table,
      {
        ...inRange(groupId, range),
        FilterExpression: 'attribute_exists(deleted_at)',
        ProjectionExpression: 'pk, sk',
        ConsistentRead: true,
      },
      Infinity,
      readMessage,
    );
    return tombstones.length;
  }

  /** One message, strongly read. 1 R for each 4 KB. */
  async find(groupId: string, seq: number): Promise<MessageItem | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: messageKey(groupId, seq), ConsistentRead: true }),
    );
    return readMessage(Item);
  }

  /** Whether the log has this seq; strongly read. */
  async exists(groupId: string, seq: number): Promise<boolean> {
    const { Item } = await this.#table.send(
      new GetCommand({
        TableName: this.#table.name,
        Key: messageKey(groupId, seq),
        ConsistentRead: true,
        ProjectionExpression: 'seq',
      }),
    );
    return Item !== undefined;
  }

  /** The log's newest messages, newest first, strongly read. */
  async newest(groupId: string, limit: number): Promise<MessageItem[]> {
    return queryItems(
      this.#table,
      { ...inRange(groupId, LOG), ConsistentRead: true, ScanIndexForward: false },
      limit,
      readMessage,
    );
  }

  /** The seq of the log's newest message, strongly read; 0 for a log without any. */
  async tail(groupId: string): Promise<number> {
    const [newest] = await this.newest(groupId, 1);
    return newest?.seq ?? 0;
  }

  /**
   * The newest messages of a range, oldest first. Eventually consistent; read from the newest down, so what is there
   * is there with everything before it.
   */
  async lastOf(groupId: string, range: SeqRange, limit: number): Promise<MessageItem[]> {
    const messages = await queryItems<MessageItem>(
      this.#table,
      { ...inRange(groupId, range), ScanIndexForward: false },
      limit,
      readMessage,
    );
    return messages.reverse();
  }

  /** The oldest messages of a range, oldest first, without a gap among them. Eventually consistent. */
  async firstOf(groupId: string, range: SeqRange, limit: number): Promise<MessageItem[]> {
    return dense(await queryItems(this.#table, inRange(groupId, range), limit, readMessage));
  }

  /** The messages right after a seq, oldest first, without a gap: strongly read, because it is what repairs gaps. */
  async after(groupId: string, seq: number, limit: number): Promise<MessageItem[]> {
    if (seq >= MAX_SEQ) return [];
    const range = { from: seq + 1, to: MAX_SEQ };
    return dense(
      await queryItems(this.#table, { ...inRange(groupId, range), ConsistentRead: true }, limit, readMessage),
      seq + 1,
    );
  }

  /** The whole log, oldest first, in pages of up to 1 MB, strongly read. */
  async *log(groupId: string): AsyncGenerator<MessageItem[]> {
    let startKey: Record<string, unknown> | undefined;
    do {
      const page = await this.#table.send(
        new QueryCommand({
          ...inRange(groupId, LOG),
          TableName: this.#table.name,
          ConsistentRead: true,
          ...(startKey && { ExclusiveStartKey: startKey }),
        }),
      );
      yield (page.Items ?? []).flatMap((item) => readMessage(item) ?? []);
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
  }
}

/** What became of an edit or a deletion: the message as it is now, undefined when there is none. */
export type ChangeOutcome =
  | { readonly changed: true; readonly message: MessageItem }
  | { readonly changed: false; readonly message: MessageItem | undefined };

const IS_LIVE_TEXT = 'kind = :kind AND attribute_not_exists(deleted_at)';
const IS_OWN = 'user_uuid = :user';
const TEXT_IS_ANOTHER = 'message <> :text';
const REV_IS_AS_SEEN = 'rev = :seen_rev';

/** The append's condition: the key is free. A seq is stored once, so the log cannot fork. */
export const SEQ_IS_FREE = 'attribute_not_exists(pk)';

/**
 * A stored message. Its seq is its key's: an attribute that says another one is not believed. Undefined for an item
 * that stands among the messages under no message's key.
 */
export function readMessage(item: object | undefined): MessageItem | undefined {
  if (!item) return undefined;
  const message = item as MessageItem;
  const seq = seqOf(message);
  return seq === undefined ? undefined : { ...message, seq };
}

const LOG: SeqRange = { from: 0, to: MAX_SEQ };

function inRange(groupId: string, { from, to }: SeqRange) {
  return {
    KeyConditionExpression: 'pk = :group AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':group': groupPk(groupId), ':from': messageSk(from), ':to': messageSk(to) },
  };
}

/**
 * The messages up to the first gap. The log has none; but a Query is no snapshot, and one that passed seq n before it
 * was written can meet n + 1 when both were written meanwhile. What lies behind such a gap is read the next time.
 */
function dense(messages: readonly MessageItem[], first = messages[0]?.seq ?? 0): MessageItem[] {
  const gap = messages.findIndex((message, place) => message.seq !== first + place);
  return messages.slice(0, gap === -1 ? messages.length : gap);
}
