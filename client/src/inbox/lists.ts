import type { List } from '../api/calls.ts';
import type { MessageGroup } from '../api/shapes.ts';

/** All lists of conversations, in the order in which the screens offer them. */
export const LISTS = ['default', 'favourites', 'archived'] as const satisfies readonly List[];

/** Whether a conversation is in a list. Favourites are listed also where they are archived. */
export function isIn(
  list: List,
  { archived, favourite }: Pick<MessageGroup, 'archived' | 'favourite'>,
): boolean {
  switch (list) {
    case 'default':
      return !archived;
    case 'favourites':
      return favourite;
    case 'archived':
      return archived;
  }
}
