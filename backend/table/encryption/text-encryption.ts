import type { LogEntry, Message, ShownSummary, Summary } from '../../domain/model.ts';
import type { StoredText } from '../../../schema/items.ts';

/** Shown where a text cannot be decrypted; what is stored is not shown. */
export const UNREADABLE_TEXT = '(this text cannot be decrypted)';

/** Where a text is stored, and who wrote it: an encrypted text can be decrypted there and nowhere else. */
export type TextLocation = Pick<LogEntry, 'groupId' | 'seq' | 'user_uuid'>;

/** Where own data is stored: with a message, or as those of a group, by their id. */
export type DataLocation = TextLocation | { readonly groupId: string; readonly dataId: string };

/** Own data of a group as it is stored. */
export interface StoredGroupData {
  readonly groupId: string;
  readonly dataId: string;
  readonly data: StoredText;
}

/** What is stored of a text. */
export interface StoredContent {
  readonly message: StoredText;
  /** Of an encrypted text that is too long for a summary: its beginning, encrypted. */
  readonly preview?: Uint8Array;
}

/** Encrypts texts before they are stored, and decrypts them when they are read. */
export interface TextEncryption {
  /** Whether two stored texts can differ though the texts are equal: then the table cannot compare them. */
  readonly hasKeys: boolean;
  /** @throws TextKeysUnavailableError */
  encrypt(location: TextLocation, text: string): Promise<StoredContent>;
  /** Own data of a message, or of a group. @throws TextKeysUnavailableError */
  encryptData(location: DataLocation, data: string): Promise<StoredText>;
  /** Own data of groups, in its order; undefined for each that can never be decrypted. @throws TextKeysUnavailableError */
  decryptGroupData(items: readonly StoredGroupData[]): Promise<(string | undefined)[]>;
  /**
   * A text that can never be decrypted is marked instead, and such own data is left out.
   * @throws TextKeysUnavailableError
   */
  decryptMessages(entries: readonly LogEntry[]): Promise<Message[]>;
  /** The same for the previews in summaries. */
  decryptSummaries(summaries: readonly SummaryOfGroup[]): Promise<ShownSummary[]>;
}

/** A summary, and the group whose it is. */
export type SummaryOfGroup = Summary & { readonly groupId: string };

/** Without a key: texts are stored as they are, and those that were encrypted earlier cannot be read. */
export const NO_ENCRYPTION: TextEncryption = {
  hasKeys: false,
  encrypt: (_location, message) => Promise.resolve({ message }),
  encryptData: (_location, data) => Promise.resolve(data),
  decryptGroupData: (items) => Promise.resolve(items.map(({ data }) => plainTextOf(data) ?? undefined)),
  decryptMessages: (entries) =>
    Promise.resolve(
      entries.map((entry) => decryptedMessage(entry, plainTextOf(entry.message), plainTextOf(entry.data))),
    ),
  decryptSummaries: (summaries) =>
    Promise.resolve(summaries.map((summary) => shownSummary(summary, plainTextOf(textIn(summary))))),
};

/** A stored text that is not encrypted; undefined for one that is. */
function plainTextOf<Plain>(stored: Plain | Uint8Array): Plain | undefined {
  return stored instanceof Uint8Array ? undefined : stored;
}

/**
 * @param text null in a tombstone; undefined where the stored text cannot be decrypted.
 * @param data undefined where there is none, or it cannot be decrypted.
 */
export function decryptedMessage(
  { preview, data: stored, ...entry }: LogEntry,
  text: string | null | undefined,
  data: string | undefined,
): Message {
  const own = data === undefined ? undefined : { data };
  if (text === undefined) return { ...entry, ...own, message: UNREADABLE_TEXT, unreadable: true };
  // Into the copy that was just made: a page has up to 100 messages.
  return Object.assign(entry, { message: text }, own);
}

/** The text in a summary as it is stored; null for a tombstone and for a system message. */
export function textIn({ preview }: Summary): StoredText | null {
  return preview === null || typeof preview === 'string' || preview instanceof Uint8Array ? preview : null;
}

/** @param text as for `decryptedMessage`. The event of a system message stays as it is. */
export function shownSummary(summary: Summary, text: string | null | undefined): ShownSummary {
  const {
    last_seq,
    last_n,
    last_rev,
    last_at,
    last_by,
    last_kind,
    last_deleted_seq,
    last_mention_seq,
    last_mentions,
    preview,
  } = summary;
  const isText = preview === null || typeof preview === 'string' || preview instanceof Uint8Array;
  const readable = isText ? text : preview;
  const shown = { last_seq, last_n, last_rev, last_at, last_by, last_kind, preview: readable ?? null };
  const isPlain = last_deleted_seq === undefined && last_mention_seq === undefined;
  // By far most summaries.
  if (text !== undefined && isPlain && last_mentions === undefined) return shown;
  return {
    ...shown,
    ...(last_deleted_seq !== undefined && { last_deleted_seq }),
    ...(last_mention_seq !== undefined && { last_mention_seq }),
    ...(last_mentions !== undefined && { last_mentions }),
    ...(text === undefined && { preview: UNREADABLE_TEXT, unreadable: true }),
  };
}
