import * as z from 'zod';
import type { LogEntry, Message, NamedAttachment, ShownSummary, Summary } from '../../domain/model.ts';
import type { Attachment, StoredText } from '../../../schema/items.ts';

/** Shown where a text cannot be decrypted; what is stored is not shown. */
export const UNREADABLE_TEXT = '(this text cannot be decrypted)';

/** Where a text is stored, and who wrote it: an encrypted text can be decrypted there and nowhere else. */
export type TextLocation = Pick<LogEntry, 'groupId' | 'seq' | 'user_uuid'>;

/** Where the names of a message's files are stored. */
export type NamesLocation = TextLocation & { readonly part: 'names' };

/**
 * Where a text is stored that is no message: own data of a message, the names of its files, own data of a group by their
 * id, the name of a file before it is sent.
 */
export type DataLocation =
  | (TextLocation & { readonly part?: never })
  | NamesLocation
  | { readonly groupId: string; readonly dataId: string }
  | FileLocation;

/** An uploaded file and who uploads it. */
export interface FileLocation {
  readonly fileId: string;
  readonly userId: string;
}

/** Own data of a group as it is stored. */
export interface StoredGroupData {
  readonly groupId: string;
  readonly dataId: string;
  readonly data: StoredText;
}

/** What is stored of a text. */
export interface StoredContent {
  readonly message: StoredText;
  /** What a summary shows, where it does not follow from `message`. */
  readonly preview?: StoredText;
}

/** The name of an uploaded file as it is stored. */
export interface StoredFileName extends FileLocation {
  readonly name: StoredText;
}

/** The name of a file whose stored name cannot be decrypted. */
export const NAMELESS_FILE = 'file';

/** Encrypts texts before they are stored, and decrypts them when they are read. */
export interface TextEncryption {
  /** Whether two stored texts can differ though the texts are equal: then the table cannot compare them. */
  readonly hasKeys: boolean;
  /**
   * @param preview what a summary shows instead of the text's beginning.
   * @throws TextKeysUnavailableError
   */
  encrypt(location: TextLocation, text: string, preview?: string): Promise<StoredContent>;
  /** A text that is no message. @throws TextKeysUnavailableError */
  encryptData(location: DataLocation, data: string): Promise<StoredText>;
  /** Own data of groups, in its order; undefined for each that can never be decrypted. @throws TextKeysUnavailableError */
  decryptGroupData(items: readonly StoredGroupData[]): Promise<(string | undefined)[]>;
  /** The names of uploaded files, in their order; undefined for each that can never be decrypted. @throws TextKeysUnavailableError */
  decryptFileNames(files: readonly StoredFileName[]): Promise<(string | undefined)[]>;
  /**
   * A text that can never be decrypted is marked instead, and such own data is left out. A file whose name cannot be
   * decrypted is named NAMELESS_FILE.
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
  encrypt: (_location, message, preview) =>
    Promise.resolve({ message, ...(preview !== undefined && { preview }) }),
  encryptData: (_location, data) => Promise.resolve(data),
  decryptGroupData: (items) => Promise.resolve(items.map(({ data }) => plainTextOf(data) ?? undefined)),
  decryptFileNames: (files) => Promise.resolve(files.map(({ name }) => plainTextOf(name))),
  decryptMessages: (entries) =>
    Promise.resolve(
      entries.map((entry) =>
        decryptedMessage(entry, plainTextOf(entry.message), {
          data: plainTextOf(entry.data),
          names: plainTextOf(entry.attachment_names),
        }),
      ),
    ),
  decryptSummaries: (summaries) =>
    Promise.resolve(summaries.map((summary) => shownSummary(summary, plainTextOf(textIn(summary))))),
};

/** A stored text that is not encrypted; undefined for one that is. */
function plainTextOf<Plain>(stored: Plain | Uint8Array): Plain | undefined {
  return stored instanceof Uint8Array ? undefined : stored;
}

/** The other texts of a message; undefined where it has none, or it cannot be decrypted. */
export interface OtherTexts {
  readonly data: string | undefined;
  /** The names of its files, as JSON. */
  readonly names: string | undefined;
}

/** @param text null in a tombstone; undefined where the stored text cannot be decrypted. */
export function decryptedMessage(
  { preview, data: stored, attachments, attachment_names, ...entry }: LogEntry,
  text: string | null | undefined,
  { data, names }: OtherTexts,
): Message {
  const own = data === undefined ? undefined : { data };
  const files = attachments && { attachments: withNames(attachments, names) };
  if (text === undefined) return { ...entry, ...own, ...files, message: UNREADABLE_TEXT, unreadable: true };
  // Into the copy that was just made: a page has up to 100 messages.
  return Object.assign(entry, { message: text }, own, files);
}

const namesSchema = z.array(z.string());

/** Files with their names, which may be of a damaged table. */
function withNames(files: readonly Attachment[], json: string | undefined): NamedAttachment[] {
  const names = json === undefined ? [] : (namesSchema.safeParse(parseJson(json)).data ?? []);
  return files.map((file, place) => ({ ...file, name: names[place] ?? NAMELESS_FILE }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
