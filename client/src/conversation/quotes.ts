import { beginningOf } from '../../../schema/preview.ts';
import { type Message, type Named, shortTextOf, type TextMessage } from '../api/shapes.ts';
import * as is from '../checks.ts';

/** What a reply shows of its original. */
export interface Quote {
  readonly seq: number;
  readonly user_uuid: string;
  readonly handle: string;
  readonly display_name: string;
  /** The beginning of its text; null if it is deleted. */
  readonly message: string | null;
  readonly deleted: boolean;
  /** Whom its text mentions. Absent in what an earlier version of the screens kept. */
  readonly mentions?: readonly Named[];
}

const named = is.object({ user_uuid: is.string(), handle: is.string(), display_name: is.string() });

/** Checks a quote that was kept. */
export const keptQuote: is.Check<Quote> = is.object({
  seq: is.int(),
  user_uuid: is.string(),
  handle: is.string(),
  display_name: is.string(),
  message: is.nullable(is.string()),
  deleted: is.boolean(),
  mentions: is.optional(is.array(named)),
});

/** What the API says of an original in a reply. */
type Shown = NonNullable<TextMessage['reply_to']>;

/** Returns what a reply to a message shows of it. */
export function quoteOf(original: Message): Shown {
  const { seq, user_uuid, handle, display_name, deleted_at, mentions } = original;
  const text = shortTextOf(original);
  const beginning = text === null ? null : beginningOf(text);
  return { seq, user_uuid, handle, display_name, message: beginning, deleted: deleted_at !== null, mentions };
}

/** Returns what a reply shows of its original, by the newest copy that is known. A deletion is final. */
export function newestQuote<Held extends Quote>(held: Held, original: Message | undefined): Held | Shown {
  return original && !held.deleted ? quoteOf(original) : held;
}

/**
 * Brings replies up to date: each shows its original as the log has it. Where the log does not have it, the reply keeps
 * what it shows until a later response. A deletion is final, so an original that the log forgets stays deleted in its
 * replies, whatever response arrives late.
 * @param held the messages before others arrived.
 * @param messages the same, with those.
 * @returns the same map if nothing changes.
 */
export function withQuotes(
  held: ReadonlyMap<number, Message>,
  messages: ReadonlyMap<number, Message>,
  arrived: readonly Message[],
): ReadonlyMap<number, Message> {
  // Only a change of an original concerns replies that are held already.
  const isChange = arrived.some(({ rev }) => rev > 0);
  const replies = isChange ? [...messages.values()] : arrived.flatMap(({ seq }) => messages.get(seq) ?? []);
  const changed = replies.flatMap((reply) => {
    const shown = quoteIn(reply);
    if (!shown) return [];
    const before = quoteIn(held.get(reply.seq));
    const quote = newestQuote(before?.deleted === true ? before : shown, messages.get(shown.seq));
    return isSame(shown, quote) ? [] : { ...reply, reply_to: quote };
  });
  if (changed.length === 0) return messages;
  return new Map([...messages, ...changed.map((reply) => [reply.seq, reply] as const)]);
}

/** Returns a test for messages of which a log shows something: it has them, or replies to them. */
export function shownOf(messages: ReadonlyMap<number, Message>): (seq: number) => boolean {
  const quoted = new Set([...messages.values()].map((message) => quoteIn(message)?.seq));
  return (seq) => messages.has(seq) || quoted.has(seq);
}

/** Returns those messages of which a log shows something. */
export function shownAmong(
  messages: readonly Message[],
  held: ReadonlyMap<number, Message>,
): readonly Message[] {
  const isShown = shownOf(held);
  return messages.filter(({ seq }) => isShown(seq));
}

function quoteIn(message: Message | undefined): Shown | undefined {
  return message?.kind === 'text' ? message.reply_to : undefined;
}

function isSame(one: Shown, other: Shown): boolean {
  return (
    one.message === other.message &&
    one.deleted === other.deleted &&
    isSameUser(one, other) &&
    one.mentions.length === other.mentions.length &&
    one.mentions.every((user, place) => isSameUser(user, other.mentions[place]))
  );
}

function isSameUser(one: Named, other: Named | undefined): boolean {
  return (
    one.user_uuid === other?.user_uuid &&
    one.display_name === other.display_name &&
    one.handle === other.handle
  );
}
