const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The first letters of a name's first and last word. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => word !== '');
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  return picked.map((word) => firstGrapheme(word ?? '').toLocaleUpperCase()).join('');
}

/** Hues of the theme, and ways of blending each into another one: `avatar.css` defines them. */
export const HUES = 16;
export const BLENDS = 3;

/**
 * Returns the classes of a name's or an id's colours, always the same: its hue for letters and lines, and for a face also what
 * the hue blends into, so that two people of one hue mostly look different.
 */
export function hueOf(text: string): string {
  const hash = hashOf(text);
  return `hue-${hash % HUES} blend-${Math.floor(hash / HUES) % BLENDS}`;
}

/** FNV-1a of 32 bits, with its halves folded: its lowest bits alone depend on the lowest bits of each character. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}
