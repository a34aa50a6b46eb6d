import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VISIBLE } from '../../backend/http/fields.ts';
import { beginningOf } from '../../schema/preview.ts';
import { cleanLine, cleanText, codePointsIn, isBlank } from '../../schema/plain-text.ts';

/** Texts made of what pastes are made of: controls, blanks, halves of characters, and letters. */
const pasted = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0, max: 0x20 }).map((unit) => String.fromCharCode(unit)),
    fc.constantFrom('\r\n', '\u2028', '\u2800', '\u200d', '😀', 'a', ' '),
  ),
});

describe('a text is blank', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \t\n\u00a0\u1680\u2003\u3000'],
    ['zero-width characters and directional controls', '\u200b\u200c\u200d\u2060\u200f\u202e\u2066\ufeff'],
    ['fillers', '\u115f\u1160\u3164\uffa0\u{16fe4}'],
    ['variation selectors and tags', '\ufe0f\u{e0100}\u{e0041}\u{e007f}'],
    ['blanks that are symbols or letters', '\u2800\u{1d159}\u{13441}\u{13442}'],
    ['annotation and hieroglyph controls', '\ufff9\ufffa\ufffb\u{13430}'],
    ['soft hyphens and joiners', '\u00ad\u034f\u180e'],
    ['control characters', '\0\u0003\u001b\u007f\u0085'],
  ])('of %s', (_what, text) => expect(isBlank(text)).toBe(true));

  it.each([
    ['a letter among blanks', '\u2800a\u2800'],
    ['an emoji of several characters', '❤️'],
    ['a flag made of tags', '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}'],
    ['an Arabic number sign, a format character with a glyph', '\u0600'],
    ['a Braille letter', '\u2801'],
    ['the replacement character', '\ufffd'],
    ['a combining mark', '\u0301'],
  ])('unlike %s', (_what, text) => expect(isBlank(text)).toBe(false));

  it('in the API’s document as in the API, as far as a pattern of every language can say it', () => {
    const pattern = new RegExp(VISIBLE);
    const differing = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).filter(
      (character) => character.isWellFormed() && pattern.test(character) === isBlank(character),
    );
    expect(differing).toEqual([]);
  });
});

describe('what people paste', () => {
  it('becomes a text or a line without control characters, which stays as it is when it is cleaned again', () => {
    fc.assert(
      fc.property(pasted, (text) => {
        for (const clean of [cleanText, cleanLine]) {
          const cleaned = clean(text);
          expect(clean(cleaned)).toBe(cleaned);
          expect(cleaned.isWellFormed()).toBe(true);
          expect(cleaned).not.toMatch(clean === cleanText ? /[^\P{Cc}\t\n]/u : /\p{Cc}/u);
          expect(isBlank(cleaned)).toBe(isBlank(text.toWellFormed()));
          expect(codePointsIn(cleaned)).toBeLessThanOrEqual(codePointsIn(text));
        }
      }),
    );
  });

  it('keeps the first line’s indentation, and loses empty lines before it and white space at the end', () => {
    expect(cleanText(' \t\n\u200b\n  if (x) {\n  }\n \n')).toBe('  if (x) {\n  }');
  });

  it('is cleaned in time that grows with its length', () => {
    const long = ' '.repeat(60_000);
    const begun = performance.now();
    for (const text of [
      `a${long}b`,
      `${long}a${long}`,
      `a${'\n'.repeat(60_000)}b`,
      '\u2800'.repeat(60_000),
    ]) {
      cleanLine(cleanText(text));
      isBlank(text);
    }
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

it('a preview begins with the first visible character, or the isolate around it', () => {
  expect(beginningOf(' \u2068Ada\u2069 left')).toBe('\u2068Ada\u2069 left');
  expect(beginningOf(`${' '.repeat(200)}\u2800indented`)).toBe('indented');
  expect(beginningOf('😀'.repeat(101))).toBe('😀'.repeat(100));
});
