import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { foldHandle } from '../../../schema/handles.ts';
import type { Member, MessageGroupView } from '../../../client/src/index.ts';
import { foundMembersKey, membersKey } from '../chat/chat.ts';
import { searchMembers, withFound } from './member-search.ts';
import { isLarge } from './members-after.ts';
import { useChat } from '../chat/use-chat.ts';

export interface Members {
  readonly members: readonly Member[];
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
}

const ORDER = { owner: 0, admin: 1, member: 2 } as const;

/**
 * The members of a group, as far as they are loaded. A group has its first members with itself; those of a larger group are
 * fetched in pages. Each page is in order: what is on the screen does not move when another one is loaded.
 */
export function useMembers(view: MessageGroupView): Members {
  const { api } = useChat();
  const hasPages = isLarge(view);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: membersKey(view.uuid),
    queryFn: ({ pageParam }) => api.listMembers(view.uuid, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    enabled: hasPages,
  });
  const pages = hasPages && data ? data.pages.map(({ members }) => members) : [view.members];
  const members = new Map(pages.flatMap(inOrder).map((member) => [member.user_uuid, member]));
  return {
    // A member who has just joined is on the last page, and again on the page that they belong to.
    members: [...members.values()],
    error,
    hasMore: hasPages && hasNextPage,
    isLoadingMore: isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
  };
}

/** How long a search is not repeated, in milliseconds: who joins a large group is not added to what was found. */
const FRESH_MS = 10_000;

/**
 * The members whom a text finds: those who are loaded, by name or handle, and where there are more, also members whose handles
 * begin with it. While these are searched, or cannot be, the loaded ones are shown.
 */
export function useFoundMembers(
  uuid: string,
  { members, hasMore }: Members,
  typed: string,
): readonly Member[] {
  const { api } = useChat();
  const prefix = useDeferredValue(foldHandle(typed.trim().replace(/^@/, '')));
  const { data = [] } = useQuery({
    queryKey: [...foundMembersKey(uuid), prefix],
    queryFn: ({ signal }) => (prefix === undefined ? [] : api.findMembers(uuid, prefix, signal)),
    enabled: hasMore && prefix !== undefined,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
  // What an earlier text found must fit this one too. Without a text, all members are shown that are loaded.
  return searchMembers(prefix === undefined ? members : withFound(members, data), typed);
}

function inOrder(members: readonly Member[]): Member[] {
  return members.toSorted(
    (a, b) => ORDER[a.role] - ORDER[b.role] || a.display_name.localeCompare(b.display_name),
  );
}
