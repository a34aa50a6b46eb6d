import type { List } from '../../../client/src/index.ts';
import { LISTS } from '../../../client/src/parts.ts';

const NAMES: Readonly<Record<List, string>> = {
  default: 'All',
  favourites: 'Favourites',
  archived: 'Archived',
};

/** Selects which conversations the list shows. */
export function ListTabs(props: { readonly selected: List; readonly onSelect: (list: List) => void }) {
  return (
    <div className="list-tabs" role="group" aria-label="Show conversations">
      {LISTS.map((list) => (
        <button
          key={list}
          type="button"
          className="list-tab"
          aria-pressed={list === props.selected}
          onClick={() => props.onSelect(list)}
        >
          {NAMES[list]}
        </button>
      ))}
    </div>
  );
}
