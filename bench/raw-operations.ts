import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { newTextMessage } from '../backend/domain/new-message.ts';
import { messageItemOf } from '../backend/table/items.ts';
import { inGroup } from '../backend/table/query.ts';
import type { Table } from '../backend/table/table.ts';
import {
  changeSk,
  groupIdOf,
  groupKey,
  inboxPk,
  type Key,
  MAX_SEQ,
  MEMBER_SK_END,
  MEMBER_SK_PREFIX,
  memberKey,
  messageSk,
  NAMED_INBOX_PREFIX,
  pinsKey,
  reactionsBetween,
} from '../schema/keys.ts';
import { INBOX_INDEX } from '../schema/table.ts';
import { TEXT } from './items.ts';
import type { Operation } from './loop.ts';
import type { OperationName } from './operations.ts';
import { HISTORY_LIMIT, INBOX_LIMIT } from './requests.ts';
import { hotSender, type RawSide, type World } from './world.ts';

/**
 * The requests to the table that the API makes for each of its operations, and nothing else: no HTTP, no checks, no
 * response. It is the minimum time of the same work with this SDK.
 */
export function rawOperations(table: Table, world: World, side: RawSide): Record<OperationName, Operation> {
  const raw = new RawLoop(table, { tableName: table.name, world, side });
  return {
    send: (number) => raw.send(number),
    'send to one group': (number) => raw.sendToHotGroup(number),
    history: (number) => raw.history(number),
    inbox: (number) => raw.inbox(number),
    'mark read': (number) => raw.markRead(number),
  };
}

/** Rows that the API reads for a page of the inbox: more than it shows, because their places may be a day old. */
const INBOX_ROWS = 2 * INBOX_LIMIT + 10;
/** How long METAs that were read for one inbox serve others. */
const METAS_SHARED_MS = 1_000;

class RawLoop {
  readonly #documents: Pick<DynamoDBDocumentClient, 'send'>;
  readonly #tableName: string;
  readonly #world: World;
  readonly #side: RawSide;
  /** The newest seq of each group that is written to. */
  readonly #tails = new Map<string, number>();
  readonly #marks = new Map<string, number>();
  readonly #sends: number[] = [];
  /** When METAs were read for inboxes, in ms: like the API, all users share what was read in the last second. */
  readonly #metasReadAt = new Map<string, number>();
  /** Puts to one group run one after another: at once, all but one would fail their condition. */
  #hotPut: Promise<unknown> = Promise.resolve();

  constructor(
    documents: Pick<DynamoDBDocumentClient, 'send'>,
    about: { readonly tableName: string; readonly world: World; readonly side: RawSide },
  ) {
    this.#documents = documents;
    this.#tableName = about.tableName;
    this.#world = about.world;
    this.#side = about.side;
  }

  async send(number: number): Promise<void> {
    const { userId, send } = this.#caller(number);
    const turn = this.#sends[number] ?? 0;
    this.#sends[number] = turn + 1;
    const groupId = send[this.#side][turn % send[this.#side].length] ?? '';
    const rows = inGroup(groupId, MEMBER_SK_PREFIX, MEMBER_SK_END);
    await this.#query({ ...rows, Limit: 2, ConsistentRead: true });
    await this.#put(groupId, userId, ulid());
  }

  async sendToHotGroup(number: number): Promise<void> {
    const sender = hotSender(this.#world, number);
    if (!sender) throw new RangeError('the hot group has no members');
    const groupId = sender.hot[this.#side];
    await this.#batchGet([memberKey(groupId, sender.userId), groupKey(groupId)], true);
    const put = this.#hotPut.then(() => this.#put(groupId, sender.userId));
    this.#hotPut = put;
    await put;
  }

  async history(number: number): Promise<void> {
    const { userId, history } = this.#caller(number);
    await this.#documents.send(
      new GetCommand({
        TableName: this.#tableName,
        Key: memberKey(history, userId),
        ConsistentRead: true,
      }),
    );
    await this.#newest(history, { from: changeSk(0), to: changeSk(MAX_SEQ), limit: 1 });
    const page = await this.#newest(history, {
      from: messageSk(0),
      to: messageSk(MAX_SEQ),
      limit: HISTORY_LIMIT,
    });
    const [newest = 0, oldest = 0] = [page.at(0), page.at(-1)].map((message) => Number(message?.['seq']));
    const [from, to] = reactionsBetween(oldest, newest);
    await Promise.all([
      this.#query({ ...inGroup(history, from, to), ConsistentRead: true }),
      this.#documents.send(
        new GetCommand({ TableName: this.#tableName, Key: pinsKey(history), ConsistentRead: true }),
      ),
    ]);
  }

  async inbox(number: number): Promise<void> {
    const rows = await this.#query({
      IndexName: INBOX_INDEX,
      KeyConditionExpression: 'inbox_pk = :user',
      ExpressionAttributeValues: { ':user': inboxPk(this.#caller(number).userId) },
      ScanIndexForward: false,
      Limit: INBOX_ROWS,
    });
    const now = performance.now();
    const metas = rows
      .filter((row) => String(row['inbox_sk']).startsWith(NAMED_INBOX_PREFIX))
      .map((row) => groupIdOf({ pk: String(row['pk']) }) ?? '')
      .filter((groupId) => (this.#metasReadAt.get(groupId) ?? -Infinity) < now - METAS_SHARED_MS);
    for (const groupId of metas) this.#metasReadAt.set(groupId, now);
    if (metas.length > 0) await this.#batchGet(metas.map(groupKey), false);
  }

  async markRead(number: number): Promise<void> {
    const { userId, mark } = this.#caller(number);
    const seq = (this.#marks.get(userId) ?? 0) + 1;
    this.#marks.set(userId, seq);
    await this.#documents.send(
      new UpdateCommand({
        TableName: this.#tableName,
        Key: memberKey(mark[this.#side], userId),
        UpdateExpression: 'SET read_seq = :seq REMOVE read_n',
        ConditionExpression: 'read_seq < :seq AND last_seq >= :seq',
        ExpressionAttributeValues: { ':seq': seq },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  }

  #caller(number: number) {
    const caller = this.#world.callers[number];
    if (!caller) throw new RangeError(`no caller ${number}`);
    return caller;
  }

  /** The newest items between two sort keys, strongly read. */
  async #newest(
    groupId: string,
    { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
  ): Promise<readonly Record<string, unknown>[]> {
    const range = inGroup(groupId, from, to);
    return this.#query({ ...range, ScanIndexForward: false, ConsistentRead: true, Limit: limit });
  }

  async #batchGet(keys: readonly Key[], strong: boolean): Promise<void> {
    await this.#documents.send(
      new BatchGetCommand({
        RequestItems: { [this.#tableName]: { Keys: [...keys], ConsistentRead: strong } },
      }),
    );
  }

  async #put(groupId: string, userId: string, clientKey?: string): Promise<void> {
    const tail = this.#tails.get(groupId) ?? 1;
    await this.#documents.send(
      new PutCommand({
        TableName: this.#tableName,
        Item: messageItemOf(
          newTextMessage({
            groupId,
            userId,
            text: TEXT,
            tail: { seq: tail, n: tail },
            messageId: ulid(),
            createdAt: new Date(),
            ...(clientKey !== undefined && { clientKey }),
          }),
        ),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    this.#tails.set(groupId, tail + 1);
  }

  async #query(input: Omit<QueryCommandInput, 'TableName'>): Promise<readonly Record<string, unknown>[]> {
    const page = await this.#documents.send(new QueryCommand({ ...input, TableName: this.#tableName }));
    return page.Items ?? [];
  }
}
