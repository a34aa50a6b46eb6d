import { useMemo } from 'react';
import type { Conversation, Member, MessageGroup } from '../../../../client/src/index.ts';
import { useChat } from '../../chat/use-chat.ts';
import { mayMentionAll } from '../../groups/permissions.ts';
import type { CompletionSource } from './use-completion.ts';

/** Completes `@` to the handles of members, and to `@all`. @returns a stable value. */
export function useMentionSource(parts: {
  readonly conversation: Conversation;
  readonly group: MessageGroup;
  /** The first members of the group. */
  readonly members: readonly Member[];
}): CompletionSource {
  const { conversation, group, members } = parts;
  const chat = useChat();
  const { kind, member_count: count = members.length } = group;
  return useMemo(() => {
    const { api } = chat;
    const me = chat.me.uuid;
    const role = members.find(({ user_uuid }) => user_uuid === me)?.role;
    const hasAll = kind === 'group' && mayMentionAll(role, count);
    return {
      ...{ trigger: '@', pattern: /^[\p{L}\p{N}_.-]{0,30}$/u, name: 'Members' },
      find: async (query: string) => {
        const { suggestMentions } = await import('./mention-suggestions.tsx');
        const { uuid, log } = conversation;
        const findMembers = (prefix: string, signal: AbortSignal) => api.findMembers(uuid, prefix, signal);
        const isLarge = count > members.length;
        return suggestMentions({ query, members, isLarge, log, me, findMembers, hasAll });
      },
    };
  }, [chat, conversation, kind, count, members]);
}
