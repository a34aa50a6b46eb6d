import type { InboxRow, LogEntry, Member, Message } from '../../domain/model.ts';
import type { StoredText } from '../../../schema/items.ts';

/** Shown where a text cannot be decrypted. A wording of ours: what is stored is not shown. */
export const UNREADABLE_TEXT = '(this text cannot be opened)';

/** Where a text is stored, and who wrote it: an encrypted text can be decrypted there and nowhere else. */
export type TextLocation = Pick<LogEntry, 'groupId' | 'seq' | 'user_uuid'>;

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
  /** A text that can never be decrypted is marked instead. @throws TextKeysUnavailableError */
  decryptMessages(entries: readonly LogEntry[]): Promise<Message[]>;
  /** The same for the previews of members' rows. */
  decryptPreviews(members: readonly Member[]): Promise<InboxRow[]>;
}

/** Without a key: texts are stored as they are, and those that were encrypted earlier cannot be read. */
export const NO_ENCRYPTION: TextEncryption = {
  hasKeys: false,
  encrypt: (_location, message) => Promise.resolve({ message }),
  decryptMessages: (entries) =>
    Promise.resolve(entries.map((entry) => decryptedMessage(entry, plainTextOf(entry.message)))),
  decryptPreviews: (members) =>
    Promise.resolve(members.map((member) => decryptedRow(member, plainTextOf(member.preview)))),
};

/** A stored text that is not encrypted; undefined for one that is. */
function plainTextOf(stored: StoredText | null): string | null | undefined {
  return stored instanceof Uint8Array ? undefined : stored;
}

/** @param text null in a tombstone; undefined where the stored text cannot be decrypted. */
export function decryptedMessage(entry: LogEntry, text: string | null | undefined): Message {
  const { preview, ...message } = entry;
  return text === undefined
    ? { ...message, message: UNREADABLE_TEXT, unreadable: true }
    : { ...message, message: text };
}

/** @param text as for `decryptedMessage`. */
export function decryptedRow(member: Member, text: string | null | undefined): InboxRow {
  return text === undefined
    ? { ...member, preview: UNREADABLE_TEXT, unreadable: true }
    : { ...member, preview: text };
}
