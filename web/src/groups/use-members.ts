import { useInfiniteQuery } from '@tanstack/react-query';
import type { Member, MessageGroupView } from '../../../client/src/index.ts';
import { membersKey } from '../chat/chat.ts';
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

function inOrder(members: readonly Member[]): Member[] {
  return members.toSorted(
    (a, b) => ORDER[a.role] - ORDER[b.role] || a.display_name.localeCompare(b.display_name),
  );
}
