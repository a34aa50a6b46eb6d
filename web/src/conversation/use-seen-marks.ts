import { useEffect } from 'react';
import type { Member, Message, MessageGroup } from '../api/shapes.ts';
import { groupKey } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import { useAttention } from './use-attention.ts';

/** How often others' read marks are asked for while somebody waits for them, in milliseconds. */
const ASK_EVERY_MS = 4_000;

/**
 * Keeps others' read marks fresh. No event tells of them, so they are asked for, but only while they can matter: the
 * newest message is one's own, somebody has not read it, and one is looking.
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
    parts.members.some(({ user_uuid, read_seq }) => user_uuid !== me.uuid && read_seq < newest.seq);
  const isAsking = useAttention() && isAwaited;
  useEffect(() => {
    if (!isAsking) return undefined;
    const timer = setInterval(() => {
      if (stream.connection.get() === 'live') void queries.invalidateQueries({ queryKey: groupKey(uuid) });
    }, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isAsking, queries, stream, uuid]);
}
