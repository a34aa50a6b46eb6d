import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findWords, foldText, hasAllWords, searchWordsOf } from '../../schema/search-words.ts';

const finds = (text: string, query: string) => hasAllWords(text, searchWordsOf(query));
const marked = (text: string, query: string) =>
  findWords(text, searchWordsOf(query)).map(({ start, end }) => text.slice(start, end));

/** Characters that fold to others, join others, or end words. */
const TELLING = [
  ...['a', 'A', 'i', 'I', 'ß', 'ẞ', 'ſ', '1', ' ', '-', '_', '.', "'", '@', '\n'],
  ...['\u0130', 'ı', 'é', 'e\u0301', 'Ａ', 'ﬁ', 'ς', 'σ', 'Σ', 'ø', 'Æ', '™', '½'],
  ...['\u0301', '\u0345', '\u00AD', '\u200D', '\u200B', '\uFE0F', '\uFDFA', '\u1E9B\u0323'],
  ...['한', 'ㅎ', '각', '\u1112', 'が', 'か\u3099', '東', '京', 'हि', 'की', 'ไทย', 'שָׁ', 'كِتاب'],
  ...['👍', '👍🏽', '👨‍👩‍👧', '🇩🇪', '🇩', '𝔸', '\uD83D', '\uDC4D'],
];
const texts = fc.oneof(
  fc.array(fc.constantFrom(...TELLING), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** The same, naively: the folded characters of a text one by one, and at each place whether the word is there. */
function naivelyHasAll(text: string, words: readonly string[]): boolean {
  const characters = Array.from(foldText(text));
  const isWord = (character = ' ') => /[\p{L}\p{N}\p{M}]/u.test(character);
  const isOwn = (character = ' ') =>
    /[\p{Extended_Pictographic}\p{RI}]|\p{sc=Han}|\p{sc=Hira}|\p{sc=Kana}|\p{sc=Thai}|\p{sc=Laoo}|\p{sc=Khmr}|\p{sc=Mymr}/u.test(
      character,
    );
  const begins = (at: number) =>
    at === 0 || !isWord(characters[at - 1]) || isOwn(characters[at - 1]) || isOwn(characters[at]);
  return words.every((word) =>
    characters.some((_, at) => begins(at) && characters.slice(at).join('').startsWith(word)),
  );
}

describe('folding', () => {
  it.each([
    ['letter case', 'HeLLo', 'hello'],
    ['accents, composed or not', 'Crème bru\u0302le\u0301e', 'creme brulee'],
    ['full-width letters and ligatures', 'Ｆｕｌｌ ﬁt', 'full fit'],
    ['sharp s', 'STRASSE Straße GROẞ', 'strasse strasse gross'],
    ['the letters i of Turkish', 'İIıi', 'iiii'],
    ['sigma, wherever it is', 'ΟΔΟΣ οδός', 'οδοσ οδοσ'],
    ['strokes', 'Łódź Ørsted Đorđe Æsir Œuvre', 'lodz orsted dorde aesir oeuvre'],
    ['points of Hebrew and Arabic', 'שָׁלוֹם كِتَاب', 'שלום كتاب'],
    ['what shows nothing', 'soft\u00ADhyphen zero\u200Bwidth', 'softhyphen zerowidth'],
  ])('makes %s equal', (_what, text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('keeps the vowels of Devanagari and the marks of kana, which make other words', () => {
    expect(foldText('की')).not.toBe(foldText('का'));
    expect(foldText('が')).not.toBe(foldText('か'));
  });

  it('of a folded text changes nothing', () => {
    fc.assert(fc.property(texts, (text) => foldText(foldText(text)) === foldText(text)));
  });

  it('is the same for canonically equal texts', () => {
    fc.assert(
      fc.property(texts, (text) => foldText(text.normalize('NFD')) === foldText(text.normalize('NFC'))),
    );
  });
});

describe('a text is found', () => {
  it.each([
    ['by a word', 'See you on Monday', 'monday'],
    ['by the beginning of a word', 'See you on Monday', 'mon'],
    ['by several words in any order', 'See you on Monday', 'mon see'],
    ['by a word after punctuation', '(well-known) @grace: #topic', 'known grace topic'],
    ['by one with an apostrophe', "I don't know", "don't"],
    ['by a number', 'Room 204b', '204'],
    ['by a picture, whatever its skin', 'Great 👍🏽!', '👍'],
    ['by a flag', 'Hallo 🇩🇪', '🇩🇪'],
    ['by words within a text without spaces', '私は東京に行きます', '東京'],
    ['by words after a picture', '🎉party', 'party'],
  ])('%s', (_how, text, query) => {
    expect(finds(text, query)).toBe(true);
  });

  it.each([
    ['a part within a word', 'Monday', 'day'],
    ['one of two words', 'See you on Monday', 'see tuesday'],
    ['a longer word', 'Mon', 'monday'],
  ])('not by %s', (_how, text, query) => {
    expect(finds(text, query)).toBe(false);
  });

  it('exactly where a naive search finds it', () => {
    fc.assert(
      fc.property(texts, texts, (text, query) => {
        const words = searchWordsOf(query);
        expect(hasAllWords(text, words)).toBe(naivelyHasAll(text, words));
      }),
      { numRuns: 500 },
    );
  });

  it('by every word of its own, whatever is around it', () => {
    fc.assert(
      fc.property(texts, texts, texts, (before, text, after) => {
        expect(hasAllWords(`${before} ${text} ${after}`, searchWordsOf(text))).toBe(true);
      }),
    );
  });
});

describe('what is marked', () => {
  it.each([
    ['words and beginnings of words', 'Ada and Adam, not Canada', 'ada', ['Ada', 'Ada']],
    ['accented letters as a whole', 'une cafe\u0301tière, café', 'cafe', ['cafe\u0301', 'café']],
    ['a ligature as a whole', 'ﬁnd', 'f', ['ﬁ']],
    ['a picture with its skin', 'ok 👍🏽 👨‍👩‍👧', '👍 👩', ['👍🏽', '👨‍👩‍👧']],
    ['overlapping matches once', 'monday', 'mon monday', ['monday']],
  ])('has %s', (_what, text, query, parts) => {
    expect(marked(text, query)).toEqual(parts);
  });

  it('is there exactly in texts with one of the words, in order, between user-perceived characters', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    fc.assert(
      fc.property(texts, texts, (text, query) => {
        const words = searchWordsOf(query);
        const ranges = findWords(text, words);
        expect(ranges.length > 0).toBe(words.some((word) => hasAllWords(text, [word])));
        const borders = new Set([...segmenter.segment(text)].map(({ index }) => index)).add(text.length);
        let last = -1;
        for (const { start, end } of ranges) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          expect([borders.has(start), borders.has(end)]).toEqual([true, true]);
          last = end;
        }
      }),
      { numRuns: 500 },
    );
  });
});
