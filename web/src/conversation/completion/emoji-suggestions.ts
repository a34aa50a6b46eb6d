import type { EmojiList, ListedEmoji } from '../../emoji/emoji-list.ts';
import type { Suggestion } from './suggestion.ts';

/** Number of suggestions. */
const SUGGESTED = 8;

/** Suggests emoji for the beginning of a shortcode: first those that begin with it, then those that contain it. */
export function suggestedFor(query: string, emoji: EmojiList['emoji']): Suggestion[] {
  if (query.endsWith(':')) {
    const code = query.slice(0, -1);
    const exact = emoji.find(({ shortcodes }) => shortcodes.includes(code));
    return exact ? [{ ...suggestionOf(exact, code), isExact: true }] : [];
  }
  const found = emoji.flatMap((listed, place) => {
    const best = listed.shortcodes
      .map((code) => ({ code, rank: rankOf(code, query) }))
      .sort((one, other) => one.rank - other.rank)[0];
    return best && best.rank < NO_MATCH ? [{ listed, place, ...best }] : [];
  });
  return found
    .sort((one, other) => one.rank - other.rank || one.place - other.place)
    .slice(0, SUGGESTED)
    .map(({ listed, code }) => suggestionOf(listed, code));
}

const NO_MATCH = 3;

function rankOf(code: string, query: string): number {
  if (code === query) return 0;
  if (code.startsWith(query)) return 1;
  return code.includes(query) ? 2 : NO_MATCH;
}

function suggestionOf({ emoji, label }: ListedEmoji, code: string): Suggestion {
  return { key: emoji, insert: emoji, picture: emoji, label: `:${code}:`, detail: label };
}
