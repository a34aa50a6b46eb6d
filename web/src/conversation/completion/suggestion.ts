import type { ReactNode } from 'react';

/** What a word can be completed to. */
export interface Suggestion {
  /** Unique in its list. */
  readonly key: string;
  /** Replaces the word, with its trigger. */
  readonly insert: string;
  /** Before the label: an emoji, or a picture. */
  readonly picture: ReactNode;
  readonly label: string;
  /** After the label, paler. */
  readonly detail?: string;
  /** The word was written to its end: it is replaced without asking. */
  readonly isExact?: boolean;
}
