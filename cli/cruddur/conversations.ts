import { z } from 'zod';
import { directGroupId } from '../../schema/ids.ts';
import { cleanText, codePointsIn, HIGHEST_MESSAGE_MAX_CHARS, isBlank } from '../../schema/plain-text.ts';
import type { BucketFiles, KeyedLine } from '../bucket-files.ts';
import type { RawItem } from '../dumps/item-json.ts';
import { keyOf } from '../dumps/item-shapes.ts';
import type { ImportReport } from './import-report.ts';
import {
  type NamedUser,
  originalItem,
  originalKey,
  type OriginalMessage,
  type OriginalRow,
  readOriginal,
} from './original-items.ts';
import type { People } from './people.ts';

/** A message of a pair, ready to be sent. */
const pairMessage = z.object({
  groupId: z.string(),
  pair: z.tuple([z.string(), z.string()]),
  /** Sorts the messages of a pair: by time, then by conversation and key, so that two imports agree. */
  order: z.tuple([z.string(), z.string(), z.string()]),
  at: z.number(),
  userId: z.string(),
  text: z.string(),
  id: z.string(),
});

/** A message of a pair, ready to be sent. */
export type PairMessage = z.output<typeof pairMessage>;

/** All messages of a pair, in order. */
export interface PairConversation {
  readonly groupId: string;
  readonly pair: readonly [string, string];
  readonly messages: readonly PairMessage[];
}

/** The rows and messages of one conversation of Cruddur. */
interface Original {
  readonly rows: OriginalRow[];
  readonly messages: OriginalMessage[];
}

const TOO_LONG = `has a text of more than ${HIGHEST_MESSAGE_MAX_CHARS.toLocaleString('en')} characters`;

const BY_CONVERSATION = 'conversations';
const BY_PAIR = 'pairs';

/**
 * Sorts Cruddur's items into conversations of pairs. A table gives its items in no useful order, and only the rows of a
 * conversation say between whom it is: the items are spread over files by their conversation, and then the messages by their
 * pair. Memory holds the users, and 1/256 of the items at a time.
 */
export class Conversations {
  readonly #files: BucketFiles;
  readonly #people: People;
  readonly #report: ImportReport;

  constructor(files: BucketFiles, people: People, report: ImportReport) {
    this.#files = files;
    this.#people = people;
    this.#report = report;
  }

  /** Reads all items. */
  async read(items: AsyncIterable<RawItem>): Promise<void> {
    await this.#files.spread(BY_CONVERSATION, this.#originals(items));
    await this.#files.spread(BY_PAIR, this.#pairMessages());
  }

  /** The numbers of the parts that conversations are in. */
  get parts(): number[] {
    return this.#files.buckets();
  }

  /** Yields the conversations of a part. */
  async *readPart(part: number): AsyncGenerator<PairConversation> {
    const pairs = new Map<string, PairMessage[]>();
    for await (const line of this.#files.read(BY_PAIR, part)) {
      const message = pairMessage.parse(JSON.parse(line));
      push(pairs, message.groupId, message);
    }
    for (const [groupId, messages] of pairs) {
      const [first] = messages.sort(byOrder);
      if (!first) continue;
      this.#report.conversations.imported += 1;
      this.#report.conversations.merged += new Set(messages.map(conversationOf)).size - 1;
      yield { groupId, pair: first.pair, messages };
    }
  }

  async *#originals(items: AsyncIterable<RawItem>): AsyncGenerator<KeyedLine> {
    for await (const item of items) {
      const original = readOriginal(item);
      if (original.type === 'fault') {
        this.#report.leaveOut({ ...keyOf(item), reason: original.reason });
        continue;
      }
      if (original.type === 'row') this.#people.meet({ uuid: original.owner });
      this.#people.meet(original.type === 'row' ? original.other : original.author);
      yield { key: original.conversation, line: JSON.stringify(original) };
    }
    this.#people.addMet();
  }

  async *#pairMessages(): AsyncGenerator<KeyedLine> {
    for (const bucket of this.#files.buckets()) {
      const conversations = new Map<string, Original>();
      for await (const line of this.#files.read(BY_CONVERSATION, bucket)) {
        const original = originalItem.parse(JSON.parse(line));
        const { rows, messages } = conversations.get(original.conversation) ?? { rows: [], messages: [] };
        conversations.set(original.conversation, { rows, messages });
        if (original.type === 'row') rows.push(original);
        else messages.push(original);
      }
      for (const original of conversations.values()) {
        for (const message of this.#ofPair(original)) {
          yield { key: message.groupId, line: JSON.stringify(message) };
        }
      }
    }
  }

  /** The messages of a conversation that can be sent; the others, and all where it has not two people, are left out. */
  *#ofPair({ rows, messages }: Original): Generator<PairMessage> {
    const pair = this.#pairOf({ rows, messages });
    if (typeof pair === 'string' || messages.length === 0) {
      const reason = typeof pair === 'string' ? pair : 'is of a conversation without messages';
      for (const item of [...rows, ...messages]) this.#report.leaveOut({ ...originalKey(item), reason });
      return;
    }
    for (const message of messages) {
      const sendable = this.#sendable(message, pair);
      if (typeof sendable === 'string') {
        this.#report.leaveOut({ ...originalKey(message), reason: sendable });
        continue;
      }
      this.#report.messages.read += 1;
      yield sendable;
    }
  }

  /** Returns the message to send, or why it cannot be sent. */
  #sendable(message: OriginalMessage, pair: [string, string]): PairMessage | string {
    const { order, at, conversation, sk, id } = message;
    const userId = this.#people.idOf(message.author);
    const text = cleanText(message.text);
    if (isBlank(text)) return 'has a blank text';
    if (codePointsIn(text) > HIGHEST_MESSAGE_MAX_CHARS) return TOO_LONG;
    if (userId === undefined) return 'has no known author';
    if (!pair.includes(userId)) return 'is by another than the two people of its conversation';
    const groupId = directGroupId(...pair);
    return { groupId, pair, order: [order, conversation, sk], at, userId, text, id };
  }

  /** Returns the two people of a conversation, or why it has not two. The rows say it; the authors where those do not. */
  #pairOf({ rows, messages }: Original): [string, string] | string {
    const named = rows.flatMap(({ owner, other }) => [{ uuid: owner }, other]);
    const inRows = this.#ids(named);
    const [one, other, ...more] =
      inRows.length >= 2 ? inRows : this.#ids([...named, ...messages.map(({ author }) => author)]);
    if (one === undefined || other === undefined)
      return 'is of a conversation of which only one person is known';
    return more.length > 0 ? 'is of a conversation of more than two people' : [one, other];
  }

  #ids(named: readonly NamedUser[]): string[] {
    const ids = named.map((user) => this.#people.idOf(user)).filter((id) => id !== undefined);
    return [...new Set(ids)].sort();
  }
}

const conversationOf = ({ order: [, conversation] }: PairMessage): string => conversation;

/** Compares by code units, like DynamoDB's keys: no locale decides. */
function byOrder({ order: one }: PairMessage, { order: other }: PairMessage): number {
  const differing = one.findIndex((part, index) => part !== other[index]);
  return (one[differing] ?? '') < (other[differing] ?? '') ? -1 : 1;
}

function push<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
