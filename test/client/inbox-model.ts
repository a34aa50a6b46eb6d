import { ApiError } from '../../client/src/api/api-error.ts';
import type { OwnSettings } from '../../client/src/api/calls.ts';
import type { Message, MessageGroup } from '../../client/src/api/shapes.ts';
import { HeldRows } from '../../client/src/inbox/held-rows.ts';
import { NO_SETTINGS, textMessage } from './messages.ts';

/** A publication on its way to the client. */
type Publication = {
  /** Whether the client had a stream when it was published. */
  readonly online: boolean;
} & (
  | {
      readonly message: Message;
      /** It is the entry of the change log about the message. */
      readonly isChange?: true;
    }
  /** The row as it was after a read mark or a change of settings. These arrive in their order. */
  | { readonly row: MessageGroup }
);

/** Whom a text mentions. */
export type Mentions = 'nobody' | 'me' | 'all';

/** A request whose response is on its way. */
interface Response {
  readonly row: MessageGroup | undefined;
  readonly deliver: () => void;
}

/**
 * One conversation as the API serves it to its member `me`, and the client's list of conversations: requests, responses,
 * events and timers move only when the test says so.
 *
 * As in the API, the summary and the deleted seqs are written by the stream's handler, after a message was stored, and the
 * handler publishes the message once more afterwards, and then the entry of the change log.
 */
export class InboxModel {
  readonly rows: HeldRows;
  readonly log: Message[] = [];
  /** What the stream's handler has not processed yet. */
  readonly unprocessed: Message[] = [];
  readonly publications: Publication[] = [];
  readonly responses: Response[] = [];
  readonly timers = new Set<() => void>();
  /** Requests for the row. */
  fetches = 0;
  readSeq = 0;
  isMember = true;
  isOnline = true;
  /** How many of the next requests fail. */
  failures = 0;
  /** A conversation begins with its summary. */
  #processedSeq = 1;
  #first: Message | undefined;
  /** The newest versions that the handler has processed. */
  readonly #summaries = new Map<number, Message>();
  readonly #deleted = new Set<number>();
  /** The newest mention that the handler has processed: none is counted where it lies before the mark. */
  #mentionSeq = 0;
  #muted: OwnSettings['muted'] = 'none';
  #favourite = false;
  /** The newest message when the conversation was archived, or marked as unread; 0: it is not. */
  #archivedSeq = 0;
  #unreadSeq = 0;

  constructor() {
    this.rows = new HeldRows({
      me: 'me',
      systemWords: ({ message }) => message,
      fetch: () => this.#fetch(),
      change: (_uuid, change) => this.#change(change),
      later: (_ms, run) => {
        const timer = () => {
          this.timers.delete(timer);
          run();
        };
        this.timers.add(timer);
        return () => this.timers.delete(timer);
      },
      onGone: (uuid) => this.rows.remove(uuid),
    });
  }

  /** What the list shows. */
  get shown(): MessageGroup | undefined {
    return this.rows.rows.get().get('g');
  }

  send(user_uuid: string, kind: Message['kind'] = 'text', mentions: Mentions = 'nobody'): Message {
    const seq = this.log.length + 1;
    const text = textMessage({ seq, user_uuid, message_group_uuid: 'g', ...mentioned(mentions) });
    const message: Message =
      kind === 'text' ? text : { ...text, kind, message: 'in words', event: undefined };
    this.log.push(message);
    this.#first ??= message;
    if (seq === 1 && mentionsMe(message)) this.#mentionSeq = 1;
    this.#store(message);
    return message;
  }

  /** Edits a text, or deletes it. @param mentions default: as before. */
  change(seq: number, text: string | null, mentions?: Mentions): void {
    const held = this.log[seq - 1];
    if (held?.kind !== 'text' || held.deleted_at !== null) return;
    const changed = {
      ...held,
      rev: held.rev + 1,
      message: text,
      ...(mentions && mentioned(mentions)),
      ...(text === null ? { deleted_at: 'now' } : { edited_at: 'now' }),
    };
    this.log[seq - 1] = changed;
    this.#store(changed);
  }

  /** The stream's handler processes what was written first. */
  process(count = 1): void {
    for (const message of this.unprocessed.splice(0, count)) {
      if (message.deleted_at !== null) this.#deleted.add(message.seq);
      if (message.user_uuid === 'me' && message.kind === 'text') {
        this.readSeq = Math.max(this.readSeq, message.seq);
      }
      if (mentionsMe(message)) this.#mentionSeq = Math.max(this.#mentionSeq, message.seq);
      this.#processedSeq = Math.max(this.#processedSeq, message.seq);
      this.#summaries.set(message.seq, message);
      this.publications.push({ message, online: this.isOnline });
      if (message.rev > 0) this.publications.push({ message, online: this.isOnline, isChange: true });
    }
  }

  /** Delivers one of the publications that are on their way: rows in their order, the others in any. */
  receive(place = 0, isDoubled = false): void {
    const at = place % Math.max(1, this.publications.length);
    const isRow = this.publications[at] && 'row' in this.publications[at];
    const [found] = this.publications.splice(
      isRow ? this.publications.findIndex((other) => 'row' in other) : at,
      1,
    );
    if (!found?.online || !this.isOnline) return;
    if ('row' in found) this.rows.tookRow(found.row);
    else if (found.isChange) this.rows.tookChange('g', [found.message.seq]);
    else {
      this.rows.tookMessage(found.message);
      if (isDoubled) this.rows.tookMessage(found.message);
    }
  }

  /** Marks read on this device or on another: both get an event of the row. */
  markRead(seq: number, isElsewhere: boolean): void {
    this.readSeq = Math.max(this.readSeq, Math.min(seq, this.log.length));
    this.#unreadSeq = 0;
    const row = this.row();
    if (!row) return;
    this.publications.push({ row, online: this.isOnline });
    if (!isElsewhere) this.rows.tookReadMark({ ...row, unread_count: row.unread_count });
  }

  /** Changes settings on this device or on another. */
  changeSettings(change: Partial<OwnSettings>, isElsewhere: boolean): void {
    if (isElsewhere) this.#write(change);
    // What is rejected is shown as before.
    else void this.rows.changeSettings('g', change).catch(() => undefined);
  }

  /** Requests a page of the list, as a start or `ready` does. */
  requestPage(): void {
    const requestedAt = this.rows.moment();
    const row = this.row();
    this.responses.push({
      row,
      deliver: () => this.rows.tookPage(row ? [row] : [], { requestedAt, isFirst: true }),
    });
  }

  /** Delivers one of the responses that are on their way. */
  async respond(place = 0): Promise<void> {
    const [response] = this.responses.splice(place % Math.max(1, this.responses.length), 1);
    response?.deliver();
    await new Promise(setImmediate);
  }

  async fireTimer(place = 0): Promise<void> {
    [...this.timers][place % Math.max(1, this.timers.size)]?.();
    await new Promise(setImmediate);
  }

  failNext(): void {
    this.failures += 1;
  }

  disconnect(): void {
    this.isOnline = false;
    this.publications.length = 0;
  }

  reconnect(): void {
    if (this.isOnline) return;
    this.isOnline = true;
    this.rows.ready();
    this.requestPage();
  }

  /** Lets everything happen that is still to come. */
  async settle(): Promise<void> {
    this.reconnect();
    this.failures = 0;
    for (let rounds = 0; rounds < 1_000; rounds += 1) {
      // A change of settings waits for the one before it.
      await new Promise(setImmediate);
      this.process(this.unprocessed.length);
      while (this.publications.length > 0) this.receive();
      while (this.responses.length > 0) await this.respond();
      if (this.timers.size === 0) return;
      await this.fireTimer();
    }
    throw new Error('it never ends');
  }

  /** The row as the API has it now. */
  row(): MessageGroup | undefined {
    const newest = this.log[this.#processedSeq - 1];
    if (!newest || !this.isMember) return undefined;
    const isOwn = newest.user_uuid === 'me' && newest.kind === 'text';
    const unread = this.log.filter(
      ({ seq, kind, user_uuid }) =>
        seq > this.readSeq && seq <= newest.seq && kind === 'text' && user_uuid !== 'me',
    );
    // The items of mentions are written with their messages, and so are as new as the log.
    const counted = this.#mentionSeq > this.readSeq && !isOwn ? unread.filter(mentionsMe) : [];
    const hasAnswered = isOwn && newest.seq > this.#unreadSeq;
    const shown = this.#summaries.get(newest.seq) ?? this.#first ?? newest;
    return {
      uuid: 'g',
      kind: 'group',
      name: 'Moths',
      display_name: 'Moths',
      handle: null,
      message: shown.message,
      mentions: shown.mentions,
      created_at: newest.created_at,
      last_seq: newest.seq,
      read_seq: this.readSeq,
      mention_count: counted.length,
      unread_count: isOwn ? 0 : unread.filter(({ seq }) => !this.#deleted.has(seq)).length,
      last_by: newest.user_uuid,
      last_kind: newest.kind,
      ...NO_SETTINGS,
      muted: this.#muted,
      favourite: this.#favourite,
      archived: this.#archivedSeq >= newest.seq,
      marked_unread: this.#unreadSeq > 0 && this.#unreadSeq >= this.readSeq && !hasAnswered,
    };
  }

  /** Stores settings as the API does. @returns the row with them. */
  #write({ muted, favourite, archived, marked_unread }: Partial<OwnSettings>): MessageGroup | undefined {
    this.#muted = muted ?? this.#muted;
    this.#favourite = favourite ?? this.#favourite;
    if (archived !== undefined) this.#archivedSeq = archived ? this.log.length : 0;
    if (marked_unread !== undefined) this.#unreadSeq = marked_unread ? this.log.length : 0;
    const row = this.row();
    if (row) this.publications.push({ row, online: this.isOnline });
    return row;
  }

  #store(message: Message): void {
    this.unprocessed.push(message);
    this.publications.push({ message, online: this.isOnline });
  }

  #fetch(): Promise<MessageGroup> {
    this.fetches += 1;
    return this.#respondWith(this.row());
  }

  /** A change that fails may have been stored: its response is lost. */
  #change(change: Partial<OwnSettings>): Promise<MessageGroup> {
    return this.#respondWith(this.isMember ? this.#write(change) : undefined);
  }

  #respondWith(row: MessageGroup | undefined): Promise<MessageGroup> {
    const isFailing = this.failures > 0;
    if (isFailing) this.failures -= 1;
    return new Promise((resolve, reject) => {
      this.responses.push({
        row,
        deliver: () => {
          if (isFailing) reject(new ApiError(503, ['busy']));
          else if (row) resolve(row);
          else reject(new ApiError(404, ['not_found']));
        },
      });
    });
  }
}

function mentioned(mentions: Mentions) {
  const me = { user_uuid: 'me', handle: 'me', display_name: 'Me' };
  return { mentions: mentions === 'me' ? [me] : [], mentions_all: mentions === 'all' };
}

function mentionsMe({ mentions, mentions_all, deleted_at }: Message): boolean {
  return deleted_at === null && (mentions_all || mentions.length > 0);
}
