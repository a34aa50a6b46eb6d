import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { LogEntry, Message, SeqRange } from '../domain/model.ts';
import { BusyError } from '../errors.ts';
import type { StoredText } from '../../schema/items.ts';
import { groupPk, MAX_SEQ, messageKey, messageSk } from '../../schema/keys.ts';
import { conditionalTransaction, conditionalWrite, type WriteOutcome } from './condition.ts';
import { messageItemOf, readEntry } from './items.ts';
import type { MessageCodec } from './message-codec.ts';
import { queryItems } from './query.ts';
import type { Table } from './table.ts';

/** An author's new text for a message. */
export interface MessageEdit {
  readonly userId: string;
  readonly text: string;
  readonly editedAt: string;
}

/** What became of an edit or a deletion: the message as it is now, undefined when there is none. */
export type ChangeOutcome =
  | { readonly changed: true; readonly message: Message }
  | { readonly changed: false; readonly message: Message | undefined };

/** How often a message that others change meanwhile is read again for an edit. */
const MAX_ATTEMPTS = 10;

/** The messages of every group: one log each. Texts are plain outside of it, and may be encrypted in the table. */
export class MessageStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;

  constructor(table: Table, codec: MessageCodec) {
    this.#table = table;
    this.#codec = codec;
  }

  /** Stores a message where none is. 1 W for each KB. @throws TextKeysUnavailableError; then nothing was stored. */
  async append(message: Message): Promise<WriteOutcome<Message>> {
    const outcome = await conditionalWrite<object, unknown>(
      this.#table.send(
        new PutCommand({
          TableName: this.#table.name,
          Item: messageItemOf(await this.#codec.encode(message)),
          ConditionExpression: SEQ_IS_FREE,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (outcome.stored) return outcome;
    return { stored: false, existing: await this.#decoded(readEntry(outcome.existing)) };
  }

  /** Stores messages where none are: all of them, or none where one place is taken. Up to 100. 2 W for each KB. */
  async appendAll(messages: readonly Message[]): Promise<{ readonly stored: boolean }> {
    const entries = await Promise.all(messages.map((message) => this.#codec.encode(message)));
    return conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: entries.map((entry) => ({
            Put: {
              TableName: this.#table.name,
              Item: messageItemOf(entry),
              ConditionExpression: SEQ_IS_FREE,
            },
          })),
        }),
      ),
    );
  }

  /**
   * Gives a message another text, if it is the author's own, a text, not deleted, and has a different text. Between the
   * request and the write another edit or a deletion may come: the condition fails, and the message as it is then is
   * returned. 1 W for each KB.
   *
   * With encryption no condition can compare texts. Then the message is read and decrypted first (1 R more for each 4 KB),
   * and changed only if it still has the rev that was read; a change in between starts this again.
   * @throws TextKeysUnavailableError before anything is stored; BusyError where the message keeps changing.
   */
  async edit(groupId: string, seq: number, edit: MessageEdit): Promise<ChangeOutcome> {
    if (!this.#codec.hasKeys) {
      return this.#result(await this.#edit(groupId, seq, { ...edit, condition: TEXT_IS_ANOTHER }));
    }
    let existing = await this.find(groupId, seq);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (!existing || !isLiveTextOf(existing, edit.userId)) return { changed: false, message: existing };
      if (!existing.unreadable && existing.message === edit.text)
        return { changed: false, message: existing };
      const { message, preview } = await this.#codec.encode({ ...existing, message: edit.text });
      const outcome = await this.#edit(groupId, seq, {
        ...edit,
        text: message ?? edit.text,
        ...(preview && { preview }),
        condition: REV_IS_AS_READ,
        seenRev: existing.rev,
      });
      if (outcome.stored) {
        // The very bytes that were encrypted here need not be decrypted again.
        const stored = { ...outcome.entry, message, ...(preview && { preview }) };
        return { changed: true, message: await this.#codec.decodeOne(stored) };
      }
      existing = await this.#decoded(outcome.entry);
    }
    throw new BusyError('This message changes faster than it can be written.');
  }

  /**
   * Makes a tombstone of a message: the text is gone, the seq and the sender's key stay. Only of a text that is not
   * deleted yet, and of the author's own unless `anyones`. 1 W for each KB that it had.
   */
  async delete(
    groupId: string,
    seq: number,
    deletion: { readonly userId: string; readonly anyones: boolean; readonly deletedAt: string },
  ): Promise<ChangeOutcome> {
    const { userId, anyones, deletedAt } = deletion;
    return this.#result(
      await this.#update(groupId, seq, {
        UpdateExpression: 'SET message = :nothing, deleted_at = :at REMOVE preview ADD rev :one',
        ConditionExpression: anyones ? IS_LIVE_TEXT : `${IS_LIVE_TEXT} AND ${IS_OWN}`,
        ExpressionAttributeValues: {
          ':kind': 'text',
          ':nothing': null,
          ':at': deletedAt,
          ':one': 1,
          ...(!anyones && { ':user': userId }),
        },
      }),
    );
  }

  /** How many tombstones a range of the log has, strongly read: costs what the range weighs. */
  async countTombstones(groupId: string, range: SeqRange): Promise<number> {
    const query = {
      ...inRange(groupId, range),
      FilterExpression: 'attribute_exists(deleted_at)',
      ProjectionExpression: 'pk, sk',
      ConsistentRead: true,
    };
    return (await queryItems(this.#table, query, Infinity, readEntry)).length;
  }

  /** One message, strongly read. 1 R for each 4 KB. */
  async find(groupId: string, seq: number): Promise<Message | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: messageKey(groupId, seq), ConsistentRead: true }),
    );
    return this.#decoded(readEntry(Item));
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

  /** The seq of the log's newest message, strongly read; 0 for a log without any. */
  async tail(groupId: string): Promise<number> {
    const [newest] = await this.#newest(groupId, 1);
    return newest?.seq ?? 0;
  }

  /** Searches the log's newest messages, strongly read. Only the message that was found is decrypted. */
  async searchNewest(groupId: string, limit: number, matches: Matches): Promise<Search> {
    const newest = await this.#newest(groupId, limit);
    return this.#search(newest.reverse(), matches);
  }

  /** Searches the messages right after a seq, strongly read. Only the message that was found is decrypted. */
  async searchAfter(groupId: string, seq: number, limit: number, matches: Matches): Promise<Search> {
    return this.#search(await this.#after(groupId, seq, limit), matches);
  }

  /**
   * The newest messages of a range, oldest first. Eventually consistent; read from the newest down, so what is there
   * is there with everything before it.
   */
  async lastOf(groupId: string, range: SeqRange, limit: number): Promise<Message[]> {
    const query = { ...inRange(groupId, range), ScanIndexForward: false };
    const entries = await queryItems(this.#table, query, limit, readEntry);
    return this.#codec.decode(entries.reverse());
  }

  /** The oldest messages of a range, oldest first, without a gap among them. Eventually consistent. */
  async firstOf(groupId: string, range: SeqRange, limit: number): Promise<Message[]> {
    return this.#codec.decode(
      dense(await queryItems(this.#table, inRange(groupId, range), limit, readEntry)),
    );
  }

  /** The messages right after a seq, oldest first, without a gap: strongly read, because clients repair gaps by it. */
  async after(groupId: string, seq: number, limit: number): Promise<Message[]> {
    return this.#codec.decode(await this.#after(groupId, seq, limit));
  }

  /** The whole log as it is stored, oldest first, in pages of up to 1 MB, strongly read. */
  async *log(groupId: string): AsyncGenerator<LogEntry[]> {
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
      yield (page.Items ?? []).flatMap((item) => readEntry(item) ?? []);
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
  }

  async #newest(groupId: string, limit: number): Promise<LogEntry[]> {
    const query = { ...inRange(groupId, LOG), ConsistentRead: true, ScanIndexForward: false };
    return queryItems(this.#table, query, limit, readEntry);
  }

  async #after(groupId: string, seq: number, limit: number): Promise<LogEntry[]> {
    if (seq >= MAX_SEQ) return [];
    const query = { ...inRange(groupId, { from: seq + 1, to: MAX_SEQ }), ConsistentRead: true };
    return dense(await queryItems(this.#table, query, limit, readEntry), seq + 1);
  }

  async #search(entries: readonly LogEntry[], matches: Matches): Promise<Search> {
    const found = entries.find(matches);
    const lastSeq = entries.at(-1)?.seq ?? 0;
    return { count: entries.length, lastSeq, ...(found && { found: await this.#codec.decodeOne(found) }) };
  }

  async #decoded(entry: LogEntry | undefined): Promise<Message | undefined> {
    return entry && this.#codec.decodeOne(entry);
  }

  async #result({ stored, entry }: UpdateOutcome): Promise<ChangeOutcome> {
    if (stored) return { changed: true, message: await this.#codec.decodeOne(entry) };
    return { changed: false, message: await this.#decoded(entry) };
  }

  async #edit(
    groupId: string,
    seq: number,
    edit: Omit<MessageEdit, 'text'> & {
      readonly text: StoredText;
      readonly preview?: Uint8Array;
      readonly condition: string;
      readonly seenRev?: number;
    },
  ): Promise<UpdateOutcome> {
    const { preview, seenRev } = edit;
    return this.#update(groupId, seq, {
      UpdateExpression: `SET message = :text, edited_at = :at${preview ? ', preview = :preview' : ' REMOVE preview'} ADD rev :one`,
      ConditionExpression: `${IS_LIVE_TEXT} AND ${IS_OWN} AND ${edit.condition}`,
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

  async #update(
    groupId: string,
    seq: number,
    expression: Pick<
      UpdateCommandInput,
      'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
    >,
  ): Promise<UpdateOutcome> {
    const outcome = await conditionalWrite<object, UpdateCommandOutput>(
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
    const entry = readEntry(outcome.stored ? outcome.answer.Attributes : outcome.existing);
    return outcome.stored && entry ? { stored: true, entry } : { stored: false, entry };
  }
}

/** Whether a message is the one that is searched for. Its text may be encrypted. */
export type Matches = (entry: LogEntry) => boolean;

/** What a search of the log found. */
export interface Search {
  readonly found?: Message;
  /** How many messages were searched. */
  readonly count: number;
  /** The highest seq that was searched; 0 for none. */
  readonly lastSeq: number;
}

type UpdateOutcome =
  | { readonly stored: true; readonly entry: LogEntry }
  | { readonly stored: false; readonly entry: LogEntry | undefined };

const IS_LIVE_TEXT = 'kind = :kind AND attribute_not_exists(deleted_at)';
const IS_OWN = 'user_uuid = :user';
const TEXT_IS_ANOTHER = 'message <> :text';
const REV_IS_AS_READ = 'rev = :seen_rev';

/** The append's condition: the key is free. A seq is stored once, so the log cannot fork. */
export const SEQ_IS_FREE = 'attribute_not_exists(pk)';

const LOG: SeqRange = { from: 0, to: MAX_SEQ };

function isLiveTextOf({ kind, user_uuid: author, deleted_at: deleted }: Message, userId: string): boolean {
  return kind === 'text' && author === userId && deleted === undefined;
}

function inRange(groupId: string, { from, to }: SeqRange) {
  return {
    KeyConditionExpression: 'pk = :group AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':group': groupPk(groupId), ':from': messageSk(from), ':to': messageSk(to) },
  };
}

/**
 * The messages up to the first gap. The log has none; but a Query is no snapshot: it can pass seq n before n is written
 * and then read n + 1 when both were written meanwhile. Messages after such a gap are read the next time.
 */
function dense(messages: readonly LogEntry[], first = messages[0]?.seq ?? 0): LogEntry[] {
  const gap = messages.findIndex((message, index) => message.seq !== first + index);
  return messages.slice(0, gap === -1 ? messages.length : gap);
}
