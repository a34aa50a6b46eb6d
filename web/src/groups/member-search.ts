import type { Member } from '../../../client/src/index.ts';

/** Members of whom a text is in the display name, or in the handle. Upper and lower case make no difference. */
export function searchMembers(members: readonly Member[], typed: string): readonly Member[] {
  const text = typed.trim().replace(/^@/, '').toLocaleLowerCase();
  if (text === '') return members;
  return members.filter(
    ({ display_name, handle }) => display_name.toLocaleLowerCase().includes(text) || handle.includes(text),
  );
}

/** Loaded members, and those whom the API found, each once. */
export function withFound(loaded: readonly Member[], found: readonly Member[]): readonly Member[] {
  const ids = new Set(loaded.map(({ user_uuid }) => user_uuid));
  return [...loaded, ...found.filter(({ user_uuid }) => !ids.has(user_uuid))];
}

/** What a search says of its result. Where not all members are loaded, it finds others only by the beginning of their handles. */
export function searchNote(search: {
  readonly typed: string;
  readonly found: number;
  readonly loaded: number;
  /** Number of members; a member who came just now may not be counted. */
  readonly all: number;
  readonly hasMore: boolean;
}): string {
  const { typed, found, loaded, all, hasMore } = search;
  const number = (count: number) => count.toLocaleString('en');
  const loadedOfAll = `${number(loaded)} of ${number(Math.max(all, loaded))} members`;
  if (typed.trim() === '') return hasMore ? `Showing ${loadedOfAll}.` : '';
  if (hasMore) return `${number(found)} found in the ${loadedOfAll} that are loaded, and by handle.`;
  return found === 0 ? 'No members found.' : `${number(found)} found.`;
}
