import { describe, expect, it } from '@jest/globals';
import { canonicalEmoji } from '../../schema/emoji.ts';

const RECOMMENDED = new RegExp('^\\p{RGI_Emoji}$', 'v');
const RECOMMENDED_LINES = new RegExp(RECOMMENDED, 'gmv');

/** Whether Unicode recommends an emoji for general use, as far as this Node knows. */
const isRecommended = (text: string): boolean => RECOMMENDED.test(text);

/** Characters between these are no characters of their own. */
const SURROGATES = [0xd800, 0xdfff] as const;
const LAST_CODE_POINT = 0x10ffff;
/** Those of Unicode 15, and of private use. */
const ASSIGNED_AT_LEAST = 280_000;

/** All assigned characters. */
function assignedCharacters(): readonly string[] {
  const codes = Array.from({ length: LAST_CODE_POINT + 1 }, (_, code) => code);
  const all = codes.filter((code) => code < SURROGATES[0] || code > SURROGATES[1]);
  const text = all.map((code) => String.fromCodePoint(code)).join('');
  return text.match(/\p{Assigned}/gu) ?? [];
}

/** What Unicode recommends of some texts. One search of all of them is quicker than one of each. */
function recommendedOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.join('\n').match(RECOMMENDED_LINES));
}

describe('an emoji', () => {
  it('of one character is spelled as Unicode recommends it, and no other character is one', () => {
    const characters = assignedCharacters();
    expect(characters.length).toBeGreaterThan(ASSIGNED_AT_LEAST);
    const alone = recommendedOf(characters);
    const presented = recommendedOf(characters.map((character) => `${character}\uFE0F`));
    for (const character of characters) {
      const recommended = [character, `${character}\uFE0F`].find(
        (text) => alone.has(text) || presented.has(text),
      );
      const spelled = canonicalEmoji(character);
      if (spelled !== recommended)
        expect({ character, spelled }).toEqual({ character, spelled: recommended });
    }
  });

  it.each([
    ['a flag', '🇩🇪'],
    ['a flag of a region', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['a keycap', '1️⃣'],
    ['a skin tone', '👍🏽'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a couple with skin tones, the longest one', '👨🏻‍❤️‍💋‍👨🏼'],
    ['an eye in a bubble', '👁️‍🗨️'],
    ['a weightlifter', '🏋️‍♀️'],
    ['a weightlifter with a skin tone', '🏋🏽‍♀️'],
    ['a rainbow flag', '🏳️‍🌈'],
    ['a pirate flag', '🏴‍☠️'],
  ])('that is %s is spelled as it is', (_what, emoji) => {
    expect(isRecommended(emoji)).toBe(true);
    expect(canonicalEmoji(emoji)).toBe(emoji);
    expect(canonicalEmoji(emoji.replaceAll('\uFE0F', ''))).toBe(emoji);
  });

  it.each([
    ['without its presentation', '❤'],
    ['as a text', '❤\uFE0E'],
    ['with it twice', '❤\uFE0F\uFE0F'],
  ])('%s is the same emoji', (_how, text) => {
    expect(canonicalEmoji(text)).toBe('❤\uFE0F');
  });

  it.each([
    ['nothing', ''],
    ['a letter', 'a'],
    ['a digit', '1'],
    ['two emoji', '👍👍'],
    ['an emoji and a letter', '👍a'],
    ['an emoji and a blank', '👍 '],
    ['half a flag', '🇩'],
    ['a joiner at the end', '👨\u200D'],
    ['a presentation alone', '\uFE0F'],
    ['a tag that does not end', '🏴\u{E0067}'],
    ['two skin tones', '👍🏽🏽'],
    ['a chain of 40', Array<string>(40).fill('👨').join('\u200D')],
    ['half a surrogate pair', '\uD83D'],
    ['a separator of keys', '👍#👍'],
  ])('is not %s', (_what, text) => {
    expect(canonicalEmoji(text)).toBeUndefined();
  });
});
