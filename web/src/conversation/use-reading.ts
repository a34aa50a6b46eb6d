import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { MessageGroup } from '../api/shapes.ts';
import { useChat } from '../chat/use-chat.ts';
import { answer, attend, beginReading, miss, type Reading } from './reading.ts';
import { useAttention } from './use-attention.ts';

/**
 * Follows how far one reads in a conversation, and has the API follow.
 * @param place where it was left the last time.
 * @param newest the newest message that is there.
 * @param isAtEnd whether its end is on the screen.
 */
export function useReading(
  place: Pick<MessageGroup, 'uuid' | 'read_seq' | 'unread_count'>,
  newest: number,
  isAtEnd: boolean,
): { readonly newAfter: number | undefined; readonly answered: () => void } {
  const [reading, setReading] = useState<Reading>(() => beginReading(place));
  const attending = useAttention() && isAtEnd;
  const next = newest === 0 ? reading : attending ? attend(reading, newest) : miss(reading, newest);
  if (next !== reading) setReading(next);
  useReadMark(place.uuid, place.read_seq, reading.seen);
  return { newAfter: reading.newAfter, answered: () => setReading(answer) };
}

/** Marks what was seen as read: one request at a time, and the newest place only. */
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
    // A mark that is lost is made good with the next one, or when the connection is back.
    void mark()
      .catch(() => undefined)
      .finally(() => {
        isBusy.current = false;
      });
  }, [chat, uuid, marked, seen, isLive]);
}
