import type { LogEntry, Message, ShownSummary } from '../domain/model.ts';
import {
  NO_ENCRYPTION,
  type StoredContent,
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
    const { message: text, unreadable, ...rest } = message;
    const content = text === null ? { message: null } : await this.#encryption.encrypt(rest, text);
    const entry = { ...rest, ...content };
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

  /** Summaries in their order, with their previews as plain texts. @throws TextKeysUnavailableError */
  async decodeSummaries(summaries: readonly SummaryOfGroup[]): Promise<ShownSummary[]> {
    return this.#encryption.decryptSummaries(summaries);
  }
}

/** For a process that has no key and only moves stored texts on, such as the stream's handler. */
export const opaqueTexts = (): MessageCodec => new MessageCodec(NO_ENCRYPTION);
