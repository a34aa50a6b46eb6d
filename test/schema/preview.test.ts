import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SystemEvent } from '../../schema/items.ts';
import { beginningOf, previewOf, PREVIEW_CODE_POINTS } from '../../schema/preview.ts';

/** User-perceived characters of several code points. */
const CLUSTERS: readonly (readonly [string, string])[] = [
  ['a family of emoji', '👨‍👩‍👧‍👦'],
  ['a flag', '🇵🇹'],
  ['the flag of a region', '🏴󠁧󠁢󠁷󠁬󠁳󠁿'],
  ['a skin tone', '👍🏽'],
  ['a letter with combining marks', 'e\u0301\u0323'],
  ['a syllable of Devanagari', 'क्षि'],
  ['a Hangul syllable of three jamo', '\u1112\u1161\u11ab'],
];

const codePoints = (text: string): number => Array.from(text).length;
const graphemes = (text: string): string[] =>
  Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text), ({ segment }) => segment);

describe('the beginning of a text', () => {
  it('is the whole text up to 100 code points, and 100 of them of a longer one', () => {
    for (const letter of ['a', '😀']) {
      expect(beginningOf(letter.repeat(PREVIEW_CODE_POINTS))).toBe(letter.repeat(PREVIEW_CODE_POINTS));
      expect(beginningOf(letter.repeat(1_024))).toBe(letter.repeat(PREVIEW_CODE_POINTS));
    }
  });

  it.each(CLUSTERS)('takes %s whole or leaves it out, wherever the bound falls', (_, cluster) => {
    for (
      let before = PREVIEW_CODE_POINTS - codePoints(cluster) - 1;
      before <= PREVIEW_CODE_POINTS;
      before += 1
    ) {
      const text = `${'x'.repeat(before)}${cluster}${'y'.repeat(50)}`;
      const fits = before + codePoints(cluster) <= PREVIEW_CODE_POINTS;
      const letters = PREVIEW_CODE_POINTS - before - codePoints(cluster);
      expect(beginningOf(text)).toBe('x'.repeat(before) + (fits ? cluster + 'y'.repeat(letters) : ''));
    }
  });

  it.each(CLUSTERS)('of a text of nothing but %s has whole ones, as many as fit', (_, cluster) => {
    const whole = Math.floor(PREVIEW_CODE_POINTS / codePoints(cluster));
    expect(beginningOf(cluster.repeat(1_024))).toBe(cluster.repeat(whole));
  });

  it('takes no flag of three letters apart: pairs are counted from the start of the text', () => {
    expect(beginningOf(`x${'🇵🇹'.repeat(60)}`)).toBe(`x${'🇵🇹'.repeat(49)}`);
  });

  it('keeps line breaks of two characters together', () => {
    expect(beginningOf(`${'x'.repeat(99)}\r\nrest`)).toBe('x'.repeat(99));
  });

  it('of one cluster of 1,024 code points is empty', () => {
    for (const text of [`e${'\u0301'.repeat(1_023)}`, Array(512).fill('👩').join('\u200d')]) {
      expect(codePoints(text)).toBeGreaterThan(1_000);
      expect(beginningOf(text)).toBe('');
      expect(beginningOf(`hello ${text}`)).toBe('hello ');
    }
  });

  it('is a whole number of the text’s user-perceived characters, and the longest that fits', () => {
    const piece = fc.oneof(
      fc.constantFrom(...CLUSTERS.map(([, cluster]) => cluster)),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const text = `.${pieces.join('')}`;
        const all = graphemes(text);
        const shown = beginningOf(text);
        const count = graphemes(shown).length;
        expect(shown).toBe(all.slice(0, count).join(''));
        expect(codePoints(shown)).toBeLessThanOrEqual(PREVIEW_CODE_POINTS);
        const next = all[count];
        if (next !== undefined) expect(codePoints(shown + next)).toBeGreaterThan(PREVIEW_CODE_POINTS);
      }),
    );
  });

  it('starts with the first visible character, and keeps the indentation of later lines', () => {
    expect(beginningOf('\n\n    first\n    second')).toBe('first\n    second');
  });
});

describe('the preview of a message', () => {
  it('of a tombstone is null', () => {
    expect(previewOf({ message: null })).toBeNull();
  });

  it('of a system message is its event, with at most three people and how many there are', () => {
    const added = (count: number): SystemEvent => ({
      type: 'members_added',
      user_uuids: Array.from({ length: count }, (_, place) => `user-${place}`),
      prev: 1,
    });
    expect(previewOf({ message: null, event: added(3) })).toEqual(added(3));
    expect(previewOf({ message: null, event: added(90) })).toEqual({ ...added(3), count: 90 });
  });

  it('of encrypted bytes is the encrypted beginning, or the bytes where they are the whole text', () => {
    const [whole, beginning] = [Buffer.from('whole'), Buffer.from('beginning')];
    expect(previewOf({ message: whole, preview: beginning })).toBe(beginning);
    expect(previewOf({ message: whole })).toBe(whole);
  });
});
