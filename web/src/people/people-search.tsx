import { Combobox, ComboboxItem, ComboboxList, ComboboxProvider } from '@ariakit/react/combobox';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { wordsFor } from '../api/wording.ts';
import type { Person } from '../api/shapes.ts';
import { useChat } from '../chat/use-chat.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Name } from '../ui/name.tsx';

/** The API finds people by two characters or more. */
const MIN_PREFIX = 2;
const PREFIX = /^[a-z0-9][a-z0-9_.-]+$/;

/** The beginning of a handle as it is stored. Only A to Z have small letters there: lower case makes the Kelvin sign a k. */
const foldHandle = (typed: string) =>
  typed
    .trim()
    .replace(/^@/, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Finds people by the beginning of their handle. */
export function PeopleSearch(props: {
  readonly label: string;
  /** User ids that are not offered. */
  readonly without: readonly string[];
  readonly onPick: (person: Person) => void;
  /** Whether one has come here to search. */
  readonly autoFocus?: boolean;
}) {
  const { api } = useChat();
  const [typed, setTyped] = useState('');
  const prefix = useDeferredValue(foldHandle(typed));
  const isSearching = prefix.length >= MIN_PREFIX && PREFIX.test(prefix);
  const { data, error } = useQuery({
    queryKey: ['people', prefix],
    queryFn: ({ signal }) => api.findPeople(prefix, signal),
    enabled: isSearching,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const found = isSearching ? data?.filter(({ uuid }) => !props.without.includes(uuid)) : undefined;
  return (
    <ComboboxProvider
      inputValue={typed}
      setInputValue={setTyped}
      open={found !== undefined && found.length > 0}
      resetValueOnHide={false}
    >
      <label className="field">
        {props.label}
        <Combobox
          className="search"
          placeholder="The beginning of a handle"
          autoSelect="always"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={props.autoFocus === true}
        />
      </label>
      <p className="search-note quiet" role="status">
        {error ? wordsFor(error) : noteOf({ typed, prefix, isSearching, count: found?.length })}
      </p>
      <ComboboxList className="people" alwaysVisible aria-label="People who were found">
        {found?.map((person) => (
          <FoundPerson
            key={person.uuid}
            person={person}
            onPick={() => {
              setTyped('');
              props.onPick(person);
            }}
          />
        ))}
      </ComboboxList>
    </ComboboxProvider>
  );
}

function FoundPerson({ person, onPick }: { readonly person: Person; readonly onPick: () => void }) {
  return (
    <ComboboxItem
      className="person"
      focusOnHover
      setValueOnClick={false}
      hideOnClick={false}
      onClick={onPick}
    >
      <Avatar of={person} />
      <span className="person-text">
        <Name>{person.display_name}</Name>
        <span className="quiet">@{person.handle}</span>
      </span>
    </ComboboxItem>
  );
}

function noteOf(search: {
  readonly typed: string;
  readonly prefix: string;
  readonly isSearching: boolean;
  readonly count: number | undefined;
}): string {
  if (search.typed.trim() === '') return '';
  if (!search.isSearching)
    return search.prefix.length < MIN_PREFIX ? 'One more character …' : 'No handle looks like this.';
  if (search.count === undefined) return '…';
  if (search.count === 0) return 'Nobody’s handle begins like this.';
  return search.count === 1 ? '1 person' : `${search.count} people`;
}
