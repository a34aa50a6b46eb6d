import { useEffect } from 'react';
import type { Member, Message, MessageGroup } from '../../../client/src/index.ts';
import { groupKey } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import { useAttention } from './use-attention.ts';

/** How often others' read marks are fetched while they are awaited, in milliseconds. */
const FETCH_EVERY_MS = 4_000;

/**
 * Keeps others' read marks up to date. No event reports them, so they are fetched, but only while they matter: the newest
 * message is the user's own, a member has not read it, and the user is looking.
 */
export function useSeenMarks(parts: {
  readonly group: Pick<MessageGroup, 'uuid'>;
  readonly members: readonly Member[];
  readonly messages: readonly Message[];
}): void {
  const { queries, me, stream } = useChat();
  const { uuid } = parts.group;
  const newest = parts.messages.at(-1);
  const isAwaited =
    newest?.user_uuid === me.uuid &&
    parts.members.some(
      ({ user_uuid, read_seq }) => user_uuid !== me.uuid && read_seq !== undefined && read_seq < newest.seq,
    );
  const isFetching = useAttention() && isAwaited;
  useEffect(() => {
    if (!isFetching) return undefined;
    const timer = setInterval(() => {
      if (stream.connection.get() === 'live')
        void queries.invalidateQueries({ queryKey: groupKey(uuid), exact: true });
    }, FETCH_EVERY_MS);
    return () => clearInterval(timer);
  }, [isFetching, queries, stream, uuid]);
}
