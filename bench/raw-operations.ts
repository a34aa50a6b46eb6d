import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { newTextMessage } from '../backend/domain/new-message.ts';
import { messageItemOf } from '../backend/table/items.ts';
import { GROUP_SK, groupPk, inboxPk, MAX_SEQ, memberKey, messageSk } from '../schema/keys.ts';
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
export function rawOperations(
  client: DynamoDBClient,
  tableName: string,
  world: World,
  side: RawSide,
): Record<OperationName, Operation> {
  const raw = new RawLoop(DynamoDBDocumentClient.from(client), { tableName, world, side });
  return {
    send: (number) => raw.send(number),
    'send to one group': (number) => raw.sendToHotGroup(number),
    history: (number) => raw.history(number),
    inbox: (number) => raw.inbox(number),
    'mark read': (number) => raw.markRead(number),
  };
}

class RawLoop {
  readonly #documents: DynamoDBDocumentClient;
  readonly #tableName: string;
  readonly #world: World;
  readonly #side: RawSide;
  /** The newest seq of each group that is written to. */
  readonly #tails = new Map<string, number>();
  readonly #marks = new Map<string, number>();
  readonly #sends: number[] = [];
  /** Puts to one group run one after another: at once, all but one would fail their condition. */
  #hotPut: Promise<unknown> = Promise.resolve();

  constructor(
    documents: DynamoDBDocumentClient,
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
    await this.#members(groupId);
    await this.#put(groupId, userId, ulid());
  }

  async sendToHotGroup(number: number): Promise<void> {
    const sender = hotSender(this.#world, number);
    if (!sender) throw new RangeError('the hot group has no members');
    const groupId = sender.hot[this.#side];
    await this.#members(groupId);
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
    await this.#query({
      KeyConditionExpression: 'pk = :group AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':group': groupPk(history),
        ':from': messageSk(0),
        ':to': messageSk(MAX_SEQ),
      },
      ScanIndexForward: false,
      Limit: HISTORY_LIMIT,
    });
  }

  async inbox(number: number): Promise<void> {
    await this.#query({
      IndexName: INBOX_INDEX,
      KeyConditionExpression: 'inbox_pk = :user',
      ExpressionAttributeValues: { ':user': inboxPk(this.#caller(number).userId) },
      ScanIndexForward: false,
      Limit: INBOX_LIMIT + 1,
    });
  }

  async markRead(number: number): Promise<void> {
    const { userId, mark } = this.#caller(number);
    const seq = (this.#marks.get(userId) ?? 0) + 1;
    this.#marks.set(userId, seq);
    await this.#documents.send(
      new UpdateCommand({
        TableName: this.#tableName,
        Key: memberKey(mark[this.#side], userId),
        UpdateExpression: 'SET read_seq = :seq',
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

  async #members(groupId: string): Promise<void> {
    await this.#query({
      KeyConditionExpression: 'pk = :group AND sk < :meta',
      ExpressionAttributeValues: { ':group': groupPk(groupId), ':meta': GROUP_SK },
      ConsistentRead: true,
    });
  }

  async #put(groupId: string, userId: string, clientKey?: string): Promise<void> {
    const seq = (this.#tails.get(groupId) ?? 1) + 1;
    await this.#documents.send(
      new PutCommand({
        TableName: this.#tableName,
        Item: messageItemOf(
          newTextMessage({
            groupId,
            userId,
            text: TEXT,
            seq,
            messageId: ulid(),
            createdAt: new Date(),
            ...(clientKey !== undefined && { clientKey }),
          }),
        ),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    this.#tails.set(groupId, seq);
  }

  async #query(input: Omit<QueryCommandInput, 'TableName'>): Promise<void> {
    await this.#documents.send(new QueryCommand({ ...input, TableName: this.#tableName }));
  }
}
