import type { MemberItem, MessageItem, StoredText } from '../../schema/items.ts';

/** A message whose text can be shown. */
export interface OpenMessage extends Omit<MessageItem, 'message'> {
  readonly message: string | null;
  /** The stored text cannot be opened; `message` says so. */
  readonly unreadable?: true;
}

/** A member's row whose preview can be shown. */
export interface OpenRow extends Omit<MemberItem, 'preview'> {
  readonly preview: string | null;
  /** The stored preview cannot be opened; `preview` says so. */
  readonly unreadable?: true;
}

/** Stands where a text cannot be opened. A word of ours: what is stored is not shown. */
export const UNREADABLE_TEXT = '(this text cannot be opened)';

/** Where a text stands, and whose it is. */
export type TextPlace = Pick<MessageItem, 'pk' | 'seq' | 'user_uuid'>;

/** What is stored of a text. */
export interface StoredContent {
  readonly message: StoredText;
  /** Of a sealed one that is too long for the summaries: its beginning. */
  readonly preview?: Uint8Array;
}

/**
 * Texts on their way into the table and out of it. They are sealed before anything is stored or told, and opened when
 * an answer is made: in between, a text is whatever is stored.
 */
export interface Texts {
  /** Whether a stored text has to be opened before it can be compared with another. */
  readonly haveKeys: boolean;
  /** A text as it is to be stored there, and nowhere else. @throws TextKeysUnavailableError */
  seal(place: TextPlace, text: string): Promise<StoredContent>;
  /** @throws TextKeysUnavailableError. A text that can never be opened is marked instead. */
  openMessages(messages: readonly MessageItem[]): Promise<OpenMessage[]>;
  /** The same for the previews of members' rows. */
  openRows(rows: readonly MemberItem[]): Promise<OpenRow[]>;
}

/** Without a key: texts are stored as they are, and what somebody sealed stays so. */
export const PLAIN_TEXTS: Texts = {
  haveKeys: false,
  seal: (_place, message) => Promise.resolve({ message }),
  openMessages: (messages) => Promise.resolve(messages.map((message) => openedMessage(message, plainText))),
  openRows: (rows) => Promise.resolve(rows.map((row) => openedRow(row, plainText))),
};

/** What a stored text is when it is opened; undefined where it cannot be. */
type Opened = (stored: StoredText) => string | undefined;

const plainText: Opened = (stored) => (typeof stored === 'string' ? stored : undefined);

export function openedMessage({ message, ...rest }: MessageItem, opened: Opened): OpenMessage {
  const text = message === null ? null : opened(message);
  return text === undefined
    ? { ...rest, message: UNREADABLE_TEXT, unreadable: true }
    : { ...rest, message: text };
}

export function openedRow({ preview, ...rest }: MemberItem, opened: Opened): OpenRow {
  const text = preview === null ? null : opened(preview);
  return text === undefined
    ? { ...rest, preview: UNREADABLE_TEXT, unreadable: true }
    : { ...rest, preview: text };
}

/** A new message as it is to be stored. @throws TextKeysUnavailableError */
export async function sealMessage(texts: Texts, item: MessageItem): Promise<MessageItem> {
  return typeof item.message === 'string' ? { ...item, ...(await texts.seal(item, item.message)) } : item;
}

/** One message opened. */
export async function openMessage(texts: Texts, message: MessageItem): Promise<OpenMessage> {
  const [open] = await texts.openMessages([message]);
  if (!open) throw new TypeError('as many are opened as there are');
  return open;
}

/** One member's row opened. */
export async function openRow(texts: Texts, row: MemberItem): Promise<OpenRow> {
  const [open] = await texts.openRows([row]);
  if (!open) throw new TypeError('as many are opened as there are');
  return open;
}
