import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as z from 'zod';
import { canonicalEmoji } from '../schema/emoji.ts';
import type { EmojiList } from './src/emoji/emoji-list.ts';

const dataset = z.array(
  z.object({
    emoji: z.string(),
    hexcode: z.string(),
    label: z.string(),
    group: z.int().optional(),
    tags: z.array(z.string()).optional(),
    skins: z.array(z.object({ emoji: z.string(), tone: z.union([z.int(), z.array(z.int())]) })).optional(),
  }),
);
const shortcodes = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const messages = z.object({
  groups: z.array(z.object({ key: z.string(), message: z.string(), order: z.int() })),
});

const require = createRequire(import.meta.url);
const read = (file: string): unknown =>
  JSON.parse(readFileSync(require.resolve(`emojibase-data/en/${file}`), 'utf8'));

/** Reads the emoji from Emojibase, without what the screens do not use. Shortcodes are those of GitHub, where it has some. */
export function readEmojiList(): EmojiList {
  const [usual, all] = [
    shortcodes.parse(read('shortcodes/github.json')),
    shortcodes.parse(read('shortcodes/emojibase.json')),
  ];
  const emoji = dataset
    .parse(read('data.json'))
    .flatMap(({ group, hexcode, label, tags = [], skins, ...entry }) => {
      const canonical = canonicalEmoji(entry.emoji);
      if (group === undefined || canonical === undefined) return [];
      const tones = skins?.flatMap((skin) =>
        typeof skin.tone === 'number' ? [canonicalEmoji(skin.emoji) ?? ''] : [],
      );
      const codes = usual[hexcode] ?? all[hexcode] ?? [];
      return {
        emoji: canonical,
        label,
        category: group,
        tags,
        shortcodes: typeof codes === 'string' ? [codes] : codes,
        ...(tones && { skins: tones }),
      };
    });
  const used = new Set(emoji.map(({ category }) => category));
  const categories = messages.parse(read('messages.json')).groups;
  return {
    emoji,
    categories: categories
      .filter(({ order }) => used.has(order))
      .map(({ order, message }) => ({ index: order, label: message })),
  };
}
