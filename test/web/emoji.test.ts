import { describe, expect, it } from '@jest/globals';
import { canonicalEmoji } from '../../schema/emoji.ts';
import { readEmojiList } from '../../web/emoji-list.ts';
import { suggestedFor } from '../../web/src/conversation/completion/emoji-suggestions.ts';

const list = readEmojiList();

describe('the emoji of the screens', () => {
  it('are all that Unicode recommends, as the API stores them', () => {
    expect(list.emoji.length).toBeGreaterThan(1_800);
    const all = list.emoji.flatMap(({ emoji, skins = [] }) => [emoji, ...skins]);
    expect(all.filter((emoji) => canonicalEmoji(emoji) !== emoji)).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('each have a name, a shortcode and a category with a name', () => {
    const named = new Set(list.categories.map(({ index }) => index));
    const lacking = list.emoji.filter(
      ({ label, shortcodes, category }) => label === '' || shortcodes.length === 0 || !named.has(category),
    );
    expect(lacking).toEqual([]);
  });

  it('have either no skin tones or five', () => {
    expect(new Set(list.emoji.map(({ skins }) => skins?.length))).toEqual(new Set([undefined, 5]));
  });
});

describe('a shortcode', () => {
  const labels = (query: string) => suggestedFor(query, list.emoji).map(({ label }) => label);

  it('is completed: first itself, then those that begin with it, then those that contain it', () => {
    expect(labels('heart').slice(0, 2)).toEqual([':heart:', ':heart_eyes:']);
    expect(labels('llow_he')).toEqual([':yellow_heart:']);
    expect(labels('nosuchcode')).toEqual([]);
  });

  it('becomes its emoji when it is written to its end, and only then', () => {
    expect(suggestedFor('smile:', list.emoji)).toMatchObject([{ insert: '😄', isExact: true }]);
    expect(suggestedFor('+1:', list.emoji)).toMatchObject([{ insert: '👍', isExact: true }]);
    expect(suggestedFor('smil:', list.emoji)).toEqual([]);
    expect(suggestedFor('smile', list.emoji).some(({ isExact }) => isExact)).toBe(false);
  });
});
