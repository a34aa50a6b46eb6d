import { MAX_SEQ } from '../../schema/keys.ts';
import { AfterSeqTooFarBehindError, type AppError, BusyError, UnprocessableError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { NO_RECORDER, type Recorder } from '../metrics/recorder.ts';
import type { Clock, IdSource } from '../sources.ts';
import type { Search } from '../table/message-store.ts';
import { CONFLICT, type ConflictRetries, retryOnConflict } from '../table/retry-on-conflict.ts';
import { type Draft, keyIn, ownAttempt, requireSameRequest, unknownAttachment } from './drafts.ts';
import { GroupTurns } from './group-turns.ts';
import { type KnownTail, KnownTails } from './known-tails.ts';
import { type Access, type AccessNeeds, logIdOf, membershipSeqOf, readAccess } from './membership.ts';
import type { Message, Tail } from './model.ts';
import { newTextMessage } from './new-message.ts';

const KNOWN = Symbol('known before');

/** A user's access to a group, and what the process knew of the log before it was read. Only `MessageLog` makes one. */
export interface Snapshot {
  readonly access: Access;
  readonly [KNOWN]: KnownTail | undefined;
}

/** A message in its log, and its author's access at that moment. */
export interface Appended {
  readonly message: Message;
  readonly access: Access;
}

/** An append that loses against other writers. */
const APPENDING = { attempts: 20, busy: 'Too many are writing to this conversation at once.' };
/** Newest messages that are searched for a key when the client does not say where to start. */
const SEARCH_WITHOUT_POSITION = 100;
/** Messages after `after_seq` that are searched for a key. */
const SEARCH_AFTER_POSITION = 1_000;
/** How far the clock of another process may be ahead, in ms, for a message to take its time from the one before it. */
const MAX_CLOCK_DIFFERENCE_MS = 5_000;

type Parts = AccessNeeds & {
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly logger: Logger;
  /** Default: conflicts are not counted. */
  readonly recorder?: Recorder;
};

/**
 * The log of every group: seqs are dense, and each is decided by a conditional put on its key.
 *
 * A put goes right after a seq that is known to exist, so there is never a hole. A tail that is too low fails the
 * condition and is corrected; so the tails that this process remembers may be old, and other processes may append at
 * any moment. A tail that only a summary named is read once before it is used: the table may be damaged.
 *
 * With a key, a send is stored once: before it puts at a seq, it has seen every message from its start up to the seq
 * below, and none carried its key. Two attempts cannot both succeed: the attempt with the later seq has seen the earlier.
 *
 * Members come and go by messages of the same log. So a user who was a member when a tail was known already, and whose
 * message is put right after that tail, is a member at that moment. A tail that became known later proves nothing, unless
 * no member came or went meanwhile: META has the `membership_seq` that was known before it was read. Otherwise the access
 * is read again. So no message comes after the one about its author's removal.
 */
export class MessageLog {
  readonly #parts: Parts;
  readonly #tails = new KnownTails();
  readonly #turns = new GroupTurns();
  readonly #appending: ConflictRetries;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { recorder = NO_RECORDER } = parts;
    this.#appending = { ...APPENDING, onConflict: () => recorder.record('appendConflicts', 1) };
  }

  /** Reads the access that authorises an append. 1 R, 2 R in a named group. @throws NotFoundError */
  async readAccess(groupId: string, userId: string): Promise<Snapshot> {
    const known = this.#tails.of(groupId);
    return { access: await readAccess(this.#parts, groupId, userId), [KNOWN]: known };
  }

  /**
   * Appends a message, or finds the one that an earlier attempt of the same request appended.
   * @throws NotFoundError for a sender who is no member any more; UnprocessableError `after_seq_beyond_end` and
   * `reply_to_unknown` and `attachment_unknown`, the draft's refusal, KeyReusedError, AfterSeqTooFarBehindError, BusyError, TextKeysUnavailableError.
   */
  async append(snapshot: Snapshot, draft: Draft): Promise<Appended> {
    return this.#turns.take(draft.groupId, async () => {
      const { access } = snapshot;
      const start = await this.#start(snapshot, draft);
      if ('found' in start) return { message: start.found, access };
      if (draft.refusal) return { message: await this.#earlierAttempt(draft, draft.refusal), access };
      const authorised = start.provesMember ? access : await this.#readAgain(access, draft);
      return this.#appendAfter(start.tail, authorised, draft);
    });
  }

  /**
   * Appends by a transaction that changes more than the log, a group's members for example. `attempt` gets the tail, and
   * reads what it needs after that: if the seq after the tail is still free when it writes, nothing that the log records
   * has changed since. When it was overtaken it returns undefined, and is called again with the new tail.
   * @throws BusyError, and what `attempt` throws.
   */
  async appendChange<Result>(
    groupId: string,
    attempt: (tail: Tail) => Promise<Result | undefined>,
  ): Promise<Result> {
    return this.#turns.take(groupId, () =>
      retryOnConflict(this.#appending, async () => {
        const result = await attempt(await this.#parts.messages.tail(groupId));
        return result ?? CONFLICT;
      }),
    );
  }

  /** Notes a system message, and the members as of it. */
  noteChange(message: Message, logId: string, membershipSeq: number): void {
    this.#tails.remember(message.groupId, { logId, tail: message, membershipSeq });
  }

  /**
   * The time of a message: this process's clock, or the time of the message before it where that is later, so that time
   * does not run backwards in a group. A clock that is far ahead is not followed: it would keep the group at the top.
   */
  timeAfter(groupId: string, tail: Tail): Date {
    const now = this.#parts.clock();
    const before = tail.created_at === undefined ? 0 : Date.parse(tail.created_at);
    const aheadMs = before - now.getTime();
    if (aheadMs <= 0) return now;
    if (aheadMs <= MAX_CLOCK_DIFFERENCE_MS) return new Date(before);
    this.#parts.logger.warn(
      { group: groupId, seq: tail.seq, aheadMs },
      "a message's time is ahead of this process's clock, and is not followed",
    );
    return now;
  }

  /** Where the first put may go: right after `tail`, up to which no message carries the draft's key. */
  async #start(snapshot: Snapshot, draft: Draft): Promise<Position> {
    const { groupId, clientKey, afterSeq } = draft;
    if (clientKey !== undefined && afterSeq === undefined) {
      const own = keyIn(draft);
      const newest = await this.#parts.messages.searchNewest(groupId, SEARCH_WITHOUT_POSITION, own);
      const tail = newest.last ?? LOG_START;
      return foundIn(newest, draft) ?? { tail: requireReached(tail, draft), provesMember: false };
    }
    const highest = await this.#highestTail(snapshot, draft);
    if (afterSeq !== undefined && afterSeq > highest.tail.seq) throw beyondEnd();
    // Where the log is known to be longer, a put right after after_seq would be paid for and fail.
    const searches = clientKey !== undefined && afterSeq !== undefined && afterSeq < highest.tail.seq;
    return searches ? this.#search(draft, afterSeq, highest.tail) : highest;
  }

  /**
   * The highest tail that is known to exist: from this process's memory, the summary just read, or the client. It is not
   * below a message that the client replies to: the log is dense, so that message exists.
   */
  async #highestTail(snapshot: Snapshot, draft: Draft): Promise<Position & { readonly tail: Tail }> {
    const { groupId, afterSeq = 0, replyTo = 0 } = draft;
    const named = Math.max(afterSeq, replyTo);
    const { access, [KNOWN]: before } = snapshot;
    const logId = logIdOf(access);
    const membershipSeq = membershipSeqOf(access);
    const isSameMembers = before?.logId === logId && before.membershipSeq === membershipSeq;
    const known = this.#tails.ofLog(groupId, logId);
    const summarySeq = (access.group ?? access.own).last_seq;
    if (known && known.tail.seq >= Math.max(summarySeq, named)) {
      // Known before the access was read; or put by this process since, with the same members.
      const provesMember = known === before || (isSameMembers && known.membershipSeq === membershipSeq);
      return { tail: known.tail, provesMember };
    }
    if (named > summarySeq) {
      const found = await this.#parts.messages.tailAt(groupId, named);
      if (!found) throw named === afterSeq ? beyondEnd() : replyUnknown();
      return { tail: found, provesMember: false };
    }
    const shown = await this.#parts.messages.tailAt(groupId, summarySeq);
    if (shown) return { tail: shown, provesMember: isSameMembers };
    this.#parts.logger.error({ group: groupId, seq: summarySeq }, 'a summary is ahead of its log');
    const tail = await this.#parts.messages.tail(groupId);
    return { tail: requireReached(tail, draft), provesMember: false };
  }

  async #appendAfter(start: Tail, authorised: Access, draft: Draft): Promise<Appended> {
    const messageId = this.#parts.newId();
    let tail = start;
    let access = authorised;
    /** The message that took the seq of the attempt before, if the log must be read after it. */
    let seen: Tail | undefined;
    return retryOnConflict({ ...this.#appending, firstAtOnce: true }, async (attempt) => {
      if (seen) {
        const next = await this.#tailAfter(seen, draft);
        if ('found' in next) return { message: next.found, access };
        access = await this.#readAgain(access, draft);
        tail = next.tail;
      }
      const message = this.#message(draft, tail, messageId);
      const outcome = await this.#parts.messages.append(message);
      if (outcome.stored) return this.#noted(message, access);
      if ('filesTaken' in outcome) {
        return { message: await this.#earlierAttempt(draft, unknownAttachment()), access };
      }
      const { existing } = outcome;
      const own = ownAttempt(existing, draft, messageId);
      if (own) return this.#noted(own, access);
      if (attempt === 0 && existing?.kind === 'text' && draft.clientKey === undefined) {
        // Another text took the seq. It changed no member, and is the tail as far as is known: nothing is read.
        tail = existing;
      } else seen = existing ?? tail;
      return CONFLICT;
    });
  }

  /**
   * The message of an earlier attempt, for a draft whose files cannot be sent: because that attempt sent them, perhaps a
   * moment ago. Where the log is not searched anyway, it is here: the other attempt stored its message and the files' items
   * in one transaction, so who has seen these items finds it.
   * @throws `refusal` where there is none; KeyReusedError
   */
  async #earlierAttempt(draft: Draft, refusal: AppError): Promise<Message> {
    const { groupId, clientKey, afterSeq } = draft;
    if (clientKey === undefined) throw refusal;
    const { messages } = this.#parts;
    const own = keyIn(draft);
    const searched =
      afterSeq === undefined
        ? await messages.searchNewest(groupId, SEARCH_WITHOUT_POSITION, own)
        : await messages.searchAfter(groupId, afterSeq, SEARCH_AFTER_POSITION, own);
    const earlier = foundIn(searched, draft);
    if (!earlier) throw refusal;
    return earlier.found;
  }

  /**
   * The access as it is now. The users of a direct group are always the same two.
   * @throws NotFoundError; BusyError where the table was dropped and created again meanwhile.
   */
  async #readAgain(access: Access, { groupId, userId }: Draft): Promise<Access> {
    if (!access.group) return access;
    const now = await readAccess(this.#parts, groupId, userId);
    if (logIdOf(now) !== logIdOf(access)) throw new BusyError('This conversation was created again.');
    return now;
  }

  /** The tail as it is now, and with a key the messages up to it searched. `seen` exists and was looked at. */
  async #tailAfter(seen: Tail, draft: Draft): Promise<Position> {
    if (draft.clientKey !== undefined) return this.#search(draft, seen.seq, seen);
    return { tail: await this.#parts.messages.tail(draft.groupId), provesMember: false };
  }

  /**
   * Searches everything after a seq for the draft's key. Where it is not there, the last message searched is the tail; or
   * `known`, which exists, where there is none.
   */
  async #search(draft: Draft, from: number, known: Tail): Promise<Position> {
    const { messages } = this.#parts;
    const { groupId } = draft;
    const later = await messages.searchAfter(groupId, from, SEARCH_AFTER_POSITION, keyIn(draft));
    const found = foundIn(later, draft);
    if (found) return found;
    if (later.count === SEARCH_AFTER_POSITION) {
      const tail = await messages.tail(groupId);
      if (tail.seq > from + SEARCH_AFTER_POSITION) throw new AfterSeqTooFarBehindError(tail.seq);
    }
    return { tail: later.last ?? known, provesMember: false };
  }

  #message(draft: Draft, tail: Tail, messageId: string): Message {
    const { groupId } = draft;
    if (tail.seq >= MAX_SEQ) throw new RangeError(`the log of ${groupId} is full`);
    return newTextMessage({ ...draft, tail, messageId, createdAt: this.timeAfter(groupId, tail) });
  }

  #noted(message: Message, access: Access): Appended {
    this.#tails.remember(message.groupId, {
      logId: logIdOf(access),
      tail: message,
      membershipSeq: membershipSeqOf(access),
    });
    return { message, access };
  }
}

const LOG_START: Tail = { seq: 0, n: 0 };

const beyondEnd = () => new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);

/** The message that a reply names is not in the log. */
export const replyUnknown = () => new UnprocessableError([{ code: 'reply_to_unknown', field: 'reply_to' }]);

/** The log's newest message, if it is not before the one that the draft replies to. @throws UnprocessableError */
function requireReached(tail: Tail, { replyTo = 0 }: Draft): Tail {
  if (replyTo > tail.seq) throw replyUnknown();
  return tail;
}

/** `provesMember`: the access was read after the tail was known, or no member came or went in between. */
type Position = { readonly tail: Tail; readonly provesMember: boolean } | { readonly found: Message };

/** @throws KeyReusedError */
function foundIn({ found }: Search, draft: Draft): { readonly found: Message } | undefined {
  return found && { found: requireSameRequest(found, draft) };
}
