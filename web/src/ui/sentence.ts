import { isolateName } from '../../../schema/isolate-name.ts';

/** A sentence with names in it, for elements or plain text; in both it keeps its direction. */
export type Sentence = readonly (string | { readonly name: string })[];

/** A word of the screens in the place of a name. */
export interface Word {
  readonly word: string;
}

/** Makes a sentence of a template. Its values are names, and isolated, unless they are marked as words. */
export function sentence(texts: TemplateStringsArray, ...values: readonly (string | Word)[]): Sentence {
  return texts.flatMap((text, place) => {
    const value = values[place];
    if (value === undefined) return [text];
    return [text, typeof value === 'string' ? { name: value } : value.word];
  });
}

/** Lists names: Ada, Grace, and Alan. */
export function listOf(names: readonly string[]): Sentence {
  return new Intl.ListFormat('en')
    .formatToParts(names)
    .map(({ type, value }) => (type === 'element' ? { name: value } : value));
}

/** Returns a sentence as plain text, for labels and screen readers. */
export function plain(words: Sentence): string {
  return words.map((part) => (typeof part === 'string' ? part : isolateName(part.name))).join('');
}
