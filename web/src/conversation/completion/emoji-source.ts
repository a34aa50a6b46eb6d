import { suggestedFor } from './emoji-suggestions.ts';
import type { CompletionSource } from './use-completion.ts';

/** Completes the shortcodes of emoji: `:smile`. One that is written to its end, `:smile:`, becomes its emoji. */
export const emojiSource: CompletionSource = {
  trigger: ':',
  pattern: /^[a-z0-9_+-]{2,40}:?$|^[+-]1:?$/i,
  name: 'Emoji',
  find: async (query) => {
    const { default: list } = await import('virtual:emoji-list');
    return suggestedFor(query.toLowerCase(), list.emoji);
  },
};
