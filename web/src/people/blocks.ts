import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type BlockedUser, isGone, type MessageGroup, type Person } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';

/** The key of the query for all users whom the user blocks. */
const BLOCKS = ['blocks'] as const;
/** How old the list may be when the window gets the focus, in milliseconds: no event reports a block on another device. */
const FRESH_MS = 30_000;

export interface Blocks {
  /** Absent until they are loaded. */
  readonly blocked: readonly BlockedUser[] | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

/** The users whom the user blocks. */
export function useBlocks(): Blocks {
  const { api } = useChat();
  const { data, error, refetch } = useQuery({
    queryKey: BLOCKS,
    queryFn: () => api.listBlocks(),
    staleTime: FRESH_MS,
    refetchOnWindowFocus: true,
  });
  return { blocked: data, error, retry: () => void refetch() };
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Ids of the users whose messages are folded in a conversation: those whom the user blocks, in a group. Empty until they are loaded.
 */
export function useFoldedAuthors({ kind }: Pick<MessageGroup, 'kind'>): ReadonlySet<string> {
  const { blocked } = useBlocks();
  return useMemo(
    () => (blocked && kind === 'group' ? new Set(blocked.map(({ uuid }) => uuid)) : NOBODY),
    [blocked, kind],
  );
}

/** Whether the user blocks the other user of a direct conversation. All deleted users have the same handle. */
export function useIsBlocked(handle: string | null): boolean {
  const { blocked } = useBlocks();
  if (handle === null || isGone({ handle })) return false;
  return blocked?.some((user) => user.handle === handle) === true;
}

/** Blocks and unblocks users. @throws ApiError */
export function useBlocking() {
  const { api } = useChat();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: BLOCKS });
  return {
    block: async ({ handle }: Pick<Person, 'handle'>): Promise<void> => {
      await api.block(handle);
      await refresh();
    },
    unblock: async ({ handle }: Pick<Person, 'handle'>): Promise<void> => {
      await api.unblock(handle);
      queries.setQueryData<readonly BlockedUser[]>(BLOCKS, (blocked) =>
        blocked?.filter((user) => user.handle !== handle),
      );
      await refresh();
    },
    /** A request was rejected that shows that the list is outdated. */
    refresh,
  };
}
