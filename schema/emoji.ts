import { codePointsIn } from './plain-text.ts';

/** Code points of the longest emoji: twice those of the longest one that Unicode recommends. */
const MAX_CODE_POINTS = 20;

const FLAG = String.raw`\p{Regional_Indicator}{2}`;
const KEYCAP = String.raw`[0-9#*]\u{20E3}`;
/** A picture that is an emoji, or that a later Unicode than this process's may make one. */
const PICTURE = String.raw`\p{Extended_Pictographic}(?<=\p{Emoji}|\P{Assigned})`;
/** The same with a skin tone, or with the tags of a region's flag. */
const ELEMENT = String.raw`${PICTURE}(?:\p{Emoji_Modifier}|[\u{E0020}-\u{E007E}]+\u{E007F})?`;
const EMOJI = new RegExp(
  String.raw`^(?:${FLAG}|${KEYCAP}|\p{Emoji_Modifier}|${ELEMENT}(?:\u200D${ELEMENT})*)$`,
  'u',
);

const PRESENTATION = /[\uFE0E\uFE0F]/gu;
/** A character that is shown as a text unless U+FE0F follows it. With a skin tone it is an emoji in any case. */
const TEXT_BY_DEFAULT = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu;

/**
 * The one spelling of an emoji that is stored: what Unicode calls fully qualified, so that ❤ and ❤️ are one reaction.
 * @returns undefined for a text that is not exactly one emoji.
 */
export function canonicalEmoji(text: string): string | undefined {
  const bare = text.replace(PRESENTATION, '');
  if (codePointsIn(bare) > MAX_CODE_POINTS || !EMOJI.test(bare)) return undefined;
  return bare.replace(TEXT_BY_DEFAULT, '$&\uFE0F');
}
