const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The first letters of a name's first and last word. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => word !== '');
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  return picked.map((word) => firstGrapheme(word ?? '').toLocaleUpperCase()).join('');
}

/** Returns one of a few hues, always the same for the same id. */
export function hueOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return sum % HUES;
}

/** Number of hues of the theme. */
export const HUES = 8;

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}
