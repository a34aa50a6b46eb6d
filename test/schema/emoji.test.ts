import { describe, expect, it } from '@jest/globals';
import { canonicalEmoji } from '../../schema/emoji.ts';

const RECOMMENDED = new RegExp('^\\p{RGI_Emoji}$', 'v');

/** Whether Unicode recommends an emoji for general use, as far as this Node knows. */
const isRecommended = (text: string): boolean => RECOMMENDED.test(text);

/** Characters between these are no characters of their own. */
const SURROGATES = [0xd800, 0xdfff] as const;
const LAST_CODE_POINT = 0x10ffff;

function* characters(): Generator<string> {
  for (let code = 0; code <= LAST_CODE_POINT; code += 1) {
    if (code < SURROGATES[0] || code > SURROGATES[1]) yield String.fromCodePoint(code);
  }
}

describe('an emoji', () => {
  it('of one character is spelled as Unicode recommends it, and no other character is one', () => {
    for (const character of characters()) {
      const recommended = [character, `${character}\uFE0F`].find(isRecommended);
      if (recommended === undefined && /\P{Assigned}/u.test(character)) continue;
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
