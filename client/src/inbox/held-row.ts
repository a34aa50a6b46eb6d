import { MAX_SHOWN_MENTIONS } from '../../../schema/mentions.ts';
import { beginningOf } from '../../../schema/preview.ts';
import { type Message, type MessageGroup, shortTextOf, type SystemMessage } from '../api/shapes.ts';
import {
  areSettingsExact,
  NO_HELD_SETTINGS,
  settingsAfterMessage,
  settingsAfterRead,
  settingsAfterState,
  settingsOf,
} from './held-settings.ts';
import type { HeldRow, News } from './held-state.ts';

/** For whom a row is shown. */
export interface Reader {
  readonly me: string;
  /** The text of a system message. */
  readonly systemWords: (message: SystemMessage) => string;
}

export const NOTHING_HELD: HeldRow = {
  requestedAt: 0,
  settings: NO_HELD_SETTINGS,
  news: new Map(),
  deleted: new Map(),
  edited: new Set(),
  readSeq: 0,
};

/** Adds a message that was sent, edited or deleted. */
export function withMessage(held: HeldRow, { message, receivedAt }: News, me: string): HeldRow {
  const { base, news } = held;
  const { seq, rev } = message;
  const counted = withDoubt(held, message, me);
  const known = news.get(seq)?.message;
  const isPast = base !== undefined && (seq < base.last_seq || (seq === base.last_seq && rev === 0));
  if (isPast || (known && known.rev > rev)) return counted;
  // A text raises its author's mark.
  const readSeq = isTextOf(message, me) ? Math.max(held.readSeq, seq) : held.readSeq;
  const settings = seq > lastSeq(held) ? settingsAfterMessage(held, message, me) : held.settings;
  return { ...counted, settings, readSeq, news: new Map(news).set(seq, { message, receivedAt }) };
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
  const { requestedAt, me } = parts;
  const ownSeq = isOwnText(next, me) ? next.last_seq : 0;
  const readSeq = Math.max(held.readSeq, next.read_seq, ownSeq);
  const stated = withRest({ ...held, readSeq }, next, requestedAt);
  const { base } = held;
  const isLater = requestedAt >= held.requestedAt;
  // The summary may be older than the one that is held: a summary is written about a second after its message.
  if (base && (next.last_seq < base.last_seq || (next.last_seq === base.last_seq && !isLater))) return stated;
  const isOutdated = ({ receivedAt }: News) => receivedAt < parts.readyAt && requestedAt >= parts.readyAt;
  const news = [...held.news].filter(
    ([seq, entry]) => seq > next.last_seq || (seq === next.last_seq && !isOutdated(entry)),
  );
  const past = [...held.news.values()]
    .map(({ message }) => message)
    .filter(({ seq }) => seq <= next.last_seq);
  const seqsOf = (messages: readonly Message[]) => messages.map(({ seq }) => seq);
  const deletedNews = past.filter((message) => isUnreadDeletion(held, message, me));
  const editedNews = past.filter((message) => mayChangeMentions({ ...held, base: next }, message, me));
  const isUnread = (seq: number) => seq > readSeq;
  return {
    ...stated,
    base: { ...(stated.base ?? next), ...summaryOf(next) },
    requestedAt: Math.max(requestedAt, held.requestedAt),
    news: new Map(news),
    deleted: new Map(
      [...held.deleted.keys(), ...seqsOf(deletedNews)].filter(isUnread).map((seq) => [seq, false] as const),
    ),
    edited: new Set([...held.edited, ...seqsOf(editedNews)].filter(isUnread)),
  };
}

/** Takes the user's read mark. It never goes back. @param receivedAt when the API confirmed it. */
export function withReadMark(held: HeldRow, readSeq: number, receivedAt: number): HeldRow {
  const settings = settingsAfterRead(held.settings, receivedAt);
  return { ...held, settings, readSeq: Math.max(readSeq, held.readSeq) };
}

/** The row as the list shows it; undefined while the API has sent no state of it. */
export function shownRow(held: HeldRow, { me, systemWords }: Reader): MessageGroup | undefined {
  const { base, readSeq } = held;
  if (!base) return undefined;
  const shown = {
    ...base,
    ...settingsOf(held.settings, base),
    read_seq: readSeq,
    unread_count: unreadCount(held, base, me),
    mention_count: mentionCount(held, base, me),
  };
  const newest = held.news.get(lastSeq(held))?.message;
  if (!newest) return shown;
  const { unreadable: _, last_by_name, ...rest } = shown;
  return {
    ...rest,
    message: previewOf(newest, systemWords),
    mentions: newest.mentions.slice(0, MAX_SHOWN_MENTIONS),
    ...(newest.unreadable && { unreadable: newest.unreadable }),
    created_at: newest.created_at,
    last_seq: newest.seq,
    last_by: newest.user_uuid,
    ...(last_by_name !== undefined && { last_by_name: newest.display_name }),
    last_kind: newest.kind,
  };
}

/** Whether the row is complete, and its counts and settings exact, as far as is known here. Otherwise it has to be fetched. */
export function isExact(held: HeldRow, me: string): boolean {
  const { base, news, readSeq } = held;
  if (!base) return news.size === 0;
  if (!areSettingsExact(held, base, me)) return false;
  if (readSeq >= lastSeq(held)) return true;
  const isMarkKnown = readSeq <= base.read_seq || readSeq >= base.last_seq;
  return isMarkKnown && missingNews(held, base) === 0;
}

/** Whether a message is a text of another user that was deleted before this user has read it. */
export function isUnreadDeletion({ readSeq }: HeldRow, message: Message, me: string): boolean {
  const { kind, deleted_at, user_uuid, seq } = message;
  return kind === 'text' && deleted_at !== null && user_uuid !== me && seq > readSeq;
}

/**
 * Whether a message is an unread text of another user that was edited, and may mention this user since, or no longer. Where no
 * unread message mentions the user and this one does not, nothing has changed: an edit in a large group must not cause a request of each
 * member.
 */
export function mayChangeMentions({ readSeq, base }: HeldRow, message: Message, me: string): boolean {
  const { kind, rev, deleted_at, user_uuid, seq } = message;
  const isEdit = kind === 'text' && rev > 0 && deleted_at === null && user_uuid !== me && seq > readSeq;
  return isEdit && (mentions(message, me) || (base?.mention_count ?? 0) > 0);
}

/** Whether it was received before that a message was deleted, or edited so that its mentions may have changed. */
export function isInDoubt({ news, deleted, edited }: HeldRow, seq: number): boolean {
  return deleted.has(seq) || edited.has(seq) || typeof news.get(seq)?.message.deleted_at === 'string';
}

/** Whether a message mentions the user, by handle or with all. */
export function mentions({ mentions, mentions_all }: Message, me: string): boolean {
  return mentions_all || mentions.some(({ user_uuid }) => user_uuid === me);
}

/** Whether the user wrote the message that a row shows. A system message names its author itself. */
export function isOwnText({ last_by, last_kind, message }: MessageGroup, me: string): boolean {
  return last_by === me && last_kind === 'text' && message !== null;
}

/** Replaces what a state says apart from the summary, if it was requested last. */
function withRest(held: HeldRow, next: MessageGroup, requestedAt: number): HeldRow {
  const { base } = held;
  if (base && requestedAt < held.settings.statedAt) return held;
  const { unreadable: _, last_by_name: __, ...rest } = next;
  return {
    ...held,
    settings: settingsAfterState(held.settings, next, requestedAt),
    base: { ...rest, ...summaryOf(base ?? next) },
  };
}

/** Notes a message whose change the counts of the base may not have yet. */
function withDoubt(held: HeldRow, message: Message, me: string): HeldRow {
  const { seq } = message;
  if (isUnreadDeletion(held, message, me)) return withDeletion(held, seq);
  const isInBase = held.base !== undefined && seq <= held.base.last_seq;
  if (!isInBase || !mayChangeMentions(held, message, me)) return held;
  return { ...held, edited: new Set(held.edited).add(seq) };
}

function withDeletion(held: HeldRow, seq: number): HeldRow {
  const { base, deleted } = held;
  if (!base || seq > base.last_seq || deleted.has(seq)) return held;
  // A state that shows the tombstone does not count it.
  const isCounted = !(seq === base.last_seq && base.message === null);
  return { ...held, deleted: new Map(deleted).set(seq, isCounted) };
}

export function lastSeq({ base, news }: HeldRow): number {
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
  return unreadInBase(held, base) + unreadNews(held, base, me).length + missingNews(held, base);
}

function mentionCount(held: HeldRow, base: MessageGroup, me: string): number {
  const inNews = unreadNews(held, base, me).filter((message) => mentions(message, me)).length;
  // What mentions the user is a part of what is unread.
  return Math.min(base.mention_count, unreadInBase(held, base)) + inNews;
}

/** Unread texts of others after the newest message of the base. */
function unreadNews({ news, readSeq }: HeldRow, base: MessageGroup, me: string): Message[] {
  const after = Math.max(base.last_seq, readSeq);
  return [...news.values()]
    .map(({ message }) => message)
    .filter(
      ({ seq, kind, deleted_at, user_uuid }) =>
        seq > after && kind === 'text' && deleted_at === null && user_uuid !== me,
    );
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
  const { message, mentions, created_at, last_seq, last_by, last_by_name, last_kind, unreadable } = state;
  const { read_seq, unread_count, mention_count } = state;
  return {
    ...{ message, mentions, created_at, last_seq, last_by, last_kind, read_seq, unread_count, mention_count },
    ...(last_by_name !== undefined && { last_by_name }),
    ...(unreadable !== undefined && { unreadable }),
  };
}

/** The preview in the words of the API, or of the screens. */
function previewOf(message: Message, systemWords: Reader['systemWords']): string | null {
  if (message.kind === 'system') return beginningOf(systemWords(message));
  const text = shortTextOf(message);
  return text === null ? null : beginningOf(text);
}
