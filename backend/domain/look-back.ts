import { setImmediate as nextTurn } from 'node:timers/promises';
import { hasAllWords } from '../../schema/search-words.ts';
import type { Dependencies } from './dependencies.ts';
import type { LogEntry, Message, SeqRange } from './model.ts';

/** Messages that a request looks at, at most: 16 to 63 R at 125 to 500 bytes each, and some 0.2 s of CPU time where texts are encrypted. */
export const MAX_LOOKED_AT = 500;

/** Messages that a page of results has at most. */
export const MAX_FOUND = 20;

/**
 * Messages that are decrypted and compared before other requests have their turn: at most 10 ms, at 0.4 ms for an encrypted
 * text and 0.2 ms for one of 8,192 letters.
 */
const AT_ONCE = 10;

/** A message that was found: a text that is not deleted. */
export type FoundMessage = Message & { readonly kind: 'text'; readonly message: string };

/** What one look at a log found. */
export interface LookedBack {
  /** Newest first. */
  readonly found: readonly FoundMessage[];
  /** Number of messages that were looked at. */
  readonly count: number;
  /** When the oldest of them was sent. Absent: there were none. */
  readonly oldestAt?: string;
  /** Bytes of their texts. */
  readonly bytes: number;
  /** The part of the range that was not looked at. Absent: nothing is left. */
  readonly rest?: SeqRange;
}

/**
 * Looks for words in texts and names of files in a part of a log, from its end backwards, by one strong Query: 1 R for 4 KB, and 256 R at most, because
 * a Query reads 1 MB. So no deleted text is found, and what was sent before is looked at. Deleted texts, system messages and
 * texts that cannot be decrypted are passed over. It stops at `maxFound`: what was read after that is read again by the next
 * look.
 * @throws TextKeysUnavailableError
 */
export async function lookBack(
  { messages, codec }: Pick<Dependencies, 'messages' | 'codec'>,
  request: {
    readonly groupId: string;
    readonly range: SeqRange;
    /** Of `searchWordsOf`. */
    readonly words: readonly string[];
    readonly maxLookedAt: number;
    readonly maxFound: number;
  },
): Promise<LookedBack> {
  const { groupId, range, words, maxLookedAt, maxFound } = request;
  const { entries, rest } = await messages.lookBack(groupId, range, maxLookedAt);
  const found: FoundMessage[] = [];
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    if (from > 0) await nextTurn();
    for (const message of await codec.decode(entries.slice(from, from + AT_ONCE).filter(hasText))) {
      if (!isFound(message, words)) continue;
      found.push(message);
      if (found.length < maxFound) continue;
      const lookedAt = entries.filter(({ seq }) => seq >= message.seq);
      return lookedBack(found, lookedAt, before(range, message.seq));
    }
  }
  return lookedBack(found, entries, rest);
}

const hasText = ({ kind, message, deleted_at }: LogEntry): boolean =>
  kind === 'text' && message !== null && deleted_at === undefined;

function isFound(item: Message, words: readonly string[]): item is FoundMessage {
  const { message, attachments = [], unreadable } = item;
  if (message === null || unreadable) return false;
  return hasAllWords([message, ...attachments.map(({ name }) => name)].join('\n'), words);
}

function before({ from }: SeqRange, seq: number): SeqRange | undefined {
  return seq > Math.max(from, 1) ? { from, to: seq - 1 } : undefined;
}

function lookedBack(
  found: readonly FoundMessage[],
  entries: readonly LogEntry[],
  rest: SeqRange | undefined,
): LookedBack {
  const oldest = entries.at(-1);
  return {
    found,
    count: entries.length,
    bytes: entries.reduce((total, { message }) => total + Buffer.byteLength(message ?? ''), 0),
    ...(oldest && { oldestAt: oldest.created_at }),
    ...(rest && { rest }),
  };
}
