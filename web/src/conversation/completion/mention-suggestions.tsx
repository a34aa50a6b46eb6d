import { foldCase } from '../../../../schema/handles.ts';
import { ALL } from '../../../../schema/mentions.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { GroupIcon } from '../../ui/icons.tsx';
import { findMentionable, type Mentionable, type MentionSearch } from './mentionable.ts';
import type { Suggestion } from './suggestion.ts';

/** The list is no longer than this: a longer word makes it shorter. */
const MAX_SUGGESTIONS = 8;

/** Returns whom the beginning of a word after `@` can mention. @param hasAll whether the user may mention all members. */
export async function suggestMentions(
  search: MentionSearch & { readonly hasAll: boolean },
): Promise<readonly Suggestion[]> {
  const { hasAll, query } = search;
  const suggestions = (await findMentionable(search, MAX_SUGGESTIONS)).map(suggestionOf);
  if (!hasAll || !ALL.startsWith(foldCase(query))) return suggestions;
  // The first suggestion is accepted most easily: all members are only that where the user wrote so.
  const others = suggestions.slice(0, MAX_SUGGESTIONS - 1);
  return query === '' ? [...others, EVERYBODY] : [EVERYBODY, ...others];
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
    picture: <Avatar of={{ display_name }} />,
    label: display_name,
    detail: `@${handle}`,
  };
}
