import { createHash } from 'node:crypto';
import type { LogEntry, Message, ShownSummary } from '../../domain/model.ts';
import type { StoredText } from '../../../schema/items.ts';
import { fileKey, groupPk } from '../../../schema/keys.ts';
import { beginningOf } from '../../../schema/preview.ts';
import type { Logger } from '../../logger.ts';
import type { TextCipher } from './cipher.ts';
import {
  type DataLocation,
  decryptedMessage,
  shownSummary,
  type StoredContent,
  type StoredFileName,
  type StoredGroupData,
  type SummaryOfGroup,
  type TextEncryption,
  textIn,
  type TextLocation,
} from './text-encryption.ts';

/**
 * What a text is bound to. Own data of a group is bound to its id in the author's place, and to seq 0. A row's preview may be bound to either part: a short
 * text is its own preview.
 */
interface Binding {
  readonly pk: string;
  readonly seq: number;
  readonly author: string;
  readonly part: 'message' | 'preview' | 'data' | 'names' | 'name';
}

/** Bytes of the digest of its binding that are encrypted with a text: each costs storage, in the summary too. */
const BINDING_BYTES = 16;

/**
 * An encrypted text of at most this many bytes is its own preview, though it is longer than one: encryption adds some 450
 * bytes, twice in a message that has both, and up to this size an item with a summary stays within 1 KB, which is 1 W.
 */
const OWN_PREVIEW_BYTES = 160;

/** Texts that are encrypted with a key, now or earlier. Texts that were stored unencrypted can still be read. */
export class EncryptedTexts implements TextEncryption {
  readonly hasKeys = true;
  readonly #cipher: TextCipher;
  readonly #encrypts: boolean;
  readonly #logger: Logger;
  /** Texts that this process encrypted a moment ago: it need not decrypt them for the answer and the events. */
  readonly #own = new WeakMap<Uint8Array, string>();

  /** @param parts.encrypts false: texts are only decrypted, and new ones are stored as they are. */
  constructor(parts: { readonly cipher: TextCipher; readonly encrypts: boolean; readonly logger: Logger }) {
    this.#cipher = parts.cipher;
    this.#encrypts = parts.encrypts;
    this.#logger = parts.logger;
  }

  async encrypt(
    { groupId, seq, user_uuid: author }: TextLocation,
    text: string,
    shown?: string,
  ): Promise<StoredContent> {
    if (!this.#encrypts) return { message: text, ...(shown !== undefined && { preview: shown }) };
    const beginning = shown ?? beginningOf(text);
    const binding = { pk: groupPk(groupId), seq, author };
    const hasPreview = shown !== undefined || !isOwnPreview(text, beginning);
    const [message, preview] = await Promise.all([
      this.#encrypt(text, { ...binding, part: 'message' }),
      hasPreview ? this.#encrypt(beginning, { ...binding, part: 'preview' }) : undefined,
    ]);
    return { message, ...(preview && { preview }) };
  }

  async encryptData(location: DataLocation, data: string): Promise<StoredText> {
    return this.#encrypts ? this.#encrypt(data, bindingOfData(location)) : data;
  }

  async decryptMessages(entries: readonly LogEntry[]): Promise<Message[]> {
    const [texts, data, names] = await Promise.all([
      this.#decryptAll(
        entries.map(({ groupId, seq, user_uuid: author, message: stored }) => ({
          stored,
          bindings: [{ pk: groupPk(groupId), seq, author, part: 'message' }],
        })),
      ),
      this.#decryptOthers(entries, ({ data: stored }) => stored, bindingOfData),
      this.#decryptOthers(
        entries,
        ({ attachment_names: stored }) => stored,
        (entry) => bindingOfData({ ...entry, part: 'names' }),
      ),
    ]);
    return entries.map((entry, index) =>
      decryptedMessage(entry, texts[index], { data: data.get(entry), names: names.get(entry) }),
    );
  }

  /** Decrypts a part that few messages have; those that have none, or an unreadable one, are not in it. */
  async #decryptOthers(
    entries: readonly LogEntry[],
    storedOf: (entry: LogEntry) => StoredText | undefined,
    bindingOf: (entry: LogEntry) => Binding,
  ): Promise<ReadonlyMap<LogEntry, string | undefined>> {
    const having = entries.filter((entry) => storedOf(entry) !== undefined);
    const texts = await this.#decryptAll(
      having.map((entry) => ({ stored: storedOf(entry) ?? null, bindings: [bindingOf(entry)] })),
    );
    return new Map(having.map((entry, index) => [entry, texts[index] ?? undefined]));
  }

  async decryptFileNames(files: readonly StoredFileName[]): Promise<(string | undefined)[]> {
    const texts = files.map((file) => ({ stored: file.name, bindings: [bindingOfData(file)] as const }));
    return (await this.#decryptAll(texts)).map((text) => text ?? undefined);
  }

  async decryptGroupData(items: readonly StoredGroupData[]): Promise<(string | undefined)[]> {
    const texts = items.map((item) => ({ stored: item.data, bindings: [bindingOfData(item)] as const }));
    return (await this.#decryptAll(texts)).map((text) => text ?? undefined);
  }

  async decryptSummaries(summaries: readonly SummaryOfGroup[]): Promise<ShownSummary[]> {
    const texts = await this.#decryptAll(
      summaries.map((summary) => {
        const { groupId, last_seq: seq, last_by: author } = summary;
        return {
          stored: textIn(summary),
          bindings: [
            { pk: groupPk(groupId), seq, author, part: 'preview' },
            { pk: groupPk(groupId), seq, author, part: 'message' },
          ],
        };
      }),
    );
    return summaries.map((summary, index) => shownSummary(summary, beginningIn(texts[index])));
  }

  async #encrypt(text: string, binding: Binding): Promise<Uint8Array> {
    const encrypted = await this.#cipher.encrypt(Buffer.concat([digestOf(binding), Buffer.from(text)]));
    this.#own.set(encrypted, text);
    return encrypted;
  }

  /** The texts in their order: null in a tombstone, undefined for each that can never be decrypted, which is logged. */
  async #decryptAll(texts: readonly BoundText[]): Promise<(string | null | undefined)[]> {
    const decrypted = await Promise.all(texts.map((text) => this.#decrypt(text)));
    const failed = decrypted.flatMap((one, index) =>
      'reason' in one ? [{ at: texts[index]?.bindings[0], reason: one.reason }] : [],
    );
    if (failed.length > 0) {
      const places = failed.map(({ at }) => ({ pk: at?.pk, seq: at?.seq }));
      this.#logger.error({ places, reason: failed[0]?.reason }, 'texts cannot be decrypted');
    }
    return decrypted.map((one) => ('text' in one ? one.text : undefined));
  }

  async #decrypt({
    stored,
    bindings,
  }: BoundText): Promise<{ readonly text: string | null } | { readonly reason: string }> {
    if (!(stored instanceof Uint8Array)) return { text: stored };
    const own = this.#own.get(stored);
    if (own !== undefined) return { text: own };
    const decrypted = await this.#cipher.decrypt(stored);
    if ('reason' in decrypted) return decrypted;
    const bytes = Buffer.from(decrypted.bytes);
    const digest = bytes.subarray(0, BINDING_BYTES);
    const isHere = bindings.some((binding) => digestOf(binding).equals(digest));
    return isHere
      ? { text: bytes.subarray(BINDING_BYTES).toString() }
      : { reason: 'it was encrypted for another message' };
  }
}

/** A stored text, and the bindings of which it must have one. */
interface BoundText {
  readonly stored: StoredText | null;
  readonly bindings: readonly [Binding, ...Binding[]];
}

function bindingOfData(location: DataLocation): Binding {
  if ('fileId' in location) {
    return { pk: fileKey(location.fileId).pk, seq: 0, author: location.userId, part: 'name' };
  }
  const pk = groupPk(location.groupId);
  if ('dataId' in location) return { pk, seq: 0, author: location.dataId, part: 'data' };
  return { pk, seq: location.seq, author: location.user_uuid, part: location.part ?? 'data' };
}

function isOwnPreview(text: string, beginning: string): boolean {
  return beginning === text || Buffer.byteLength(text) <= OWN_PREVIEW_BYTES;
}

const beginningIn = (text: string | null | undefined) => text && beginningOf(text);

function digestOf({ pk, seq, author, part }: Binding): Buffer {
  const text = JSON.stringify([pk, seq, author, part]);
  return createHash('sha256').update(text).digest().subarray(0, BINDING_BYTES);
}
