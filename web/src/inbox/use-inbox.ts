import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import type { List, MessageGroup } from '../../../client/src/index.ts';
import { listKey } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';

export interface Inbox {
  /** Absent until the first page is loaded. */
  readonly rows: readonly MessageGroup[] | undefined;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly retry: () => void;
}

/** A list of the user's conversations, newest activity first, as far as they are loaded. */
export function useInbox(list: List = 'default'): Inbox {
  const chat = useChat();
  const query = useInfiniteQuery({
    queryKey: listKey(list),
    queryFn: ({ pageParam }) => chat.listGroups(pageParam, list),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  const { data, error, hasNextPage, isFetchingNextPage } = query;
  const held = useHeldRows();
  const rows = useMemo(
    () =>
      data &&
      chat.inbox.listed(
        data.pages.map(({ groups }) => groups),
        list,
        held,
      ),
    [held, list, data, chat],
  );
  return {
    rows,
    error,
    hasMore: hasNextPage,
    isLoadingMore: isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}

/** A conversation's row, if it is loaded. */
export function useInboxRow(uuid: string): MessageGroup | undefined {
  return useHeldRows().get(uuid);
}

/** All rows that are loaded, of whatever list. */
export function useHeldRows(): ReadonlyMap<string, MessageGroup> {
  const { rows } = useChat().inbox;
  return useSyncExternalStore(rows.subscribe, rows.get);
}
