import { createHash } from 'node:crypto';
import type { MemberItem, MessageItem, StoredText } from '../../schema/items.ts';
import { beginningOf } from '../../schema/preview.ts';
import type { Logger } from '../logger.ts';
import type { TextCipher } from './text-cipher.ts';
import {
  type OpenMessage,
  openedMessage,
  openedRow,
  type OpenRow,
  type StoredContent,
  type TextPlace,
  type Texts,
} from './texts.ts';

/**
 * Where a text stands: a sealed one opens there and nowhere else. Of `part`, a row's preview may be either: a short text
 * is its own preview.
 */
interface Place {
  readonly pk: string;
  readonly seq: number;
  readonly author: string;
  readonly part: 'message' | 'preview';
}

/** Bytes of the digest of its place that a text is sealed with: each costs storage, in every member's row. */
const PLACE_BYTES = 16;

/**
 * A sealed text of so many bytes is its own preview, though it is longer than one: being sealed takes some 450 bytes,
 * twice in a message that has both, and with these a member's row still is within the KB that it is paid by.
 */
const OWN_PREVIEW_BYTES = 160;

/** Texts that are sealed with a key, or were: what was stored before, as it is, goes on being read. */
export class SealedTexts implements Texts {
  readonly haveKeys = true;
  readonly #cipher: TextCipher;
  readonly #seals: boolean;
  readonly #logger: Logger;
  /** What this process sealed a moment ago, it need not open again to answer with it and to tell of it. */
  readonly #own = new WeakMap<Uint8Array, string>();

  constructor(parts: { readonly cipher: TextCipher; readonly seals: boolean; readonly logger: Logger }) {
    this.#cipher = parts.cipher;
    this.#seals = parts.seals;
    this.#logger = parts.logger;
  }

  async seal({ pk, seq, user_uuid: author }: TextPlace, text: string): Promise<StoredContent> {
    if (!this.#seals) return { message: text };
    const beginning = beginningOf(text);
    const place = { pk, seq, author };
    const [message, preview] = await Promise.all([
      this.#seal(text, { ...place, part: 'message' }),
      isOwnPreview(text, beginning) ? undefined : this.#seal(beginning, { ...place, part: 'preview' }),
    ]);
    return { message, ...(preview && { preview }) };
  }

  async openMessages(messages: readonly MessageItem[]): Promise<OpenMessage[]> {
    const opened = await this.#openAll(
      messages.map(({ pk, seq, user_uuid: author, message: stored }) => ({
        stored,
        places: [{ pk, seq, author, part: 'message' }],
      })),
    );
    return messages.map((message, place) => openedMessage(message, () => opened[place]));
  }

  async openRows(rows: readonly MemberItem[]): Promise<OpenRow[]> {
    const opened = await this.#openAll(
      rows.map(({ pk, last_seq: seq, last_by: author, preview: stored }) => ({
        stored,
        places: [
          { pk, seq, author, part: 'preview' },
          { pk, seq, author, part: 'message' },
        ],
      })),
    );
    return rows.map((row, place) => openedRow(row, () => beginningIn(opened[place])));
  }

  async #seal(text: string, place: Place): Promise<Uint8Array> {
    const sealed = await this.#cipher.seal(Buffer.concat([digestOf(place), Buffer.from(text)]));
    this.#own.set(sealed, text);
    return sealed;
  }

  /** Their texts, in their order: undefined for each that can never be opened, which is logged. */
  async #openAll(texts: readonly StoredAt[]): Promise<(string | undefined)[]> {
    const opened = await Promise.all(texts.map((text) => this.#open(text)));
    const failed = opened.flatMap((one, place) =>
      'reason' in one ? [{ at: texts[place]?.places[0], reason: one.reason }] : [],
    );
    if (failed.length > 0) {
      const places = failed.map(({ at }) => ({ pk: at?.pk, seq: at?.seq }));
      this.#logger.error({ places, reason: failed[0]?.reason }, 'texts cannot be opened');
    }
    return opened.map((one) => ('text' in one ? one.text : undefined));
  }

  async #open({
    stored,
    places,
  }: StoredAt): Promise<{ readonly text: string } | { readonly reason: string }> {
    if (!(stored instanceof Uint8Array)) return { text: stored ?? '' };
    const own = this.#own.get(stored);
    if (own !== undefined) return { text: own };
    const unsealed = await this.#cipher.open(stored);
    if ('reason' in unsealed) return unsealed;
    const bytes = Buffer.from(unsealed.bytes);
    const digest = bytes.subarray(0, PLACE_BYTES);
    const isHere = places.some((place) => digestOf(place).equals(digest));
    return isHere
      ? { text: bytes.subarray(PLACE_BYTES).toString() }
      : { reason: 'it was sealed for another place' };
  }
}

/** A stored text, and the places one of which it has to be of. */
interface StoredAt {
  readonly stored: StoredText | null;
  readonly places: readonly [Place, ...Place[]];
}

function isOwnPreview(text: string, beginning: string): boolean {
  return beginning === text || Buffer.byteLength(text) <= OWN_PREVIEW_BYTES;
}

const beginningIn = (text: string | undefined) => text && beginningOf(text);

function digestOf({ pk, seq, author, part }: Place): Buffer {
  const text = JSON.stringify([pk, seq, author, part]);
  return createHash('sha256').update(text).digest().subarray(0, PLACE_BYTES);
}
