import { isolateName } from '../../../schema/isolate-name.ts';
import type { Person } from '../../../client/src/index.ts';
import { PeopleSearch } from '../people/people-search.tsx';
import { CloseIcon } from '../ui/icons.tsx';
import { Name } from '../ui/name.tsx';

/** The API takes no more people in one request. */
const MAX_PEOPLE = 90;

/** Selects people to add to a group. */
export function PeoplePicker(props: {
  readonly label: string;
  /** User ids that are not offered. */
  readonly without: readonly string[];
  readonly people: readonly Person[];
  readonly onChange: (people: readonly Person[]) => void;
}) {
  const { people, onChange } = props;
  return (
    <>
      <Selected
        people={people}
        onDrop={(uuid) => onChange(people.filter((person) => person.uuid !== uuid))}
      />
      {people.length < MAX_PEOPLE ? (
        <PeopleSearch
          label={props.label}
          without={[...props.without, ...people.map(({ uuid }) => uuid)]}
          onPick={(person) => onChange([...people, person])}
        />
      ) : (
        <p className="quiet" role="status">
          You can add up to {MAX_PEOPLE} people at once.
        </p>
      )}
    </>
  );
}

function Selected(props: { readonly people: readonly Person[]; readonly onDrop: (uuid: string) => void }) {
  if (props.people.length === 0) return null;
  return (
    <ul className="chips" aria-label="Selected members" tabIndex={-1}>
      {props.people.map(({ uuid, display_name }) => (
        <li key={uuid} className="chip">
          <Name>{display_name}</Name>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${isolateName(display_name)}`}
            onClick={() => props.onDrop(uuid)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
