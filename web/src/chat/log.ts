import type { Message } from '../api/shapes.ts';

/**
 * What a client holds of one conversation, as a value: messages by seq, and what is on its way.
 *
 * Pages, answers, events and sends may come in any order, twice, and late. What is shown is always one dense stretch:
 * a message whose neighbours are missing waits until they are there. Of two versions of a message the higher rev stays.
 */
export interface Log {
  /** Every message that came, by seq; the stretch and what lies apart from it. */
  readonly messages: ReadonlyMap<number, Message>;
  /** The stretch that is shown: its lowest and highest seq. 0 and 0 before there is one. */
  readonly low: number;
  readonly high: number;
  /** The highest seq that is known to exist. */
  readonly tail: number;
  /** What was written here and is not in the stretch yet, in the order it was written. */
  readonly outgoing: readonly Outgoing[];
}

/** A message on its way. */
export interface Outgoing {
  /** The `Idempotency-Key`: the same in every attempt, so that it is stored once. */
  readonly key: string;
  readonly text: string;
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /**
   * `after_seq` of every attempt: a message that existed before the first one. Any attempt that was stored lies after
   * it. Absent before the first attempt.
   */
  readonly afterSeq?: number | undefined;
  /** `held`: the server could not take it, and it is sent as soon as it can. `failed`: the server refused it. */
  readonly state: 'waiting' | 'sending' | 'held' | 'failed' | 'stored';
  /** Why it is held or failed, as a code. */
  readonly problem?: string | undefined;
  /** Where it is, once that is known. It stays here while the stretch does not reach that far. */
  readonly seq?: number;
}

export const EMPTY_LOG: Log = { messages: new Map(), low: 0, high: 0, tail: 0, outgoing: [] };

/** Takes in messages, wherever they come from. */
export function receive(log: Log, incoming: readonly Message[]): Log {
  const news = incoming.filter((message) => isNews(log.messages.get(message.seq), message));
  if (news.length === 0) return log;
  const messages = new Map(log.messages);
  for (const message of news) {
    // One batch may hold two versions.
    if (isNews(messages.get(message.seq), message)) messages.set(message.seq, message);
  }
  const tail = news.reduce((highest, { seq }) => Math.max(highest, seq), log.tail);
  return settle({ ...log, messages, tail, outgoing: recognise(log.outgoing, news) });
}

/** Learns that a message exists, without having it. */
export function announce(log: Log, seq: number): Log {
  return seq > log.tail ? { ...log, tail: seq } : log;
}

/** Shows the stretch that a seq lies in, which must be there. */
export function showAt(log: Log, seq: number): Log {
  if (!log.messages.has(seq)) throw new RangeError(`seq ${seq} is not there to be shown`);
  if (seq >= log.low && seq <= log.high) return log;
  return settle({ ...log, low: seq, high: seq });
}

/** Whether older messages exist than the ones that are shown: the first of all is number 1. */
export const hasOlder = ({ low }: Log): boolean => low !== 1;

/** How many newer messages are known to exist than the ones that are shown. */
export const missingNewer = ({ high, tail }: Log): number => (high === 0 ? 0 : Math.max(0, tail - high));

/** The dense stretch, oldest first. */
export function shown({ messages, low, high }: Log): Message[] {
  const dense: Message[] = [];
  for (let seq = low; seq <= high; seq += 1) {
    const message = messages.get(seq);
    if (message) dense.push(message);
  }
  return dense;
}

/** Forgets all but the newest messages of the stretch, and what lies apart from it. */
export function trim(log: Log, kept: number): Log {
  const low = Math.max(log.low, log.high - kept + 1);
  const messages = new Map([...log.messages].filter(([seq]) => seq >= low && seq <= log.high));
  return { ...log, messages, low: log.high === 0 ? 0 : low };
}

/** Puts a new message on its way. */
export function write(log: Log, message: Pick<Outgoing, 'key' | 'text' | 'at'>): Log {
  return { ...log, outgoing: [...log.outgoing, { ...message, state: 'waiting' }] };
}

/** Takes up what was outgoing when the page was left; what was refused stays so. Some of it may have come in meanwhile. */
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
 * Begins an attempt. The first one decides on `afterSeq`: the newest message that is known to exist then. A message that
 * is held is shown as such until it is stored.
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

/** Several attempts found no server that could take the message. */
export function hold(log: Log, key: string, problem: string): Log {
  return change(log, key, (sent) => (sent.state === 'stored' ? sent : { ...sent, state: 'held', problem }));
}

/** An attempt failed; it may still have been stored. */
export function fail(log: Log, key: string, problem: string): Log {
  return change(log, key, (sent) => (sent.state === 'stored' ? sent : { ...sent, state: 'failed', problem }));
}

/** Puts a message that failed back among those that wait for an attempt, with its key. */
export function requeue(log: Log, key: string): Log {
  return change(log, key, (sent) =>
    sent.state === 'stored' ? sent : { ...sent, problem: undefined, state: 'waiting' },
  );
}

/** Moves the place a message is sent after: everything up to it was seen, and the message was not there. */
export function moveAfter(log: Log, key: string, afterSeq: number): Log {
  return change(log, key, (sent) => ({ ...sent, afterSeq }));
}

/** Gives up a message. */
export function discard(log: Log, key: string): Log {
  return { ...log, outgoing: log.outgoing.filter((sent) => sent.key !== key) };
}

function isNews(held: Message | undefined, message: Message): boolean {
  return held === undefined || message.rev > held.rev;
}

/** Finds what was sent from here among messages that came: by the answer, or by an event that overtook it. */
function recognise(outgoing: readonly Outgoing[], news: readonly Message[]): readonly Outgoing[] {
  if (outgoing.length === 0) return outgoing;
  const seqs = new Map(news.map(({ client_key, seq }) => [client_key, seq]));
  return outgoing.map((sent) => {
    const seq = seqs.get(sent.key);
    return seq === undefined ? sent : { ...sent, problem: undefined, state: 'stored', seq };
  });
}

/** Lets the stretch grow over what lies beside it, and lets go of what was sent and is in it now. */
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
