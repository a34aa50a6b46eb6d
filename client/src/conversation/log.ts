import type { AttachedFile, Message } from '../api/shapes.ts';
import { type Annotation, newest, withAnnotations, withOwn } from './message-versions.ts';
import { newestQuote, type Quote, withQuotes } from './quotes.ts';

/**
 * A client's copy of one conversation, as an immutable value: messages by seq, and outgoing messages.
 *
 * Pages, responses, events and sends may arrive in any order, twice, and late. The shown range is always without gaps: a
 * message waits until its neighbours are known. Of two versions of a message the one with the higher rev is kept.
 */
export interface Log {
  /** Every known message, by seq: in the shown range and outside of it. */
  readonly messages: ReadonlyMap<number, Message>;
  /** The lowest and highest seq of the shown range; both 0 while it is empty. */
  readonly low: number;
  readonly high: number;
  /** The highest seq that is known to exist. */
  readonly tail: number;
  /** Messages that were written here and are not in the shown range yet, in the order of writing. */
  readonly outgoing: readonly Outgoing[];
  /** What the user wants of their own reactions, while it is not stored: shown over what the API says. */
  readonly reacting: readonly OwnReaction[];
}

/** The user's own reaction to a message. */
export interface OwnReaction {
  readonly seq: number;
  readonly emoji: string;
  /** Whether they react with it, or take it back. */
  readonly wanted: boolean;
}

/** An outgoing message. */
export interface Outgoing {
  /** The `Idempotency-Key`: the same in every attempt, so that it is stored once. */
  readonly key: string;
  readonly text: string;
  /** The message that it replies to. */
  readonly replyTo?: Quote | undefined;
  /** Its files, which are uploaded. */
  readonly attachments?: readonly AttachedFile[] | undefined;
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /**
   * `after_seq` of every attempt: a message that existed before the first one. If an attempt was stored, its seq is
   * higher. Absent before the first attempt.
   */
  readonly afterSeq?: number | undefined;
  /** `held`: the server could not store it yet, and it is sent as soon as it can. `failed`: the server rejected it. */
  readonly state: 'waiting' | 'sending' | 'held' | 'failed' | 'stored';
  /** Why it is held or failed: an error code. */
  readonly problem?: string | undefined;
  /** Its seq, once stored. It stays here until the shown range includes it. */
  readonly seq?: number;
}

export const EMPTY_LOG: Log = { messages: new Map(), low: 0, high: 0, tail: 0, outgoing: [], reacting: [] };

/** Adds messages from a page, a response or an event. */
export function receive(log: Log, incoming: readonly Message[]): Log {
  const merged = new Map(log.messages);
  // One batch may hold two versions.
  for (const message of incoming) merged.set(message.seq, newest(merged.get(message.seq), message));
  const news = incoming.filter(({ seq }) => merged.get(seq) !== log.messages.get(seq));
  if (news.length === 0) return log;
  const messages = withQuotes(log.messages, merged, news);
  const tail = news.reduce((highest, { seq }) => Math.max(highest, seq), log.tail);
  const outgoing = recognise(log.outgoing, news).map((sent) => quoting(sent, messages));
  return settle({ ...log, messages, tail, outgoing });
}

/** Notes that a message exists, without its content. */
export function announce(log: Log, seq: number): Log {
  return seq > log.tail ? { ...log, tail: seq } : log;
}

/** Shows the range without gaps around a seq. @throws RangeError when that message is not known. */
export function showAt(log: Log, seq: number): Log {
  if (!log.messages.has(seq)) throw new RangeError(`seq ${seq} is not known`);
  if (seq >= log.low && seq <= log.high) return log;
  return settle({ ...log, low: seq, high: seq });
}

/** Whether older messages exist than those shown: seqs begin with 1. */
export const hasOlder = ({ low }: Log): boolean => low !== 1;

/** Number of messages that are known to exist after those shown. */
export const missingNewer = ({ high, tail }: Log): number => (high === 0 ? 0 : Math.max(0, tail - high));

/** The shown messages, oldest first, as the API has them. */
export function held({ messages, low, high }: Log): Message[] {
  const dense: Message[] = [];
  for (let seq = low; seq <= high; seq += 1) {
    const message = messages.get(seq);
    if (message) dense.push(message);
  }
  return dense;
}

/** The shown messages, oldest first, with the user's own reactions as they want them. */
export function shown(log: Log): Message[] {
  const { reacting } = log;
  const dense = held(log);
  if (reacting.length === 0) return dense;
  return dense.map((message) =>
    message.deleted_at === null
      ? reacting.filter(({ seq }) => seq === message.seq).reduce(withOwnReaction, message)
      : message,
  );
}

/** Keeps only the newest messages of the shown range. */
export function trim(log: Log, kept: number): Log {
  const low = Math.max(log.low, log.high - kept + 1);
  const messages = new Map([...log.messages].filter(([seq]) => seq >= low && seq <= log.high));
  return { ...log, messages, low: log.high === 0 ? 0 : low };
}

/** Adds an outgoing message. */
export function write(log: Log, message: Omit<Outgoing, 'state'>): Log {
  return { ...log, outgoing: [...log.outgoing, { ...message, state: 'waiting' }] };
}

/** Adds messages that were outgoing when the page was left; rejected ones stay failed. Some may have been stored meanwhile. */
export function restore(log: Log, outgoing: readonly Omit<Outgoing, 'state'>[]): Log {
  const known = new Set(log.outgoing.map(({ key }) => key));
  const lost = outgoing.filter(({ key }) => !known.has(key));
  const restored = lost.map((sent): Outgoing => ({
    ...sent,
    state: sent.problem === undefined ? 'waiting' : 'failed',
  }));
  return settle({ ...log, outgoing: recognise([...restored, ...log.outgoing], [...log.messages.values()]) });
}

/**
 * Begins an attempt. The first one sets `afterSeq`: the newest message that is known to exist. A held message is shown as
 * held until it is stored.
 */
export function attempt(log: Log, key: string): Log {
  return change(log, key, (sent) =>
    sent.state === 'stored'
      ? sent
      : {
          ...sent,
          ...(sent.state !== 'held' && { problem: undefined, state: 'sending' }),
          ...(sent.afterSeq === undefined && log.tail > 0 && { afterSeq: log.tail }),
        },
  );
}

/** Marks a message as held: several attempts found no server that could store it. */
export function hold(log: Log, key: string, problem: string): Log {
  return change(log, key, (sent) => (sent.state === 'stored' ? sent : { ...sent, state: 'held', problem }));
}

/** Marks a message as failed, unless it is known to be stored. */
export function fail(log: Log, key: string, problem: string): Log {
  return change(log, key, (sent) => (sent.state === 'stored' ? sent : { ...sent, state: 'failed', problem }));
}

/** Queues a failed message again, with its key. */
export function requeue(log: Log, key: string): Log {
  return change(log, key, (sent) =>
    sent.state === 'stored' ? sent : { ...sent, problem: undefined, state: 'waiting' },
  );
}

/** Raises `afterSeq`: the log was read up to there, and does not contain the message. */
export function moveAfter(log: Log, key: string, afterSeq: number): Log {
  return change(log, key, (sent) => ({ ...sent, afterSeq }));
}

/** Removes an outgoing message. */
export function discard(log: Log, key: string): Log {
  return { ...log, outgoing: log.outgoing.filter((sent) => sent.key !== key) };
}

/** Whether a message is newer than the copy that is held. */
export function isNews(held: Message | undefined, message: Message): boolean {
  return held === undefined || message.rev > held.rev;
}

/** Changes the reactions to a message, or its pin. */
export function annotate(log: Log, seq: number, change: (held: Message) => Annotation): Log {
  const held = log.messages.get(seq);
  if (held?.deleted_at !== null) return log;
  const now = withAnnotations(held, change(held));
  return now === held ? log : { ...log, messages: new Map(log.messages).set(seq, now) };
}

/** Changes the reactions to all messages, or their pins. */
export function annotateAll(log: Log, change: (held: Message) => Annotation): Log {
  return [...log.messages.keys()].reduce((now, seq) => annotate(now, seq, change), log);
}

/** Shows the user's own reaction before it is stored. */
export function wantReaction(log: Log, own: OwnReaction): Log {
  return { ...log, reacting: [...log.reacting.filter((other) => !isSameReaction(other, own)), own] };
}

/** What the user wants is stored. */
export function storedReaction(log: Log, own: OwnReaction): Log {
  return annotate(dropReaction(log, own), own.seq, ({ reactions }) => ({
    reactions: withOwn(reactions, own.emoji, own.wanted),
  }));
}

/** Shows the user's own reaction as the API says. */
export function dropReaction(log: Log, own: Pick<OwnReaction, 'seq' | 'emoji'>): Log {
  return { ...log, reacting: log.reacting.filter((other) => !isSameReaction(other, own)) };
}

/** Whether the user wants to have reacted, while that is not stored; undefined otherwise. */
export function wantedReaction(log: Log, own: Pick<OwnReaction, 'seq' | 'emoji'>): boolean | undefined {
  return log.reacting.find((other) => isSameReaction(other, own))?.wanted;
}

function isSameReaction(
  one: Pick<OwnReaction, 'seq' | 'emoji'>,
  other: Pick<OwnReaction, 'seq' | 'emoji'>,
): boolean {
  return one.seq === other.seq && one.emoji === other.emoji;
}

function withOwnReaction(message: Message, { emoji, wanted }: OwnReaction): Message {
  return { ...message, reactions: withOwn(message.reactions, emoji, wanted) };
}

/** An outgoing message with its original as the log has it. */
function quoting(sent: Outgoing, messages: Log['messages']): Outgoing {
  if (!sent.replyTo) return sent;
  return { ...sent, replyTo: newestQuote(sent.replyTo, messages.get(sent.replyTo.seq)) };
}

/** Finds outgoing messages among received ones: of the response, or of an event that arrived before it. */
function recognise(outgoing: readonly Outgoing[], news: readonly Message[]): readonly Outgoing[] {
  if (outgoing.length === 0) return outgoing;
  const seqs = new Map(news.map(({ client_key, seq }) => [client_key, seq]));
  return outgoing.map((sent) => {
    const seq = seqs.get(sent.key);
    return seq === undefined ? sent : { ...sent, problem: undefined, state: 'stored', seq };
  });
}

/** Extends the shown range by adjacent messages, and removes outgoing messages that it now includes. */
function settle(log: Log): Log {
  if (log.high === 0) return log;
  let { low, high } = log;
  while (log.messages.has(high + 1)) high += 1;
  while (log.messages.has(low - 1)) low -= 1;
  const outgoing = log.outgoing.filter(({ seq }) => seq === undefined || seq < low || seq > high);
  return { ...log, low, high, outgoing };
}

function change(log: Log, key: string, changed: (sent: Outgoing) => Outgoing): Log {
  return { ...log, outgoing: log.outgoing.map((sent) => (sent.key === key ? changed(sent) : sent)) };
}
