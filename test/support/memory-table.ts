import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Table } from '../../backend/table/table.ts';
import type { Key } from '../../schema/keys.ts';
import { KEY_ATTRIBUTES } from '../../schema/table.ts';
import { holds, type Item, updated } from './expressions.ts';

/** Items that were written by one request: at once, or none of them. `now` is undefined where one was deleted. */
export type Written = readonly { readonly key: Key; readonly now: Item | undefined }[];

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * A table in memory, for models that run thousands of histories in which the order of every read and write is chosen: an
 * engine's answers come when they come. It evaluates the requests of the stores as DynamoDB does, without limits, and with an
 * index that lags as long as the test likes. `memory-table.test.ts` compares it with the engine.
 */
export class MemoryTable {
  readonly name = 'memory';
  readonly #items = new Map<string, Item & Key>();
  /** What the index shows. */
  readonly #index = new Map<string, Item & Key>();
  readonly #behind: Written[] = [];
  readonly #onWrite: (written: Written) => void;

  /** @param onWrite called with each write, right after it. */
  constructor(onWrite: (written: Written) => void = () => undefined) {
    this.#onWrite = onWrite;
  }

  /**
   * The table as the stores use it.
   * @param answer given each request; calls `run` for the answer, when it likes.
   */
  through(answer: (run: () => unknown, command: unknown) => Promise<unknown>): Table {
    const send = async (command: unknown) => answer(() => this.#run(command), command);
    return { name: this.name, send: send as Table['send'] };
  }

  /** The table as the stores use it: each request is answered at once. */
  readonly table: Table = this.through((run) => Promise.resolve().then(run));

  /** How many writes the index has still to show. */
  get indexLag(): number {
    return this.#behind.length;
  }

  /** Lets the index show its next writes. */
  advanceIndex(count = Infinity): void {
    for (const { key, now } of this.#behind.splice(0, count).flat()) {
      if (now?.[KEY_ATTRIBUTES.inboxPk] === undefined) this.#index.delete(textOf(key));
      else this.#index.set(textOf(key), now as Item & Key);
    }
  }

  /** All items, in the order of their keys. */
  get items(): readonly (Item & Key)[] {
    return [...this.#items.values()].sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
  }

  #run(command: unknown): unknown {
    if (command instanceof GetCommand) return { Item: this.#find(command.input.Key as Key) };
    if (command instanceof BatchGetCommand) return this.#batchGet(command.input);
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof PutCommand) return this.#write({ Put: command.input });
    if (command instanceof UpdateCommand) return this.#write({ Update: command.input as UpdateInput });
    if (command instanceof DeleteCommand) return this.#write({ Delete: command.input });
    if (command instanceof TransactWriteCommand) return this.#transact(command.input.TransactItems ?? []);
    throw new TypeError('a table in memory does not know this command');
  }

  #batchGet({ RequestItems }: BatchGetCommandInput) {
    const keys = RequestItems?.[this.name]?.Keys ?? [];
    return { Responses: { [this.name]: keys.flatMap((key) => this.#find(key as Key) ?? []) } };
  }

  #find({ pk, sk }: Key): Item | undefined {
    return structuredClone(this.#items.get(textOf({ pk, sk })));
  }

  #query(input: QueryCommandInput) {
    const { KeyConditionExpression, ExclusiveStartKey, Limit = Infinity, IndexName } = input;
    const sort = IndexName === undefined ? KEY_ATTRIBUTES.sk : KEY_ATTRIBUTES.inboxSk;
    const order = (item: Item) => `${String(item[sort])} ${textOf(item as Item & Key)}`;
    const direction = input.ScanIndexForward === false ? -1 : 1;
    const partition = partitionOf(input);
    const found = [...(IndexName === undefined ? this.#items : this.#index).values()]
      .filter(partition)
      .filter((item) => holds(KeyConditionExpression, item, input))
      .sort((one, other) => (order(one) < order(other) ? -direction : direction));
    const start = ExclusiveStartKey
      ? found.findIndex((item) => textOf(item) === textOf(ExclusiveStartKey as Key)) + 1
      : 0;
    const scanned = found.slice(start, start + Limit);
    const items = scanned.filter((item) => holds(input.FilterExpression, item, input));
    const last = scanned.at(-1);
    return {
      Items: structuredClone(items),
      Count: items.length,
      ScannedCount: scanned.length,
      ...(last &&
        start + scanned.length < found.length && { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }),
    };
  }

  #write(write: Write): unknown {
    const { key, before, now, isHeld, returned } = this.#plan(write);
    if (!isHeld) {
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: { attempts: 1 },
        ...(returned === 'ALL_OLD' && before && { Item: marshall(before) }),
      });
    }
    this.#store([{ key, now }]);
    return { Attributes: structuredClone(now) };
  }

  #transact(writes: readonly Write[]): unknown {
    const plans = writes.map((write) => this.#plan(write));
    if (plans.some(({ isHeld }) => !isHeld)) {
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: { attempts: 1 },
        CancellationReasons: plans.map(({ isHeld, before, returned }) => ({
          Code: isHeld ? 'None' : 'ConditionalCheckFailed',
          ...(!isHeld && returned === 'ALL_OLD' && before && { Item: marshall(before) }),
        })),
      });
    }
    this.#store(plans.filter(({ isCheck }) => !isCheck));
    return {};
  }

  /** What a write makes of its item, and whether its condition holds. */
  #plan({ Put, Update, Delete, ConditionCheck }: Write) {
    const input = given(Put ?? Update ?? Delete ?? ConditionCheck);
    const key = keyOf((Put?.Item ?? (input as { readonly Key?: Item }).Key) as Item & Key);
    const before = this.#items.get(textOf(key));
    const now = Put?.Item ?? (Update && updated(Update.UpdateExpression ?? '', before ?? { ...key }, Update));
    return {
      key,
      before,
      now: now && structuredClone(now),
      isHeld: holds(input.ConditionExpression, before ?? {}, input),
      isCheck: ConditionCheck !== undefined,
      returned: input.ReturnValuesOnConditionCheckFailure,
    };
  }

  #store(written: Written): void {
    for (const { key, now } of written) {
      if (now) this.#items.set(textOf(key), now as Item & Key);
      else this.#items.delete(textOf(key));
    }
    this.#behind.push(written);
    this.#onWrite(written);
  }
}

type UpdateInput = UpdateCommandInput & { readonly UpdateExpression: string };

const keyOf = ({ pk, sk }: Key): Key => ({ pk, sk });
const textOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** Whether an item is in the partition of a Query, whose key condition names it first. */
function partitionOf({ KeyConditionExpression = '', ExpressionAttributeValues = {} }: QueryCommandInput) {
  const [, name = '', value = ''] = /^(\w+) = (:\w+)/.exec(KeyConditionExpression) ?? [];
  return (item: Item) => item[name] === ExpressionAttributeValues[value];
}

function given<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a write has no item');
  return value;
}
