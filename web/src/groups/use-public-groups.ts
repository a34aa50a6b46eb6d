import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect } from 'react';
import { FOUND_GROUPS } from '../api/api.ts';
import type { PublicGroup } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';

export interface FoundGroups {
  /** Absent until the first page is loaded. */
  readonly found: readonly PublicGroup[] | undefined;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
}

/** How long a search is not repeated, in milliseconds: groups come and go without an event. */
const FRESH_MS = 10_000;

/** Public groups whose name begins with a text, as far as they are loaded. */
export function usePublicGroups(typed: string): FoundGroups {
  const { api } = useChat();
  const prefix = useDeferredValue(typed.trim());
  const { data, error, hasNextPage, isFetching, isFetchingNextPage, isPlaceholderData, fetchNextPage } =
    useInfiniteQuery({
      queryKey: ['public-groups', prefix],
      queryFn: ({ pageParam, signal }) => api.findPublicGroups(prefix, pageParam, signal),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
      staleTime: FRESH_MS,
    });
  const found = data?.pages.flatMap(({ groups }) => groups);
  const hasMore = hasNextPage && !isPlaceholderData;
  // A page may have fewer groups than were asked for, or none.
  const isShort = hasMore && !isFetching && found !== undefined && found.length < FOUND_GROUPS;
  useEffect(() => {
    if (isShort && !error) void fetchNextPage();
  }, [isShort, error, fetchNextPage]);
  return {
    found,
    error,
    hasMore,
    isLoadingMore: isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
  };
}
