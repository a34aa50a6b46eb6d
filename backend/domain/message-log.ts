import { MAX_SEQ } from '../../schema/keys.ts';
import { AfterSeqTooFarBehindError, BusyError, KeyReusedError, UnprocessableError } from '../errors.ts';
import type { Clock, IdSource } from '../sources.ts';
import { backoff } from '../table/backoff.ts';
import type { MemberStore } from '../table/member-store.ts';
import type { MessageStore, Search } from '../table/message-store.ts';
import { GroupTurns } from './group-turns.ts';
import { KnownTails } from './known-tails.ts';
import { presentSince } from './membership.ts';
import type { LogEntry, Member, Message } from './model.ts';
import { newTextMessage } from './new-message.ts';
import { requireMember } from './policies.ts';

/** A message on its way into a log. */
export interface Draft {
  readonly groupId: string;
  readonly userId: string;
  /** Trimmed and checked. */
  readonly text: string;
  /** The `Idempotency-Key` of the request. */
  readonly clientKey?: string;
  /** The newest seq that the sender holds: any earlier attempt of the same request lies after it. */
  readonly afterSeq?: number;
}

const EPOCH = Symbol('epoch');

/** The members of a group, strongly read after the log's epoch was noted. Only `MessageLog.readMembers` makes one. */
export interface MembersSnapshot {
  readonly groupId: string;
  /** Empty where there is no such group. */
  readonly members: readonly Member[];
  readonly [EPOCH]: number | undefined;
}

/** A message in its log, and the members of the group at that moment. */
export interface Appended {
  readonly message: Message;
  readonly members: readonly Member[];
}

/** Maximum attempts of an append that loses against other writers. */
const MAX_ATTEMPTS = 20;
/** Newest messages that are searched for a key when the client does not say where to start. */
const SEARCH_WITHOUT_POSITION = 100;
/** Messages after `after_seq` that are searched for a key. */
const SEARCH_AFTER_POSITION = 1_000;

/**
 * The log of every group: seqs are dense, and each is decided by a conditional put on its key.
 *
 * A put goes right after a seq that is known to exist, so there is never a hole. A tail that is too low fails the
 * condition and is corrected; so the tails that this process remembers may be stale, and other processes may append at
 * any moment.
 *
 * With a key, a send is stored once: before it puts at a seq, it has seen every message from its start up to the seq
 * below, and none carried its key. Two attempts cannot both succeed: the attempt with the later seq has seen the earlier.
 */
export class MessageLog {
  readonly #messages: MessageStore;
  readonly #members: Pick<MemberStore, 'list'>;
  readonly #clock: Clock;
  readonly #newId: IdSource;
  readonly #tails = new KnownTails();
  readonly #turns = new GroupTurns();

  constructor(parts: {
    readonly messages: MessageStore;
    readonly members: Pick<MemberStore, 'list'>;
    readonly clock: Clock;
    readonly newId: IdSource;
  }) {
    this.#messages = parts.messages;
    this.#members = parts.members;
    this.#clock = parts.clock;
    this.#newId = parts.newId;
  }

  /** The members that authorise an append. 1 R for 8 members. */
  async readMembers(groupId: string): Promise<MembersSnapshot> {
    // Noted before the read: a member who is removed during the read ends the epoch.
    const epoch = this.#tails.epoch(groupId);
    return { groupId, members: await this.#members.list(groupId), [EPOCH]: epoch };
  }

  /**
   * Appends a message, or finds the one that an earlier attempt of the same request appended.
   *
   * Members come and go by messages of the same log. So a user who was a member when a tail was known already, and whose
   * message is put right after that tail, is a member at that moment. A tail that was found after the members were read
   * proves nothing: they are read again before it is used. So no message comes after the one about its author's removal.
   * @throws NotFoundError for a sender who is not a member; UnprocessableError `after_seq_beyond_end`, KeyReusedError,
   * AfterSeqTooFarBehindError, BusyError, TextKeysUnavailableError.
   */
  async append(snapshot: MembersSnapshot, draft: Draft): Promise<Appended> {
    const { groupId } = draft;
    requireMember(snapshot.members, draft.userId);
    return this.#turns.take(groupId, async () => {
      const start = await this.#start(draft, this.#highestKnown(snapshot));
      if ('found' in start) return this.#noted(start.found, snapshot.members);
      const isStale = start.searched || this.#tails.epoch(groupId) !== snapshot[EPOCH];
      const members = isStale ? await this.#readAgain(snapshot.members, draft) : snapshot.members;
      return this.#appendAfter(start.tail, members, draft);
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

  /** Notes that the members changed with the message at `seq`, and which they are now. */
  noteChange(groupId: string, members: readonly Member[], seq: number): void {
    this.#tails.begin(groupId, presentSince(members), seq);
  }

  /** The highest seq that is known to exist at no cost: from the members' summaries or from this process's memory. */
  #highestKnown({ groupId, members }: MembersSnapshot): number {
    const remembered = this.#tails.seq(groupId, presentSince(members));
    return Math.max(remembered, ...members.map((member) => member.last_seq));
  }

  /** Where the first put may go: right after `tail`, up to which no message carries the draft's key. */
  async #start(draft: Draft, known: number): Promise<Position> {
    const { groupId, clientKey, afterSeq } = draft;
    const ahead = afterSeq !== undefined && afterSeq > known;
    if (ahead && !(await this.#messages.exists(groupId, afterSeq))) {
      throw new UnprocessableError([{ code: 'after_seq_beyond_end', field: 'after_seq' }]);
    }
    if (clientKey === undefined) return { tail: Math.max(known, afterSeq ?? 0), searched: ahead };
    if (afterSeq === undefined) {
      const newest = await this.#messages.searchNewest(groupId, SEARCH_WITHOUT_POSITION, ownOf(draft));
      return foundIn(newest, draft) ?? { tail: newest.lastSeq, searched: true };
    }
    // Where the log is known to be longer, a put right after after_seq would be paid for and fail.
    return afterSeq < known ? this.#search(draft, afterSeq) : { tail: afterSeq, searched: ahead };
  }

  async #appendAfter(start: number, authorised: readonly Member[], draft: Draft): Promise<Appended> {
    const messageId = this.#newId();
    let tail = start;
    let members = authorised;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const message = this.#message(draft, tail + 1, messageId);
      const outcome = await this.#messages.append(message);
      if (outcome.stored) return this.#noted(message, members);
      const own = ownAttempt(outcome.existing, draft, messageId);
      if (own) return this.#noted(own, members);
      if (attempt > 0) await backoff(attempt - 1);
      const next = await this.#tailAfter(tail + 1, draft);
      if ('found' in next) return this.#noted(next.found, members);
      members = await this.#readAgain(members, draft);
      tail = next.tail;
    }
    throw tooManyWriters();
  }

  /** The members as they are now. Those of a direct group are always the same two. @throws NotFoundError */
  async #readAgain(members: readonly Member[], { groupId, userId }: Draft): Promise<readonly Member[]> {
    if (requireMember(members, userId).peer !== undefined) return members;
    const now = await this.#members.list(groupId);
    requireMember(now, userId);
    return now;
  }

  /** The tail as it is now, and with a key the messages up to it searched. `seen` exists and was looked at. */
  async #tailAfter(seen: number, draft: Draft): Promise<Position> {
    if (draft.clientKey !== undefined) return this.#search(draft, seen);
    return { tail: Math.max(seen, await this.#messages.tail(draft.groupId)), searched: true };
  }

  /** Searches everything after `from` for the draft's key. Where it is not there, the last message searched is the tail. */
  async #search(draft: Draft, from: number): Promise<Position> {
    const { groupId } = draft;
    const later = await this.#messages.searchAfter(groupId, from, SEARCH_AFTER_POSITION, ownOf(draft));
    const found = foundIn(later, draft);
    if (found) return found;
    if (later.count === SEARCH_AFTER_POSITION) {
      const tail = await this.#messages.tail(groupId);
      if (tail > from + SEARCH_AFTER_POSITION) throw new AfterSeqTooFarBehindError(tail);
    }
    return { tail: from + later.count, searched: true };
  }

  #message(draft: Draft, seq: number, messageId: string): Message {
    if (seq > MAX_SEQ) throw new RangeError(`the log of ${draft.groupId} is full`);
    return newTextMessage({ ...draft, seq, messageId, createdAt: this.#clock() });
  }

  #noted(message: Message, members: readonly Member[]): Appended {
    this.#tails.remember(message.groupId, presentSince(members), message.seq);
    return { message, members };
  }
}

const tooManyWriters = () => new BusyError('Too many are writing to this conversation at once.');

/** `searched`: the tail was read from the log just now. */
type Position = { readonly tail: number; readonly searched: boolean } | { readonly found: Message };

/**
 * Recognises messages that an earlier attempt of the draft's request stored: by its sender and their key. The message
 * about a new group carries the key of the request that created the group, which is another request.
 */
function ownOf(draft: Pick<Draft, 'userId' | 'clientKey'>) {
  return (message: Pick<LogEntry, 'kind' | 'client_key' | 'user_uuid'>): boolean =>
    message.kind === 'text' &&
    draft.clientKey !== undefined &&
    message.client_key === draft.clientKey &&
    message.user_uuid === draft.userId;
}

/** @throws KeyReusedError */
function foundIn({ found }: Search, draft: Draft): { readonly found: Message } | undefined {
  return found && { found: requireSameText(found, draft) };
}

/**
 * The message in the way of a put, where it is the sender's own: this very message, because the SDK repeats a put whose
 * answer was lost, or an earlier attempt of the same request. Undefined where it is another.
 * @param messageId of the message that was to be put.
 * @throws KeyReusedError
 */
export function ownAttempt(
  existing: Message | undefined,
  draft: Draft,
  messageId: string,
): Message | undefined {
  if (!existing) return undefined;
  const isOwn = existing.message_uuid === messageId || ownOf(draft)(existing);
  return isOwn ? requireSameText(existing, draft) : undefined;
}

/**
 * The message, if it was sent with the draft's text. After an edit that text is not known any more, nor is it where the
 * stored text cannot be decrypted: then the sender and the key decide.
 * @throws KeyReusedError
 */
function requireSameText(message: Message, { text }: Draft): Message {
  const isKnown = message.rev === 0 && !message.unreadable;
  if (isKnown && message.message !== text) throw new KeyReusedError();
  return message;
}
