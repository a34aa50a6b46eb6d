import type { LogEntry, Message, OwnData, ShownSummary } from '../domain/model.ts';
import type { StoredText } from '../../schema/items.ts';
import {
  NO_ENCRYPTION,
  type StoredContent,
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
    const { message: text, data, unreadable, ...rest } = message;
    const [content, stored] = await Promise.all([
      text === null ? { message: null } : this.#encryption.encrypt(rest, text),
      data === undefined ? undefined : this.#encryption.encryptData(rest, data),
    ]);
    const entry = { ...rest, ...content, ...(stored !== undefined && { data: stored }) };
    this.#entries.set(message, entry);
    return entry;
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

/** For a process that has no key and only moves stored texts on, such as the stream's handler. */
export const opaqueTexts = (): MessageCodec => new MessageCodec(NO_ENCRYPTION);
