import { isolateName } from '../../../schema/isolate-name.ts';

/** A sentence with names in it, which can be shown in elements or as plain text; either way it keeps its direction. */
export type Sentence = readonly (string | { readonly name: string })[];

/** A word of ours in the place of a name. */
export interface Word {
  readonly word: string;
}

/** Makes a sentence of a template. Its values are names: only what is marked as a word of ours is not isolated. */
export function sentence(texts: TemplateStringsArray, ...values: readonly (string | Word)[]): Sentence {
  return texts.flatMap((text, place) => {
    const value = values[place];
    if (value === undefined) return [text];
    return [text, typeof value === 'string' ? { name: value } : value.word];
  });
}

/** Names in an enumeration: Ada, Grace, and Alan. */
export function listOf(names: readonly string[]): Sentence {
  return new Intl.ListFormat('en')
    .formatToParts(names)
    .map(({ type, value }) => (type === 'element' ? { name: value } : value));
}

/** As plain text, for labels and what is read out. */
export function plain(words: Sentence): string {
  return words.map((part) => (typeof part === 'string' ? part : isolateName(part.name))).join('');
}
