/*
 * Searching texts for words: how both are folded, and where a text matches. It imports nothing, because the screens mark
 * what was found by the same functions.
 */

/** Code points of a query at most. */
export const MAX_QUERY_CODE_POINTS = 100;

/** A part of a text, in UTF-16 units: from `start` up to `end`, without it. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Characters that show nothing, as in Unicode's NFKC_Casefold: a soft hyphen within a word does not split it. */
const IGNORED = String.raw`\p{Default_Ignorable_Code_Point}`;
/**
 * Accents, and the points of Hebrew and Arabic, without which words are usually typed. Marks of other scripts stay: in
 * Devanagari or Thai they are vowels; and so do the two of kana, which make other letters.
 */
const ACCENT = String.raw`(?![\u3099\u309A])(?=\p{M})[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]`;
const NOT_COMPARED = new RegExp(`${IGNORED}|${ACCENT}`, 'gu');

/** Letters with a stroke, and ligatures, have no decomposition in Unicode. People type them without. */
const WITHOUT_STROKE: Readonly<Record<string, string>> = {
  ...{ ø: 'o', ł: 'l', đ: 'd', ħ: 'h', ŧ: 't', ı: 'i', æ: 'ae', œ: 'oe' },
  // Of a sigma at the end of a word, lower case depends on what follows.
  ς: 'σ',
};
const WITH_STROKE = new RegExp(`[${Object.keys(WITHOUT_STROKE).join('')}]`, 'gu');

const ASCII = /^[\0-\x7F]*$/;

/** Letters, digits, and the marks that belong to them. */
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
/**
 * Characters of which each is a word: pictures, and those of scripts that put no spaces between words. A match may begin
 * at any of them, because only a dictionary knows where a word begins.
 */
const OWN_WORD =
  /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WORDS = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}|\p{Regional_Indicator}+/gu;

/**
 * Folds a text: letter case, accents and compatibility forms (full-width letters, ligatures) make no difference, in the
 * same way for every language: i, I, İ and ı are equal. Folding a folded text changes nothing.
 */
export function foldText(text: string): string {
  // Most texts: some ten times faster.
  if (ASCII.test(text)) return text.toLowerCase();
  // Upper case makes ss of ß, which is the lower case of ẞ. It also makes letters that have a decomposition.
  return decomposed(decomposed(text).toLowerCase().toUpperCase().toLowerCase()).replace(
    WITH_STROKE,
    (letter) => WITHOUT_STROKE[letter] ?? letter,
  );
}

const decomposed = (text: string): string => text.normalize('NFKD').replace(NOT_COMPARED, '');

/** The words of a query, folded, each once. Empty for a query of punctuation alone. */
export function searchWordsOf(query: string): readonly string[] {
  return [...new Set(foldText(query).match(WORDS))];
}

/** Whether a text has a word that begins with each of these. @param words of `searchWordsOf`. */
export function hasAllWords(text: string, words: readonly string[]): boolean {
  const folded = foldText(text);
  return words.every((word) => nextMatch(folded, word, 0) !== -1);
}

/**
 * Where a text has words that begin with one of these: parts that do not overlap, in their order. They begin and end
 * between user-perceived characters: a ligature or an accented letter is never divided.
 * @param words of `searchWordsOf`.
 */
export function findWords(text: string, words: readonly string[]): readonly TextRange[] {
  const { folded, placeOf } = foldWithPlaces(text);
  const found = words.flatMap((word) =>
    matchesIn(folded, word).map((at) => ({ start: placeOf(at), end: placeOf(at + word.length - 1) + 1 })),
  );
  return found.length === 0 ? [] : merged(wholeCharacters(text, found));
}

function matchesIn(folded: string, word: string): number[] {
  const found: number[] = [];
  for (let at = nextMatch(folded, word, 0); at !== -1; at = nextMatch(folded, word, at + 1)) found.push(at);
  return found;
}

/** The next place of a word at which a word begins; -1: there is none. */
function nextMatch(folded: string, word: string, from: number): number {
  for (let at = folded.indexOf(word, from); at !== -1; at = folded.indexOf(word, at + 1)) {
    if (beginsWord(folded, at)) return at;
  }
  return -1;
}

function beginsWord(folded: string, at: number): boolean {
  const before = characterBefore(folded, at);
  if (!WORD_CHARACTER.test(before)) return true;
  return OWN_WORD.test(before) || OWN_WORD.test(String.fromCodePoint(folded.codePointAt(at) ?? 0));
}

/** The code point before a place; empty at the start. */
function characterBefore(text: string, at: number): string {
  const isPair = at > 1 && (text.codePointAt(at - 2) ?? 0) > 0xff_ff;
  return text.slice(Math.max(0, at - (isPair ? 2 : 1)), at);
}

/** A character with the marks that follow it. */
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gsu;

/** A folded text, and of each of its UTF-16 units the place in the text of what it was made of. */
function foldWithPlaces(text: string): { folded: string; placeOf: (at: number) => number } {
  const places: number[] = [];
  let folded = '';
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const part = foldText(cluster);
    folded += part;
    places.push(...Array.from({ length: part.length }, () => index));
  }
  return { folded, placeOf: (at) => places[at] ?? text.length };
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Widens parts of a text to whole user-perceived characters. */
function wholeCharacters(text: string, ranges: readonly TextRange[]): TextRange[] {
  const segments = graphemes.segment(text);
  return ranges.map(({ start, end }) => {
    const last = segments.containing(end - 1);
    return {
      start: segments.containing(start)?.index ?? start,
      end: last ? last.index + last.segment.length : end,
    };
  });
}

function merged(ranges: readonly TextRange[]): TextRange[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = result.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}
