import { foldHandle } from './handles.ts';

/*
 * Who a text mentions, as it is written: `@handle` and `@all`. Which of the handles are members' is decided where the text
 * is sent or edited. It imports nothing but handles, because the screens can use it too.
 */

/** The most people whom a message mentions: each costs an item. */
export const MAX_MENTIONS = 20;

/** The most of them whose names a summary shows: a preview is short, and a summary is written with every batch. */
export const MAX_SHOWN_MENTIONS = 3;

/** What stands for all members in a text. It always means all of them, also where a user has this handle. */
export const ALL = 'all';

/** A word with `@` in front of it. What is right before it is no part of a word, as in an e-mail address. */
const NAMED = /(?<![\p{L}\p{N}_.@-])@([\p{L}\p{N}_.-]+)/gu;

/** What a text mentions, as it is written. */
export interface WrittenMentions {
  /** Whether it has `@all`. */
  readonly all: boolean;
  /**
   * For each of the first MAX_MENTIONS different words: the handles that it can mean, case-folded, the longest first. A
   * handle can end with a punctuation mark, and so can a sentence.
   */
  readonly words: readonly (readonly string[])[];
}

/** A word of a text that can mention a user. */
export interface MentionWord {
  /** The position of its `@`. */
  readonly at: number;
  /** The handles that it can mean, case-folded, the longest first: each is the beginning of what follows the `@`. */
  readonly handles: readonly string[];
}

/** Finds the words of a text that can mention a user. */
export function* mentionWords(text: string): Generator<MentionWord> {
  for (const { index, 1: written = '' } of text.matchAll(NAMED)) {
    const handles = [written, written.replace(/[._-]+$/, '')].flatMap((word) => foldHandle(word) ?? []);
    yield { at: index, handles: [...new Set(handles)] };
  }
}

/** Finds what a text mentions. */
export function mentionsIn(text: string): WrittenMentions {
  const words = new Map<string, readonly string[]>();
  let all = false;
  for (const { handles } of mentionWords(text)) {
    if (handles.includes(ALL)) all = true;
    else if (handles[0] !== undefined && words.size < MAX_MENTIONS) words.set(handles[0], handles);
  }
  return { all, words: [...words.values()] };
}
