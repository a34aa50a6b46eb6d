import type { MessageItem } from '../../schema/items.ts';
import { MAX_SEQ } from '../../schema/keys.ts';
import { AfterSeqTooFarBehindError, BusyError, KeyReusedError, UnprocessableError } from '../errors.ts';
import type { Clock, IdSource } from '../sources.ts';
import { backoff } from '../table/backoff.ts';
import type { MessageStore } from '../table/message-store.ts';
import { openMessage, sealMessage, type Texts } from '../texts/texts.ts';
import { GroupTurns } from './group-turns.ts';
import { KnownTails } from './known-tails.ts';
import { type NewMessage, newMessage } from './new-message.ts';

/** A message on its way into a log. */
export interface Draft {
  readonly groupId: string;
  readonly userId: string;
  /** Trimmed and checked. */
  readonly text: string;
  /** The `Idempotency-Key` of the request. */
  readonly clientKey?: string;
  /** The newest seq its sender holds: any earlier attempt of the same request lies after it. */
  readonly afterSeq?: number;
}

/** What the caller of an append knows of the log. */
export interface Footing {
  /** A seq the log is known to have, as high as the caller can tell at no cost; 0 for none. */
  readonly knownSeq: number;
  /** When the group's present members came to be, by what was just read. */
  readonly since?: string;
  /** What `MessageLog.epoch` said before the members were read. */
  readonly epoch?: number | undefined;
  /** Reads the members anew. @throws NotFoundError when the sender is none of them any more. */
  readonly authorise?: () => Promise<void>;
}

/** Appends that lose against another writer's are tried again at the new tail this often. */
const MAX_ATTEMPTS = 20;
/** Newest messages that are searched for a key when the client does not say where it is. */
const SEARCH_WITHOUT_POSITION = 100;
/** Messages behind `after_seq` that are searched for a key. */
const SEARCH_AFTER_POSITION = 1_000;

/**
 * The log of every group: seqs are dense, and each is decided by a conditional put on its key.
 *
 * A put goes right behind a seq that is known to exist, so there is never a hole. A tail that is too low fails the
 * condition and is mended; hence what this process remembers of tails may be stale, and other processes may append
 * at any moment.
 *
 * With a key, a send is stored once: before it puts at a seq, it has seen every message from its start up to the seq
 * below, and none carried its key. Two attempts cannot both succeed: the later seq's attempt has seen the earlier one.
 */
export class MessageLog {
  readonly #messages: MessageStore;
  readonly #texts: Texts;
  readonly #clock: Clock;
  readonly #newId: IdSource;
  readonly #tails = new KnownTails();
  readonly #turns = new GroupTurns();

  constructor(parts: { messages: MessageStore; texts: Texts; clock: Clock; newId: IdSource }) {
    this.#messages = parts.messages;
    this.#texts = parts.texts;
    this.#clock = parts.clock;
    this.#newId = parts.newId;
  }

  /** To be asked before the members are read that authorise an append. */
  epoch(groupId: string): number | undefined {
    return this.#tails.epoch(groupId);
  }

  /**
   * Appends a message, or finds the one that an earlier attempt of the same request appended.
   *
   * Members come and go by messages of the same log. So who was a member when a tail was known already, and puts right
   * behind that tail, is a member at that moment. A tail that was found after the members were read proves nothing:
   * they are read again (`authorise`) before it is used. No message stands behind the one that tells of its author's
   * removal.
   * @throws UnprocessableError `after_seq_beyond_end`, KeyReusedError, AfterSeqTooFarBehindError, BusyError; and what
   * `authorise` throws.
   */
  async append(draft: Draft, footing: Footing): Promise<MessageItem> {
    const { groupId } = draft;
    const { knownSeq, since = '', epoch, authorise = allowed } = footing;
    return this.#turns.take(groupId, async () => {
      const start = await this.#start(draft, Math.max(knownSeq, this.#tails.seq(groupId, since)));
      if ('found' in start) return this.#noted(start.found, groupId, since);
      if (start.searched || this.#tails.epoch(groupId) !== epoch) await authorise();
      return this.#noted(await this.#appendAfter(start.tail, draft, authorise), groupId, since);
    });
  }

  /**
   * Appends by a transaction that changes more than the log, a group's members for example. `attempt` is told the tail,
   * and reads what it needs after that: if the seq behind the tail still is free when it writes, nothing that is told
   * of in the log has changed since. Overtaken, it answers undefined, and is called again with the new tail.
   * @throws BusyError; and what `attempt` throws.
   */
  async appendChange<Result>(
    groupId: string,
    attempt: (tail: number) => Promise<Result | undefined>,
  ): Promise<Result> {
    return this.#turns.take(groupId, async () => {
      for (let overtaken = 0; overtaken < MAX_ATTEMPTS; overtaken += 1) {
        if (overtaken > 0) await backoff(overtaken - 1);
        const result = await attempt(await this.#messages.tail(groupId));
        if (result !== undefined) return result;
      }
      throw tooManyWriters();
    });
  }

  /** Notes that the members changed with the message at `seq`, and since when they are the present ones. */
  noteChange(groupId: string, since: string, seq: number): void {
    this.#tails.begin(groupId, since, seq);
  }

  /** Where the first put may go: right behind `tail`, up to which no message carries the draft's key. */
  async #start(draft: Draft, known: number): Promise<Position> {
    const { groupId, clientKey, afterSeq } = draft;
    const ahead = afterSeq !== undefined && afterSeq > known;
    if (ahead && !(await this.#messages.exists(groupId, afterSeq))) {
      throw new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);
    }
    if (clientKey === undefined) return { tail: Math.max(known, afterSeq ?? 0), searched: ahead };
    if (afterSeq === undefined) {
      const newest = await this.#messages.newest(groupId, SEARCH_WITHOUT_POSITION);
      const found = newest.find((message) => isOwnAttempt(message, draft));
      return found
        ? { found: await sameText(this.#texts, found, draft) }
        : { tail: newest[0]?.seq ?? 0, searched: true };
    }
    // Where the log is known to go on, a put right behind after_seq would be paid for and fail.
    return afterSeq < known ? this.#search(draft, afterSeq) : { tail: afterSeq, searched: ahead };
  }

  async #appendAfter(start: number, draft: Draft, authorise: () => Promise<void>): Promise<MessageItem> {
    const messageId = this.#newId();
    let tail = start;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const message = await this.#message(draft, tail + 1, messageId);
      const outcome = await this.#messages.append(message);
      if (outcome.stored) return message;
      const own = await ownAttempt(this.#texts, outcome.existing, draft, messageId);
      if (own) return own;
      if (attempt > 0) await backoff(attempt - 1);
      const next = await this.#tailAfter(tail + 1, draft);
      if ('found' in next) return next.found;
      await authorise();
      tail = next.tail;
    }
    throw tooManyWriters();
  }

  /** The tail as it is now, and with a key the messages up to it searched. `seen` exists and was looked at. */
  async #tailAfter(seen: number, draft: Draft): Promise<Position> {
    if (draft.clientKey !== undefined) return this.#search(draft, seen);
    return { tail: Math.max(seen, await this.#messages.tail(draft.groupId)), searched: true };
  }

  /** Looks for the draft's key in everything behind `from`; not found, `from` or the last one looked at is the tail. */
  async #search(draft: Draft, from: number): Promise<Position> {
    const behind = await this.#messages.after(draft.groupId, from, SEARCH_AFTER_POSITION);
    const found = behind.find((message) => isOwnAttempt(message, draft));
    if (found) return { found: await sameText(this.#texts, found, draft) };
    if (behind.length === SEARCH_AFTER_POSITION) {
      const tail = await this.#messages.tail(draft.groupId);
      if (tail > from + SEARCH_AFTER_POSITION) throw new AfterSeqTooFarBehindError(tail);
    }
    return { tail: from + behind.length, searched: true };
  }

  /** Sealed for its seq: another attempt, at another one, is sealed anew. */
  async #message(draft: Draft, seq: number, messageId: string): Promise<MessageItem> {
    if (seq > MAX_SEQ) throw new RangeError(`the log of ${draft.groupId} is full`);
    return sealMessage(this.#texts, newTextMessage({ ...draft, seq, messageId, createdAt: this.#clock() }));
  }

  #noted(message: MessageItem, groupId: string, since: string): MessageItem {
    this.#tails.remember(groupId, since, message.seq);
    return message;
  }
}

const allowed = (): Promise<void> => Promise.resolve();

const tooManyWriters = () => new BusyError('Too many are writing to this conversation at once.');

/** `searched`: the tail was read from the log just now. */
type Position = { readonly tail: number; readonly searched: boolean } | { readonly found: MessageItem };

export function newTextMessage({ text, ...place }: NewMessage & { readonly text: string }): MessageItem {
  return newMessage(place, { kind: 'text', message: text });
}

/**
 * Whether a stored message came from an earlier attempt of the draft's request: its sender and their key. The message
 * that tells of a new group has the key that the group was made with, which is another request's.
 */
function isOwnAttempt(message: MessageItem, draft: Pick<Draft, 'userId' | 'clientKey'>): boolean {
  return (
    message.kind === 'text' &&
    draft.clientKey !== undefined &&
    message.client_key === draft.clientKey &&
    message.user_uuid === draft.userId
  );
}

/**
 * The message that stood in a put's way, where it is the sender's own: this very message, because the SDK repeats a
 * put whose answer was lost, or an earlier attempt of the same request. Undefined where it is another.
 * @param messageId of the message that was to be put.
 * @throws KeyReusedError, TextKeysUnavailableError
 */
export async function ownAttempt(
  texts: Texts,
  existing: MessageItem | undefined,
  draft: Draft,
  messageId: string,
): Promise<MessageItem | undefined> {
  if (!existing) return undefined;
  const isOwn = existing.message_uuid === messageId || isOwnAttempt(existing, draft);
  return isOwn ? sameText(texts, existing, draft) : undefined;
}

/**
 * The message, if the draft has the text it was sent with; after an edit that text is no longer known, nor is that of
 * one that cannot be opened: then its sender and their key have to do.
 * @throws KeyReusedError, TextKeysUnavailableError
 */
async function sameText(
  texts: Texts,
  message: MessageItem,
  draft: Pick<Draft, 'text'>,
): Promise<MessageItem> {
  if (message.rev > 0) return message;
  const { message: text, unreadable } = await openMessage(texts, message);
  if (!unreadable && text !== draft.text) throw new KeyReusedError();
  return message;
}
