import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Invite } from '../../../client/src/index.ts';
import { groupKey } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';

/** A group's invitations, newest first, and what can be done with them. */
export function useInvites(uuid: string) {
  const { api, queries } = useChat();
  const queryKey = [...groupKey(uuid), 'invites'];
  const { data, error: listError } = useQuery({
    queryKey,
    queryFn: async () => (await api.listInvites(uuid)).toReversed(),
    // No event reports them.
    staleTime: 0,
  });
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  /** Runs an action, and shows the list that it leaves. */
  const attempt = async (action: () => Promise<(list: readonly Invite[]) => Invite[]>): Promise<void> => {
    setIsBusy(true);
    setError(undefined);
    try {
      const change = await action();
      queries.setQueryData<readonly Invite[]>(queryKey, (list) => change(list ?? []));
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return {
    invites: data,
    error: error ?? listError,
    isBusy,
    create: (expiresIn: number) =>
      attempt(async () => {
        const invite = await api.createInvite(uuid, expiresIn);
        return (list) => [invite, ...list];
      }),
    revoke: (code: string) =>
      attempt(async () => {
        await api.revokeInvite(uuid, code);
        return (list) => list.filter((invite) => invite.code !== code);
      }),
  };
}
