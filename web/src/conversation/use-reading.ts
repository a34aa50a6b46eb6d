import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { MessageGroup } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { answer, attend, beginReading, miss, type Reading } from './reading.ts';
import { useAttention } from './use-attention.ts';

/**
 * Tracks how far the user has read in a conversation, and marks it as read at the API.
 * @param position the read position when the conversation was opened.
 * @param newest the seq of the newest loaded message.
 * @param isAtEnd whether the end of the conversation is on the screen.
 */
export function useReading(
  position: Pick<MessageGroup, 'uuid' | 'read_seq' | 'unread_count' | 'marked_unread'>,
  newest: number,
  isAtEnd: boolean,
): { readonly newAfter: number | undefined; readonly answered: () => void } {
  const [reading, setReading] = useState<Reading>(() => beginReading(position));
  // Of a conversation that was marked as unread, opening it ends that: also where nothing in it is new.
  const [wasMarked] = useState(position.marked_unread);
  const attending = useAttention() && isAtEnd;
  const next = newest === 0 ? reading : attending ? attend(reading, newest) : miss(reading, newest);
  if (next !== reading) setReading(next);
  useReadMark({
    uuid: position.uuid,
    marked: position.read_seq,
    seen: reading.seen,
    isForced: wasMarked && attending && newest > 0,
  });
  return { newAfter: reading.newAfter, answered: () => setReading(answer) };
}

/**
 * Marks seen messages as read: one request at a time, for the newest position only.
 * @param parts isForced: once also where the mark does not move.
 */
function useReadMark(parts: {
  readonly uuid: string;
  readonly marked: number;
  readonly seen: number;
  readonly isForced: boolean;
}): void {
  const { uuid, marked, seen, isForced } = parts;
  const chat = useChat();
  const { connection } = chat.stream;
  const isLive = useSyncExternalStore(connection.subscribe, connection.get) === 'live';
  const wanted = useRef(marked);
  const isBusy = useRef(false);
  const wasForced = useRef(false);
  useEffect(() => {
    wanted.current = Math.max(seen, wanted.current);
    const forces = isForced && !wasForced.current;
    if ((seen <= marked && !forces) || isBusy.current) return;
    isBusy.current = true;
    const mark = async (): Promise<void> => {
      for (let done = forces ? -1 : marked; done < wanted.current;) {
        done = wanted.current;
        await chat.markRead(uuid, done);
        wasForced.current = true;
      }
    };
    // A lost mark is replaced by the next one, or sent when the connection is back.
    void mark()
      .catch(() => undefined)
      .finally(() => {
        isBusy.current = false;
      });
  }, [chat, uuid, marked, seen, isForced, isLive]);
}
