import type { LogEntry, Message, NamedAttachment, OwnData, ShownSummary } from '../domain/model.ts';
import { filesLine } from '../../schema/attachments.ts';
import type { StoredText } from '../../schema/items.ts';
import { beginningOf } from '../../schema/preview.ts';
import {
  type FileLocation,
  NO_ENCRYPTION,
  type StoredContent,
  type StoredFileName,
  type StoredGroupData,
  type SummaryOfGroup,
  type TextEncryption,
  type TextLocation,
} from './encryption/text-encryption.ts';

/**
 * Turns messages into what the log stores and back. Each message remembers its stored form, so that publishing what was
 * just written or read neither encrypts nor decrypts again.
 */
export class MessageCodec {
  readonly #encryption: TextEncryption;
  readonly #entries = new WeakMap<Message, LogEntry>();

  constructor(encryption: TextEncryption) {
    this.#encryption = encryption;
  }

  /** Whether two stored texts can differ though the texts are equal. */
  get hasKeys(): boolean {
    return this.#encryption.hasKeys;
  }

  /** A message as it is stored, its text encrypted for its seq. @throws TextKeysUnavailableError */
  async encode(message: Message): Promise<LogEntry> {
    const known = this.#entries.get(message);
    if (known) return known;
    const { message: text, data, attachments, unreadable, ...rest } = message;
    const [content, stored, files] = await Promise.all([
      text === null ? { message: null } : this.#encryption.encrypt(rest, text, filesPreview(message)),
      data === undefined ? undefined : this.#encryption.encryptData(rest, data),
      attachments && this.#encodeFiles(rest, attachments),
    ]);
    const entry = { ...rest, ...content, ...(stored !== undefined && { data: stored }), ...files };
    this.#entries.set(message, entry);
    return entry;
  }

  /** The files of a message as they are stored, their names encrypted for its seq. */
  async #encodeFiles(
    location: TextLocation,
    files: readonly NamedAttachment[],
  ): Promise<Pick<LogEntry, 'attachments' | 'attachment_names'>> {
    const names = JSON.stringify(files.map(({ name }) => name));
    return {
      attachments: files.map(({ name, ...file }) => file),
      attachment_names: await this.#encryption.encryptData({ ...location, part: 'names' }, names),
    };
  }

  /** @throws TextKeysUnavailableError. A text that can never be decrypted is marked instead. */
  async decode(entries: readonly LogEntry[]): Promise<Message[]> {
    const messages = await this.#encryption.decryptMessages(entries);
    messages.forEach((message, index) => {
      const entry = entries[index];
      if (entry) this.#entries.set(message, entry);
    });
    return messages;
  }

  async decodeOne(entry: LogEntry): Promise<Message> {
    const [message] = await this.decode([entry]);
    if (!message) throw new TypeError('there is one message for each entry');
    return message;
  }

  /** The stored form of a message that was encoded or decoded here. */
  entryOf(message: Message): LogEntry {
    const entry = this.#entries.get(message);
    if (!entry) throw new TypeError('this message was neither stored nor read by this process');
    return entry;
  }

  /** A text as it is stored at a place in the log. @throws TextKeysUnavailableError */
  async encodeText(location: TextLocation, text: string): Promise<StoredContent> {
    return this.#encryption.encrypt(location, text);
  }

  /** The name of an uploaded file as it is stored. @throws TextKeysUnavailableError */
  async encodeFileName(location: FileLocation, name: string): Promise<StoredText> {
    return this.#encryption.encryptData(location, name);
  }

  /** Names of uploaded files, in their order; undefined for each that can never be decrypted. @throws TextKeysUnavailableError */
  async decodeFileNames(files: readonly StoredFileName[]): Promise<(string | undefined)[]> {
    return this.#encryption.decryptFileNames(files);
  }

  /** Own data of a group as it is stored. @throws TextKeysUnavailableError */
  async encodeGroupData(groupId: string, { id, text }: OwnData): Promise<StoredText> {
    return this.#encryption.encryptData({ groupId, dataId: id }, text);
  }

  /**
   * Own data of groups, in its order; undefined for each that can never be decrypted.
   * @throws TextKeysUnavailableError
   */
  async decodeGroupData(items: readonly StoredGroupData[]): Promise<(string | undefined)[]> {
    return this.#encryption.decryptGroupData(items);
  }

  /** Summaries in their order, with their previews as plain texts. @throws TextKeysUnavailableError */
  async decodeSummaries(summaries: readonly SummaryOfGroup[]): Promise<ShownSummary[]> {
    return this.#encryption.decryptSummaries(summaries);
  }
}

/** What a summary shows of a message without a text: its files. Undefined for any other, whose text is shown. */
function filesPreview({ message, attachments }: Message): string | undefined {
  if (message !== '' || !attachments) return undefined;
  return beginningOf(filesLine(attachments.map(({ name }) => name)));
}

/** For a process that has no key and only moves stored texts on, such as the stream's handler. */
export const opaqueTexts = (): MessageCodec => new MessageCodec(NO_ENCRYPTION);
