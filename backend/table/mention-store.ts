import { TransactWriteCommand, type TransactWriteCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LogEntry } from '../domain/model.ts';
import {
  ALL_MEMBERS,
  memberKey,
  MENTION_SK_END,
  MENTION_SK_PREFIX,
  mentionKey,
  mentionOf,
  mentionSk,
  messageKey,
} from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { conditionalTransaction, conditionalWrite } from './condition.ts';
import { countItems, inGroup, queryPages } from './query.ts';
import type { Table } from './table.ts';

/** An item of a transaction. */
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Whom a message mentions. */
export type Mentions = Pick<LogEntry, 'mentions' | 'mentions_all'>;

/** One item: a message that mentions a user, or ALL_MEMBERS. */
export interface Mention {
  readonly target: string;
  readonly seq: number;
}

/** Mentions that are counted at most. */
export const MAX_COUNTED_MENTIONS = 1_000;

/** Counts mentions: their items are written with their messages (see `mentionWrites`), the rows of members by the stream. */
export class MentionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * How many messages after `seq`, up to `last`, mention a user or all members; at most MAX_COUNTED_MENTIONS. Eventually
   * consistent. 0.5 R for 4 KB, about 45 of them.
   * @param target a user id, or ALL_MEMBERS.
   */
  async count(groupId: string, target: string, seq: number, last: number): Promise<number> {
    if (last <= seq) return 0;
    const query = inGroup(groupId, mentionSk(target, seq + 1), mentionSk(target, last));
    return countItems(this.#table, query, MAX_COUNTED_MENTIONS);
  }

  /** Which of some mentions have their items, strongly read: for maintenance. 1 R each. */
  async present(groupId: string, mentions: readonly Mention[]): Promise<ReadonlySet<Mention>> {
    const keys = mentions.map(({ target, seq }) => mentionKey(groupId, target, seq));
    const found = new Set((await batchGet(this.#table, keys, true)).map(({ sk }) => sk));
    return new Set(mentions.filter(({ target, seq }) => found.has(mentionSk(target, seq))));
  }

  /** All items of a group's mentions, in pages of up to 1 MB, strongly read: for maintenance. */
  async *all(groupId: string): AsyncGenerator<Mention[]> {
    const query = { ...inGroup(groupId, MENTION_SK_PREFIX, MENTION_SK_END), ConsistentRead: true };
    for await (const items of queryPages(this.#table, query)) {
      yield items.flatMap(({ pk, sk }) => mentionOf({ pk: String(pk), sk: String(sk) }) ?? []);
    }
  }

  /**
   * Notes in the row of a named group that a message mentions its user. A later mention may be noted meanwhile, and stays; a
   * user who has left gets no row. 2 W with the index; 1 W where nothing is to be noted.
   */
  async raiseLast(groupId: string, userId: string, seq: number): Promise<void> {
    await conditionalWrite(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(groupId, userId),
          UpdateExpression: 'SET last_mention_seq = :seq',
          ConditionExpression: MENTION_IS_LATER,
          ExpressionAttributeValues: { ':seq': seq },
        }),
      ),
    );
  }

  /**
   * Writes or deletes an item as its message says, if that is the one that was read: between the read and the write it can
   * be edited or deleted, with its items. 4 W.
   * @param seen rev: of the message that was read; undefined where there is none.
   * @returns whether the message was unchanged.
   */
  async repair(
    groupId: string,
    { target, seq }: Mention,
    seen: { readonly rev: number | undefined; readonly isMentioned: boolean },
  ): Promise<boolean> {
    const TableName = this.#table.name;
    const key = mentionKey(groupId, target, seq);
    const check = {
      TableName,
      Key: messageKey(groupId, seq),
      ...(seen.rev === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'rev = :rev', ExpressionAttributeValues: { ':rev': seen.rev } }),
    };
    const { stored } = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            seen.isMentioned ? { Put: { TableName, Item: key } } : { Delete: { TableName, Key: key } },
            { ConditionCheck: check },
          ],
        }),
      ),
    );
    return stored;
  }
}

const MENTION_IS_LATER =
  'attribute_exists(pk) AND (attribute_not_exists(last_mention_seq) OR last_mention_seq < :seq)';

/** The targets of a message's items: ALL_MEMBERS, or user ids. */
export function mentionTargets({ mentions = [], mentions_all: all }: Mentions): readonly string[] {
  return all ? [ALL_MEMBERS] : mentions;
}

/** The items of mentions that a message has after a write and did not have before it, and the other way round. 2 W each. */
export function mentionWrites(
  TableName: string,
  { groupId, seq }: Pick<LogEntry, 'groupId' | 'seq'>,
  { before = {}, after = {} }: { readonly before?: Mentions; readonly after?: Mentions },
): TransactItem[] {
  const [had, has] = [mentionTargets(before), mentionTargets(after)];
  const keyOf = (target: string) => mentionKey(groupId, target, seq);
  return [
    ...has
      .filter((target) => !had.includes(target))
      .map((target) => ({ Put: { TableName, Item: keyOf(target) } })),
    ...had
      .filter((target) => !has.includes(target))
      .map((target) => ({ Delete: { TableName, Key: keyOf(target) } })),
  ];
}
