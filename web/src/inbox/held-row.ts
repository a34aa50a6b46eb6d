import { beginningOf } from '../../../schema/preview.ts';
import type { Message, MessageGroup } from '../api/shapes.ts';
import { systemWords } from '../conversation/system-words.ts';
import { plain } from '../ui/sentence.ts';

/**
 * What a client holds of one conversation in the list: the newest state that the API sent, and what events said after it.
 * Both may arrive twice, late and out of order. A row never returns to an older state, and its unread count is exact, or is
 * known not to be: then the row has to be fetched.
 *
 * Times are counted, not measured: an answer is as new as the moment in which it was requested.
 */
export interface HeldRow {
  /** The newest state that the API sent. Absent: the conversation is not loaded, and events came. */
  readonly base?: MessageGroup;
  /** When `base` was requested. */
  readonly requestedAt: number;
  /** The newest version of each message from the newest one of `base` on, by seq, as far as events brought it. */
  readonly news: ReadonlyMap<number, News>;
  /**
   * Unread texts of others up to the newest one of `base` that are known to be deleted: whether the count of `base` still
   * has them. It may have them for a second: the API counts a deletion when the table's stream has processed it.
   */
  readonly deleted: ReadonlyMap<number, boolean>;
  /** Everything up to this seq was read. The mark of `base` may be lower. */
  readonly readSeq: number;
}

interface News {
  readonly message: Message;
  /** When it was received. */
  readonly receivedAt: number;
}

export const NOTHING_HELD: HeldRow = { requestedAt: 0, news: new Map(), deleted: new Map(), readSeq: 0 };

/** Adds a message that was sent, edited or deleted. */
export function withMessage(held: HeldRow, { message, receivedAt }: News, me: string): HeldRow {
  const { base, news } = held;
  const { seq, rev } = message;
  const counted = isUnreadDeletion(held, message, me) ? withDeletion(held, message) : held;
  const known = news.get(seq)?.message;
  const isPast = base !== undefined && (seq < base.last_seq || (seq === base.last_seq && rev === 0));
  if (isPast || (known && known.rev > rev)) return counted;
  // A text raises its author's mark.
  const readSeq = isTextOf(message, me) ? Math.max(held.readSeq, seq) : held.readSeq;
  return { ...counted, readSeq, news: new Map(news).set(seq, { message, receivedAt }) };
}

/** Adds a state that the API sent, in a response or as an event. */
export function withState(
  held: HeldRow,
  next: MessageGroup,
  parts: {
    readonly requestedAt: number;
    /** When events were last known to be complete: what they said before is not newer than a later response. */
    readonly readyAt: number;
    readonly me: string;
  },
): HeldRow {
  const { base } = held;
  const { requestedAt, me } = parts;
  const isLater = requestedAt >= held.requestedAt;
  const ownSeq = isOwnText(next, me) ? next.last_seq : 0;
  const readSeq = Math.max(held.readSeq, next.read_seq, ownSeq);
  if (base && (next.last_seq < base.last_seq || (next.last_seq === base.last_seq && !isLater))) {
    // The summary in it is older than the one that is held: a summary is written about a second after its message.
    return { ...held, readSeq, base: isLater ? { ...next, ...summaryOf(base) } : base };
  }
  const isOutdated = ({ receivedAt }: News) => receivedAt < parts.readyAt && requestedAt >= parts.readyAt;
  const news = [...held.news].filter(
    ([seq, entry]) => seq > next.last_seq || (seq === next.last_seq && !isOutdated(entry)),
  );
  const deletedNews = [...held.news.values()]
    .filter(({ message }) => message.seq <= next.last_seq && isUnreadDeletion(held, message, me))
    .map(({ message }) => message.seq);
  const deleted = [...held.deleted.keys(), ...deletedNews]
    .filter((seq) => seq > readSeq)
    .map((seq) => [seq, false] as const);
  return {
    base: next,
    requestedAt: Math.max(requestedAt, held.requestedAt),
    news: new Map(news),
    deleted: new Map(deleted),
    readSeq,
  };
}

/** Raises the read mark. */
export function withReadSeq(held: HeldRow, readSeq: number): HeldRow {
  return readSeq > held.readSeq ? { ...held, readSeq } : held;
}

/** The row as the list shows it; undefined while the API has sent no state of it. */
export function shownRow(held: HeldRow, me: string): MessageGroup | undefined {
  const { base, readSeq } = held;
  if (!base) return undefined;
  const shown = { ...base, read_seq: readSeq, unread_count: unreadCount(held, base, me) };
  const newest = held.news.get(lastSeq(held))?.message;
  if (!newest) return shown;
  const { unreadable: _, last_by_name, ...rest } = shown;
  return {
    ...rest,
    message: previewOf(newest, me),
    ...(newest.unreadable && { unreadable: newest.unreadable }),
    created_at: newest.created_at,
    last_seq: newest.seq,
    last_by: newest.user_uuid,
    ...(last_by_name !== undefined && { last_by_name: newest.display_name }),
    last_kind: newest.kind,
  };
}

/** Whether the row is complete and its unread count exact, as far as is known here. Otherwise it has to be fetched. */
export function isExact(held: HeldRow): boolean {
  const { base, news, readSeq } = held;
  if (!base) return news.size === 0;
  if (readSeq >= lastSeq(held)) return true;
  const isMarkKnown = readSeq <= base.read_seq || readSeq >= base.last_seq;
  return isMarkKnown && missingNews(held, base) === 0;
}

/** Whether a message is a text of another user that was deleted before this user has read it. */
export function isUnreadDeletion({ readSeq }: HeldRow, message: Message, me: string): boolean {
  const { kind, deleted_at, user_uuid, seq } = message;
  return kind === 'text' && deleted_at !== null && user_uuid !== me && seq > readSeq;
}

/** Whether a deletion was received before. */
export function knowsDeletion({ news, deleted }: HeldRow, seq: number): boolean {
  return deleted.has(seq) || typeof news.get(seq)?.message.deleted_at === 'string';
}

/** Whether the user wrote the message that a row shows. A system message names its author itself. */
export function isOwnText({ last_by, last_kind, message }: MessageGroup, me: string): boolean {
  return last_by === me && last_kind === 'text' && message !== null;
}

function withDeletion(held: HeldRow, { seq }: Message): HeldRow {
  const { base, deleted } = held;
  if (!base || seq > base.last_seq || deleted.has(seq)) return held;
  // A state that shows the tombstone does not count it.
  const isCounted = !(seq === base.last_seq && base.message === null);
  return { ...held, deleted: new Map(deleted).set(seq, isCounted) };
}

function lastSeq({ base, news }: HeldRow): number {
  return Math.max(base?.last_seq ?? 0, ...news.keys());
}

/** Number of messages that exist after both the base's newest one and the mark, and are not known. */
function missingNews(held: HeldRow, base: MessageGroup): number {
  const from = Math.max(base.last_seq, held.readSeq);
  const known = [...held.news.keys()].filter((seq) => seq > from).length;
  return Math.max(0, lastSeq(held) - from) - known;
}

/** A missing message counts as unread until the row is fetched. */
function unreadCount(held: HeldRow, base: MessageGroup, me: string): number {
  const { news, readSeq } = held;
  const after = Math.max(base.last_seq, readSeq);
  const texts = [...news.values()].filter(
    ({ message }) =>
      message.seq > after &&
      message.kind === 'text' &&
      message.deleted_at === null &&
      message.user_uuid !== me,
  );
  return unreadInBase(held, base) + texts.length + missingNews(held, base);
}

function unreadInBase({ readSeq, deleted }: HeldRow, base: MessageGroup): number {
  if (readSeq >= base.last_seq) return 0;
  const counted = [...deleted].filter(([seq, isCounted]) => isCounted && seq > readSeq).length;
  // There cannot be more unread messages than messages after the mark.
  return Math.max(0, Math.min(base.unread_count, base.last_seq - readSeq) - counted);
}

function isTextOf({ kind, user_uuid }: Message, me: string): boolean {
  return kind === 'text' && user_uuid === me;
}

/** What a state says of the log. */
function summaryOf(state: MessageGroup) {
  const { message, created_at, last_seq, last_by, last_by_name, last_kind, read_seq, unread_count } = state;
  const author = { last_by, ...(last_by_name !== undefined && { last_by_name }) };
  return { message, created_at, last_seq, ...author, last_kind, read_seq, unread_count };
}

/** The preview as the API words it for the same user. */
function previewOf(message: Message, me: string): string | null {
  if (message.message === null) return null;
  const text = message.kind === 'system' ? plain(systemWords(message, me)) : message.message;
  return beginningOf(text);
}
