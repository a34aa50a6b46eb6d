import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { LogEntry, Message, SeqRange, Tail } from '../domain/model.ts';
import { type Key, MAX_SEQ, messageKey, messageSk, seqOf } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { conditionalTransaction, conditionalWrite, type WriteOutcome } from './condition.ts';
import { messageItemOf, readEntry } from './items.ts';
import { mentionWrites, type TransactItem } from './mention-store.ts';
import type { MessageCodec } from './message-codec.ts';
import { inGroup, queryItems, queryOnce, queryPages } from './query.ts';
import type { Table } from './table.ts';
import { fileWrites } from './upload-store.ts';

/**
 * The messages of every group: one log each. Texts are plain outside of it, and may be encrypted in the table. What changes
 * a message after that is in `RevisionStore`.
 */
export class MessageStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;

  constructor(table: Table, codec: MessageCodec) {
    this.#table = table;
    this.#codec = codec;
  }

  /**
   * Stores a message where none is. 1 W for each KB; with mentions or files 2 W for each KB, for each item of a mention and
   * for each file.
   * @throws TextKeysUnavailableError; then nothing was stored.
   */
  async append(message: Message): Promise<AppendOutcome> {
    const entry = await this.#codec.encode(message);
    const put = {
      TableName: this.#table.name,
      Item: messageItemOf(entry),
      ConditionExpression: SEQ_IS_FREE,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    const others = [
      ...mentionWrites(this.#table.name, entry, { after: entry }),
      ...fileWrites(this.#table.name, entry),
    ];
    const outcome =
      others.length === 0
        ? await conditionalWrite<object, unknown>(this.#table.send(new PutCommand(put)))
        : await this.#putWith(put, others);
    if (outcome.stored || 'filesTaken' in outcome) return outcome;
    return { stored: false, existing: await this.#decoded(readEntry(outcome.existing)) };
  }

  /** Puts a message with the items of its mentions and files: all or nothing. The message and the files have conditions. */
  async #putWith(
    put: NonNullable<TransactItem['Put']>,
    others: readonly TransactItem[],
  ): Promise<WriteOutcome<object> | FilesTaken> {
    const TransactItems = [{ Put: put }, ...others];
    const outcome = await conditionalTransaction(
      this.#table.send(new TransactWriteCommand({ TransactItems })),
    );
    if (outcome.stored) return { stored: true, answer: undefined };
    const [message] = outcome.items;
    return message?.held
      ? { stored: false, existing: undefined, filesTaken: true }
      : { stored: false, existing: message?.existing };
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

  /** One message, strongly read. 1 R for each 4 KB. */
  async find(groupId: string, seq: number): Promise<Message | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: messageKey(groupId, seq), ConsistentRead: true }),
    );
    return this.#decoded(readEntry(Item));
  }

  /**
   * The message at a seq as a place to put after; undefined where the log has none.
   * @param consistency `eventual` for a read mark, where a message that is missed is searched for strongly. 0.5 R eventual, 1 R strong.
   */
  async tailAt(
    groupId: string,
    seq: number,
    consistency: 'eventual' | 'strong' = 'strong',
  ): Promise<Tail | undefined> {
    if (seq === 0) return LOG_START;
    const { Item } = await this.#table.send(
      new GetCommand({
        TableName: this.#table.name,
        Key: messageKey(groupId, seq),
        ConsistentRead: consistency === 'strong',
        ...TAIL_ATTRIBUTES,
      }),
    );
    return readEntry(Item);
  }

  /** The log's newest message, strongly read; seq 0 for a log without any. 1 R for 4 KB. */
  async newest(groupId: string): Promise<LogEntry | undefined> {
    return (await this.#newest(groupId, 1))[0];
  }

  /** The place to put after, strongly read. 1 R for 4 KB. */
  async tail(groupId: string): Promise<Tail> {
    return (await this.newest(groupId)) ?? LOG_START;
  }

  /** Some messages, strongly read, in no order; those that are not there are left out. 1 R for each 4 KB. */
  async findMany(groupId: string, seqs: readonly number[]): Promise<Message[]> {
    return this.#codec.decode([...(await this.entriesAt(groupId, seqs)).values()]);
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

  /** The newest messages of a range, oldest first, strongly read. */
  async lastOf(groupId: string, range: SeqRange, limit: number): Promise<Message[]> {
    const query = { ...inRange(groupId, range), ScanIndexForward: false, ConsistentRead: true };
    const entries = await queryItems(this.#table, query, limit, readEntry);
    return this.#codec.decode(entries.reverse());
  }

  /**
   * The newest messages of a range as they are stored, newest first, strongly read by one Query: at most `limit`, and at
   * most 1 MB. 1 R for 4 KB, so 256 R at most. `rest` is the part of the range that was not read; absent: none is left.
   */
  async lookBack(
    groupId: string,
    range: SeqRange,
    limit: number,
  ): Promise<{ readonly entries: readonly LogEntry[]; readonly rest?: SeqRange }> {
    const query = { ...inRange(groupId, range), ScanIndexForward: false, ConsistentRead: true };
    const { items, lastKey } = await queryOnce(this.#table, query, limit, readEntry);
    const to = ((lastKey && seqOf(lastKey)) ?? 0) - 1;
    return { entries: items, ...(to >= Math.max(range.from, 1) && { rest: { from: range.from, to } }) };
  }

  /** The oldest messages of a range, oldest first, without a gap among them, strongly read. */
  async firstOf(groupId: string, range: SeqRange, limit: number): Promise<Message[]> {
    const query = { ...inRange(groupId, range), ConsistentRead: true };
    return this.#codec.decode(dense(await queryItems(this.#table, query, limit, readEntry)));
  }

  /** The messages right after a seq, oldest first, without a gap: strongly read, because clients repair gaps by it. */
  async after(groupId: string, seq: number, limit: number): Promise<Message[]> {
    return this.#codec.decode(await this.#after(groupId, seq, limit));
  }

  /** The whole log as it is stored, oldest first, in pages of up to 1 MB, strongly read. */
  async *log(groupId: string): AsyncGenerator<LogEntry[]> {
    for await (const items of this.items(groupId)) yield items.flatMap((item) => readEntry(item) ?? []);
  }

  /**
   * The items of a log from a seq on, whatever they hold, in pages of up to 1 MB, strongly read: for maintenance.
   * @param from a seq.
   */
  async *items(groupId: string, from = 0): AsyncGenerator<Key[]> {
    const query = { ...inRange(groupId, { from, to: MAX_SEQ }), ConsistentRead: true };
    for await (const items of queryPages(this.#table, query)) yield items as unknown as Key[];
  }

  /** Some messages as they are stored, by seq, strongly read; those that are not there are left out. 1 R for each 4 KB. */
  async entriesAt(groupId: string, seqs: Iterable<number>): Promise<ReadonlyMap<number, LogEntry>> {
    const keys = [...new Set(seqs)].map((seq) => messageKey(groupId, seq));
    const entries = (await batchGet(this.#table, keys, true)).flatMap((item) => readEntry(item) ?? []);
    return new Map(entries.map((entry) => [entry.seq, entry]));
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
    const last = entries.at(-1);
    return {
      count: entries.length,
      ...(last && { last }),
      ...(found && { found: await this.#codec.decodeOne(found) }),
    };
  }

  async #decoded(entry: LogEntry | undefined): Promise<Message | undefined> {
    return entry && this.#codec.decodeOne(entry);
  }
}

/** The seq was free, but a file of the message cannot be sent any more. */
export interface FilesTaken {
  readonly stored: false;
  readonly existing: undefined;
  readonly filesTaken: true;
}

/** What became of an append: stored; not stored because of the message at its seq; or because of a file. */
export type AppendOutcome = WriteOutcome<Message> | FilesTaken;

/** Whether a message is the one that is searched for. Its text may be encrypted. */
export type Matches = (entry: LogEntry) => boolean;

/** What a search of the log found. */
export interface Search {
  readonly found?: Message;
  /** How many messages were searched. */
  readonly count: number;
  /** The newest message that was searched. */
  readonly last?: Tail;
}

/** The append's condition: the key is free. A seq is stored once, so the log cannot fork. */
export const SEQ_IS_FREE = 'attribute_not_exists(pk)';

const LOG: SeqRange = { from: 0, to: MAX_SEQ };

/** The place before the first message. */
const LOG_START: Tail = { seq: 0, n: 0 };

/** What makes a place to put after: its key, and what the message after it is numbered and dated by. */
const TAIL_ATTRIBUTES = { ProjectionExpression: 'pk, sk, seq, n, created_at' };

const inRange = (groupId: string, { from, to }: SeqRange) => inGroup(groupId, messageSk(from), messageSk(to));

/**
 * The messages up to the first gap. The log has none; but a Query is no snapshot: it can pass seq n before n is written
 * and then read n + 1 when both were written meanwhile. Messages after such a gap are read the next time.
 */
function dense(messages: readonly LogEntry[], first = messages[0]?.seq ?? 0): LogEntry[] {
  const gap = messages.findIndex((message, index) => message.seq !== first + index);
  return messages.slice(0, gap === -1 ? messages.length : gap);
}
