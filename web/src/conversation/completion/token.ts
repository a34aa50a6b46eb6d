/** What begins a word that can be completed. */
export interface Trigger {
  /** One character. */
  readonly trigger: string;
  /** Matches what may follow it up to the cursor: the query. */
  readonly pattern: RegExp;
}

/** The beginning of a word at the cursor. */
export interface Token<Kind extends Trigger> {
  readonly kind: Kind;
  /** The positions in the text: of the trigger, and of the cursor. */
  readonly from: number;
  readonly to: number;
  /** What follows the trigger. */
  readonly query: string;
}

/** How far before the cursor a trigger may be, in UTF-16 units. */
const MAX_TOKEN = 64;
/** Ends in a part of a word: in an address such as `ada@example.com`, or in a time, nothing is completed. */
const IN_WORD = /[\p{L}\p{N}_]$/u;

/** Returns the word at the cursor that can be completed; undefined where there is none. */
export function tokenAt<Kind extends Trigger>(
  text: string,
  cursor: number,
  kinds: readonly Kind[],
): Token<Kind> | undefined {
  for (let from = cursor - 1; from >= Math.max(0, cursor - MAX_TOKEN); from -= 1) {
    const query = text.slice(from + 1, cursor);
    const kind = kinds.find(({ trigger, pattern }) => text[from] === trigger && pattern.test(query));
    if (kind && !IN_WORD.test(text.slice(0, from))) return { kind, from, to: cursor, query };
  }
  return undefined;
}

/** Replaces a token by what completes it. @returns the text, and the position of the cursor behind it. */
export function completed(
  text: string,
  { from, to }: Pick<Token<Trigger>, 'from' | 'to'>,
  insert: string,
): { readonly text: string; readonly cursor: number } {
  return { text: text.slice(0, from) + insert + text.slice(to), cursor: from + insert.length };
}
