import { Combobox, ComboboxItem, ComboboxList, ComboboxProvider } from '@ariakit/react/combobox';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { FOUND_PEOPLE } from '../api/api.ts';
import { wordsFor } from '../api/wording.ts';
import type { Person } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Name } from '../ui/name.tsx';

/** The API searches by two characters or more. */
const MIN_PREFIX = 2;
const PREFIX = /^[a-z0-9][a-z0-9_.-]+$/;

/** The beginning of a handle as it is stored. Only A to Z are folded: toLowerCase() would turn the Kelvin sign into a k. */
const foldHandle = (typed: string) =>
  typed
    .trim()
    .replace(/^@/, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Finds users by the beginning of their handle. */
export function PeopleSearch(props: {
  readonly label: string;
  /** User ids that are not offered. */
  readonly without: readonly string[];
  readonly onPick: (person: Person) => void;
  /** Whether the field takes the focus. */
  readonly autoFocus?: boolean;
}) {
  const [typed, setTyped] = useState('');
  const prefix = useDeferredValue(foldHandle(typed));
  const isSearching = prefix.length >= MIN_PREFIX && PREFIX.test(prefix);
  const field = useRef<HTMLInputElement>(null);
  const { found, error, hasMore, loadMore } = useFoundPeople({ prefix, isSearching, without: props.without });
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
          ref={field}
          className="search"
          placeholder="Search by handle"
          autoSelect="always"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={props.autoFocus === true}
        />
      </label>
      <p className="search-note quiet" role="status">
        {error ? wordsFor(error) : noteOf({ typed, prefix, isSearching, count: found?.length, hasMore })}
      </p>
      <ComboboxList className="people" alwaysVisible aria-label="Search results">
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
      {hasMore && (
        <button
          type="button"
          className="button plain"
          onClick={() =>
            // With the last page the button is removed, and the focus returns to the field.
            void loadMore().then(({ hasNextPage }) => !hasNextPage && field.current?.focus())
          }
        >
          Show more users
        </button>
      )}
    </ComboboxProvider>
  );
}

/** Users whose handle begins with a prefix, as far as they are loaded. */
function useFoundPeople(search: {
  readonly prefix: string;
  readonly isSearching: boolean;
  readonly without: readonly string[];
}) {
  const { api } = useChat();
  const { prefix, isSearching, without } = search;
  const query = useInfiniteQuery({
    queryKey: ['people', prefix],
    queryFn: ({ pageParam, signal }) => api.findPeople(prefix, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    enabled: isSearching,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const { data, error, hasNextPage, isFetching, isPlaceholderData, fetchNextPage } = query;
  const found = isSearching
    ? data?.pages.flatMap(({ people }) => people).filter(({ uuid }) => !without.includes(uuid))
    : undefined;
  const hasMore = isSearching && hasNextPage && !isPlaceholderData;
  // A page may contain only users who are not offered: then the next page is fetched.
  const isShort = hasMore && !isFetching && found !== undefined && found.length < FOUND_PEOPLE;
  useEffect(() => {
    if (isShort) void fetchNextPage();
  }, [isShort, fetchNextPage]);
  return { found, error, hasMore, loadMore: () => fetchNextPage() };
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
  readonly hasMore: boolean;
}): string {
  if (search.typed.trim() === '') return '';
  if (!search.isSearching)
    return search.prefix.length < MIN_PREFIX ? 'Enter at least 2 characters.' : 'This is not a valid handle.';
  if (search.count === undefined || (search.count === 0 && search.hasMore)) return 'Searching…';
  if (search.count === 0) return 'No users found.';
  if (search.hasMore) return `${search.count} users found so far.`;
  return search.count === 1 ? '1 user found.' : `${search.count} users found.`;
}
