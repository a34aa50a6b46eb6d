import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { MessageGroup } from '../api/shapes.ts';
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
  position: Pick<MessageGroup, 'uuid' | 'read_seq' | 'unread_count'>,
  newest: number,
  isAtEnd: boolean,
): { readonly newAfter: number | undefined; readonly answered: () => void } {
  const [reading, setReading] = useState<Reading>(() => beginReading(position));
  const attending = useAttention() && isAtEnd;
  const next = newest === 0 ? reading : attending ? attend(reading, newest) : miss(reading, newest);
  if (next !== reading) setReading(next);
  useReadMark(position.uuid, position.read_seq, reading.seen);
  return { newAfter: reading.newAfter, answered: () => setReading(answer) };
}

/** Marks seen messages as read: one request at a time, for the newest position only. */
function useReadMark(uuid: string, marked: number, seen: number): void {
  const chat = useChat();
  const { connection } = chat.stream;
  const isLive = useSyncExternalStore(connection.subscribe, connection.get) === 'live';
  const wanted = useRef(marked);
  const isBusy = useRef(false);
  useEffect(() => {
    wanted.current = Math.max(seen, wanted.current);
    if (seen <= marked || isBusy.current) return;
    isBusy.current = true;
    const mark = async (): Promise<void> => {
      for (let done = marked; done < wanted.current;) {
        done = wanted.current;
        await chat.markRead(uuid, done);
      }
    };
    // A lost mark is replaced by the next one, or sent when the connection is back.
    void mark()
      .catch(() => undefined)
      .finally(() => {
        isBusy.current = false;
      });
  }, [chat, uuid, marked, seen, isLive]);
}
