/** An emoji, in the spelling that the API stores. */
export interface ListedEmoji {
  readonly emoji: string;
  readonly label: string;
  /** Place of its category. */
  readonly category: number;
  /** Words by which it is found. */
  readonly tags: readonly string[];
  /** What is written between colons: the first is the usual one. */
  readonly shortcodes: readonly string[];
  /** With each skin tone, from light to dark, if it has any. */
  readonly skins?: readonly string[];
}

/** All emoji in the order of Unicode, and the names of their categories. */
export interface EmojiList {
  readonly emoji: readonly ListedEmoji[];
  readonly categories: readonly { readonly index: number; readonly label: string }[];
}
