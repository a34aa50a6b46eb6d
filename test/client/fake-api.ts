import { ApiError } from '../../client/src/api/api-error.ts';
import type { ChangesPage, HistoryPage, HistoryPlace, NewMessage } from '../../client/src/api/calls.ts';
import type { Message, TextMessage } from '../../client/src/api/shapes.ts';
import type { ConversationApi } from '../../client/src/conversation/conversation-state.ts';
import { withOwn } from '../../client/src/conversation/message-versions.ts';
import { textMessage } from './messages.ts';

/** A fault of the next send: it fails before or after the message was stored. */
interface Fault {
  readonly error: ApiError;
  readonly stored?: true;
  /** Runs before the response. */
  readonly meanwhile?: () => void;
}

/** An API with one conversation, as a client sees it: seqs without gaps, and keys that store once. */
export class FakeApi implements ConversationApi {
  readonly log: Message[] = [];
  readonly sends: NewMessage[] = [];
  readonly pages: HistoryPlace[] = [];
  readonly faults: Fault[] = [];
  /** Requests for changes, by the number after which they begin. */
  readonly changePages: number[] = [];
  /** The change log: seqs of changed messages. The first change has the number 1. */
  readonly changes: number[] = [];
  /** Number of changes beyond which a client has to read again what it shows. */
  maxBehind = 1_000;
  /** Messages on a page of changes. */
  changesLimit = 100;
  /** Holds responses back, after they were made. */
  hold: () => Promise<void> = () => Promise.resolve();
  /** Whether calls get a response. */
  isReachable = true;

  /** @param originals the seq that each message replies to. */
  constructor(length: number, originals: (seq: number) => number | undefined = () => undefined) {
    for (let seq = 1; seq <= length; seq += 1) {
      const original = originals(seq);
      this.append(original === undefined ? {} : { reply_to: this.#quoteOf(original) });
    }
  }

  /** A message as a response or an event shows it now: a reply with its original as it is now. */
  shown(message: Message): Message {
    if (message.kind !== 'text' || !message.reply_to) return message;
    return { ...message, reply_to: this.#quoteOf(message.reply_to.seq) };
  }

  /** Responses have the reactions, events have not. */
  #response(message: Message): Message {
    return { reactions: [], pinned: false, ...this.shown(message) };
  }

  #quoteOf(seq: number): NonNullable<TextMessage['reply_to']> {
    const original = this.log[seq - 1];
    if (!original) throw new ApiError(422, ['reply_to_unknown']);
    const { user_uuid, handle, display_name, message, deleted_at, mentions } = original;
    return { ...{ seq, user_uuid, handle, display_name, message, mentions }, deleted: deleted_at !== null };
  }

  /** Adds a message. */
  append(values: Partial<Parameters<typeof textMessage>[0]> = {}): Message {
    const message = textMessage({ ...values, seq: this.log.length + 1 });
    this.log.push(message);
    return message;
  }

  listMessages = (_uuid: string, place: HistoryPlace): Promise<HistoryPage> =>
    this.#answer(() => {
      this.pages.push(place);
      const isFromEnd = place.after === undefined && place.around === undefined;
      return {
        messages: this.#page(place).map((message) => this.#response(message)),
        lastChange: isFromEnd ? this.changes.length : undefined,
      };
    });

  listChanges = (_uuid: string, after: number): Promise<ChangesPage> =>
    this.#answer(() => {
      this.changePages.push(after);
      const missed = this.changes.slice(after);
      if (missed.length > this.maxBehind) throw new ApiError(409, ['changes_too_far_behind']);
      // Each message comes once, by its newest change.
      const newest = missed.flatMap((seq, place) =>
        missed.lastIndexOf(seq) === place ? [{ change: after + place + 1, seq }] : [],
      );
      const page = newest.slice(0, this.changesLimit);
      const lastChange = page.at(-1)?.change;
      return {
        messages: page
          .flatMap(({ seq }) => this.log[seq - 1] ?? [])
          .map((message) => this.#response(message)),
        lastChange,
        next: newest.length > page.length ? lastChange : undefined,
      };
    });

  send = (message: NewMessage): Promise<Message> =>
    this.#answer(() => {
      this.sends.push(message);
      const fault = this.faults.shift();
      fault?.meanwhile?.();
      if (fault && fault.stored !== true) throw fault.error;
      const earlier = this.log.find(({ client_key }) => client_key === message.key);
      const stored =
        earlier ??
        this.append({
          ...{ user_uuid: 'me', message: message.text, client_key: message.key },
          ...(message.replyTo !== undefined && { reply_to: this.#quoteOf(message.replyTo) }),
        });
      if (fault) throw fault.error;
      return stored;
    });

  editMessage = (_uuid: string, seq: number, text: string): Promise<Message> =>
    this.#answer(() => this.change(seq, { message: text, edited_at: 'now' }));

  deleteMessage = (_uuid: string, seq: number): Promise<Message> =>
    this.#answer(() => this.change(seq, { message: null, deleted_at: 'now' }));

  react = (_uuid: string, seq: number, emoji: string): Promise<Message> => this.#react(seq, emoji, true);

  takeBackReaction = (_uuid: string, seq: number, emoji: string): Promise<Message> =>
    this.#react(seq, emoji, false);

  pinMessage = (_uuid: string, seq: number): Promise<Message> =>
    this.#answer(() => this.annotate(seq, { pinned: true }));

  unpinMessage = (_uuid: string, seq: number): Promise<Message> =>
    this.#answer(() => this.annotate(seq, { pinned: false }));

  /** Changes reactions or the pin of a message: its rev stays. */
  annotate(seq: number, values: Partial<Pick<Message, 'reactions' | 'pinned'>>): Message {
    const held = this.log[seq - 1];
    if (!held) throw new ApiError(404, ['not_found']);
    const changed = { reactions: [], pinned: false, ...held, ...values };
    this.log[seq - 1] = changed;
    this.onChange(seq);
    return changed;
  }

  #react(seq: number, emoji: string, wanted: boolean): Promise<Message> {
    return this.#answer(() => {
      const fault = this.faults.shift();
      if (fault) throw fault.error;
      return this.annotate(seq, { reactions: withOwn(this.log[seq - 1]?.reactions, emoji, wanted) });
    });
  }

  change(seq: number, values: Partial<Parameters<typeof textMessage>[0]>): Message {
    const held = this.log[seq - 1];
    if (held?.kind !== 'text') throw new ApiError(404, ['not_found']);
    const changed = { ...held, ...values, seq, rev: held.rev + 1 };
    if (changed.deleted_at !== null) delete changed.reply_to;
    this.log[seq - 1] = changed;
    this.onChange(seq);
    return changed;
  }

  /** The table's stream logs a change; here at once. */
  onChange = (seq: number): void => void this.changes.push(seq);

  #page({ before, after, around, limit }: HistoryPlace): Message[] {
    if (after !== undefined) return this.log.slice(after, after + limit);
    if (before !== undefined) return this.log.slice(Math.max(0, before - 1 - limit), before - 1);
    if (around !== undefined) {
      const from = Math.max(0, around - 1 - Math.floor(limit / 2));
      return this.log.slice(from, from + limit);
    }
    return this.log.slice(-limit);
  }

  async #answer<Result>(act: () => Result): Promise<Result> {
    await Promise.resolve();
    if (!this.isReachable) throw new ApiError(0, ['unreachable']);
    try {
      return act();
    } finally {
      await this.hold();
    }
  }
}
