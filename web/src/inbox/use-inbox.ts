import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { MessageGroup } from '../api/shapes.ts';
import { INBOX } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import { inboxRows } from './inbox.ts';

export interface Inbox {
  /** Absent until the first page is loaded. */
  readonly rows: readonly MessageGroup[] | undefined;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly retry: () => void;
}

/** The user's conversations, newest activity first, as far as they are loaded. */
export function useInbox(): Inbox {
  const { api } = useChat();
  const query = useInfiniteQuery({
    queryKey: INBOX,
    queryFn: ({ pageParam }) => api.listGroups(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  const { data, error, hasNextPage, isFetchingNextPage } = query;
  const rows = useMemo(() => data && inboxRows(data.pages.map(({ groups }) => groups)), [data]);
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
  return useInbox().rows?.find((row) => row.uuid === uuid);
}
