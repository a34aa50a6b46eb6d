import { foldCase, HANDLE_PATTERN } from '../../../../schema/handles.ts';
import { ALL } from '../../../../schema/mentions.ts';
import type { Api } from '../../api/api.ts';
import type { Member } from '../../api/shapes.ts';
import type { Log } from '../../chat/log.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { GroupIcon } from '../../ui/icons.tsx';
import { type Mentionable, mentionable } from './mentionable.ts';
import type { Suggestion } from './suggestion.ts';

/** The list is no longer than this: a longer word makes it shorter. */
const MAX_SUGGESTIONS = 8;
const FIND_TIMEOUT_MS = 3_000;

/** Where to look for users who can be mentioned. */
export interface MentionSearch {
  readonly api: Pick<Api, 'findPeople'>;
  /** The user's own id. */
  readonly me: string;
  /** The first members of the group. */
  readonly members: readonly Member[];
  /** Whether there are more. */
  readonly isLarge: boolean;
  /** Whether the user may mention all members. */
  readonly hasAll: boolean;
  readonly log: Log;
}

/** Returns whom the beginning of a word after `@` can mention. */
export async function suggestMentions(search: MentionSearch, query: string): Promise<readonly Suggestion[]> {
  const { me, isLarge, hasAll } = search;
  const found = mentionable({ ...search, query });
  const more = isLarge && found.length < MAX_SUGGESTIONS ? await findPeople(search, query) : [];
  const known = new Set([me, ...found.map(({ user_uuid }) => user_uuid)]);
  const people = [...found, ...more.filter(({ user_uuid }) => !known.has(user_uuid))];
  const suggestions = people.map(suggestionOf);
  if (!hasAll || !ALL.startsWith(foldCase(query))) return suggestions.slice(0, MAX_SUGGESTIONS);
  // The first suggestion is accepted most easily: all members are only that where the user wrote so.
  const others = suggestions.slice(0, MAX_SUGGESTIONS - 1);
  return query === '' ? [...others, EVERYBODY] : [EVERYBODY, ...others];
}

/** Finds users by their handles. Not all are members: the API decides who is mentioned. Without a response, none are found. */
async function findPeople({ api }: MentionSearch, query: string): Promise<readonly Mentionable[]> {
  const prefix = foldCase(query);
  if (!HANDLE_PATTERN.test(prefix)) return [];
  try {
    const { people } = await api.findPeople(prefix, undefined, AbortSignal.timeout(FIND_TIMEOUT_MS));
    return people.map(({ uuid, handle, display_name }) => ({ user_uuid: uuid, handle, display_name }));
  } catch {
    return [];
  }
}

const EVERYBODY: Suggestion = {
  key: ALL,
  insert: `@${ALL}`,
  picture: (
    <span className="avatar hue-0">
      <GroupIcon />
    </span>
  ),
  label: 'All members',
  detail: `@${ALL}`,
};

function suggestionOf({ user_uuid, handle, display_name }: Mentionable): Suggestion {
  return {
    key: user_uuid,
    insert: `@${handle}`,
    picture: <Avatar of={{ handle, display_name }} />,
    label: display_name,
    detail: `@${handle}`,
  };
}
