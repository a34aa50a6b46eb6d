import { createContext, use } from 'react';
import { Subject } from '../../../client/src/index.ts';
import type { MessageSearch } from './message-search.ts';

/** A search, from when it is opened until it is closed. A jump to a message hides it: the user comes back to its results. */
export interface SearchView {
  /** The conversation that is searched; undefined: all of them. */
  readonly uuid: string | undefined;
  readonly isShown: boolean;
  /** Absent until the user has searched. */
  readonly begun?: BegunSearch;
  /** The id of the message that the user jumped to last. */
  readonly openedId?: string;
}

/** A search for some words. */
export interface BegunSearch {
  readonly typed: string;
  readonly words: readonly string[];
  readonly search: MessageSearch;
}

/** The search that is open. */
export type SearchHandle = Subject<SearchView | undefined>;

export const createSearchHandle = (): SearchHandle => new Subject<SearchView | undefined>(undefined);

export const SearchContext = createContext<SearchHandle>(createSearchHandle());

export function useSearchHandle(): SearchHandle {
  return use(SearchContext);
}

/** Opens a search in a conversation, or in all. The one that was open there is shown again. */
export function openSearch(handle: SearchHandle, uuid?: string): void {
  const view = handle.get();
  if (view?.uuid === uuid && view) handle.set({ ...view, isShown: true });
  else {
    closeSearch(handle);
    handle.set({ uuid, isShown: true });
  }
}

export function closeSearch(handle: SearchHandle): void {
  handle.get()?.begun?.search.stop();
  handle.set(undefined);
}
