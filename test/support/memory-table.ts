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
 * engine's answers come when they come. It evaluates the requests of the stores as DynamoDB does, without limits. Reads that
 * are not strong, the index above all, lag as long as the test likes. `memory-table.test.ts` compares it with the engine.
 */
export class MemoryTable {
  readonly name = 'memory';
  readonly #items = new Map<string, Item & Key>();
  /** What reads that are not strong find, the index above all: older than the items by the writes `#behind`. */
  readonly #shown = new Map<string, Item & Key>();
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

  /** Lets all reads find what was written so far. */
  catchUp(): void {
    for (const { key, now } of this.#behind.splice(0).flat()) write(this.#shown, key, now);
  }

  /** All items, in the order of their keys. */
  get items(): readonly (Item & Key)[] {
    return [...this.#items.values()].sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
  }

  #run(command: unknown): unknown {
    if (command instanceof GetCommand) return { Item: this.#find(command.input.Key as Key, command.input) };
    if (command instanceof BatchGetCommand) return this.#batchGet(command.input);
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof PutCommand) return this.#write({ Put: command.input });
    if (command instanceof UpdateCommand) return this.#write({ Update: command.input as UpdateInput });
    if (command instanceof DeleteCommand) return this.#write({ Delete: command.input });
    if (command instanceof TransactWriteCommand) return this.#transact(command.input.TransactItems ?? []);
    throw new TypeError('a table in memory does not know this command');
  }

  #batchGet({ RequestItems }: BatchGetCommandInput) {
    const { Keys = [], ...read } = RequestItems?.[this.name] ?? {};
    return { Responses: { [this.name]: Keys.flatMap((key) => this.#find(key as Key, read) ?? []) } };
  }

  #find(key: Key, read: Read): Item | undefined {
    return structuredClone(this.#itemsFor(read).get(textOf(key)));
  }

  #itemsFor({ ConsistentRead = false }: Read): ReadonlyMap<string, Item & Key> {
    return ConsistentRead ? this.#items : this.#shown;
  }

  #query(input: QueryCommandInput) {
    const { KeyConditionExpression, ExclusiveStartKey, Limit = Infinity, IndexName } = input;
    const sort = IndexName === undefined ? KEY_ATTRIBUTES.sk : KEY_ATTRIBUTES.inboxSk;
    const order = (item: Item) => `${String(item[sort])} ${textOf(item as Item & Key)}`;
    const direction = input.ScanIndexForward === false ? -1 : 1;
    const partition = partitionOf(input);
    const found = [...this.#itemsFor(input).values()]
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
    for (const { key, now } of written) write(this.#items, key, now);
    this.#behind.push(written);
    this.#onWrite(written);
  }
}

/** How an item is read. */
interface Read {
  readonly ConsistentRead?: boolean | undefined;
}

type UpdateInput = UpdateCommandInput & { readonly UpdateExpression: string };

function write(items: Map<string, Item & Key>, key: Key, now: Item | undefined): void {
  if (now) items.set(textOf(key), now as Item & Key);
  else items.delete(textOf(key));
}

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
