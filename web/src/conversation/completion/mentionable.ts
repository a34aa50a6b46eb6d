import { foldCase, HANDLE_PATTERN } from '../../../../schema/handles.ts';
import { isGone, type Log, type Member, type Named, shown } from '../../../../client/src/index.ts';

/** A user who can be mentioned. */
export type Mentionable = Pick<Named, 'user_uuid' | 'handle' | 'display_name'>;

/** Where to look for members who can be mentioned, and for what. */
export interface MentionSearch {
  readonly query: string;
  /** The first members of the group. */
  readonly members: readonly Member[];
  /** Whether there are more. */
  readonly isLarge: boolean;
  readonly log: Log;
  /** The user's own id. */
  readonly me: string;
  /** Finds members by the beginning of their handles. */
  readonly findMembers: (prefix: string, signal: AbortSignal) => Promise<readonly Mentionable[]>;
}

const FIND_TIMEOUT_MS = 3_000;

/** Finds members who can be mentioned: those who are known, and in a large group others by their handles. */
export async function findMentionable(search: MentionSearch, limit: number): Promise<readonly Mentionable[]> {
  const { query, isLarge, me, findMembers } = search;
  const known = mentionable(search);
  const prefix = foldCase(query);
  if (!isLarge || known.length >= limit || !HANDLE_PATTERN.test(prefix)) return known.slice(0, limit);
  const ids = new Set([me, ...known.map(({ user_uuid }) => user_uuid)]);
  // Without a response, none are found.
  const found = await findMembers(prefix, AbortSignal.timeout(FIND_TIMEOUT_MS)).catch(() => []);
  return [...known, ...found.filter(({ user_uuid }) => !ids.has(user_uuid))].slice(0, limit);
}

/**
 * Finds users by the beginning of their handle, then of a word of their name, then by a part of either: among the members
 * that are known, and in a large group the authors of shown messages. Those who wrote last come first.
 */
export function mentionable(search: Omit<MentionSearch, 'findMembers'>): readonly Mentionable[] {
  const { query, members, isLarge, log, me } = search;
  const ids = new Set(members.map(({ user_uuid }) => user_uuid));
  const authors = shown(log)
    .toReversed()
    // Where all members are known, an author who is none of them has left.
    .filter(({ kind, user_uuid }) => kind === 'text' && (isLarge || ids.has(user_uuid)));
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
