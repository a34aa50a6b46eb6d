import { isGone, type Member, type Named } from '../../api/shapes.ts';
import { type Log, shown } from '../../chat/log.ts';

/** A user who can be mentioned. */
export type Mentionable = Pick<Named, 'user_uuid' | 'handle' | 'display_name'>;

/**
 * Finds users by the beginning of their handle, then of a word of their name, then by a part of either: among the members
 * that are known, and the authors of shown messages. Those who wrote last come first.
 */
export function mentionable(search: {
  readonly query: string;
  readonly members: readonly Member[];
  readonly log: Log;
  readonly me: string;
}): readonly Mentionable[] {
  const { query, members, log, me } = search;
  const authors = shown(log)
    .toReversed()
    .filter(({ kind }) => kind === 'text');
  const people = new Map<string, Mentionable>();
  for (const person of [...authors, ...members])
    if (!people.has(person.user_uuid)) people.set(person.user_uuid, person);
  const text = query.toLocaleLowerCase();
  const ranked = [...people.values()]
    .filter((person) => person.user_uuid !== me && !isGone(person))
    .flatMap((person) => {
      const rank = rankOf(person, text);
      return rank === undefined ? [] : [{ person, rank }];
    });
  return ranked.toSorted((one, other) => one.rank - other.rank).map(({ person }) => person);
}

function rankOf({ handle, display_name }: Mentionable, text: string): number | undefined {
  const name = display_name.toLocaleLowerCase();
  if (handle.startsWith(text)) return 0;
  if (name.split(/\s+/u).some((word) => word.startsWith(text))) return 1;
  return handle.includes(text) || name.includes(text) ? 2 : undefined;
}
