import { useSyncExternalStore } from 'react';
import { useChat } from '../chat/use-chat.ts';
import { SentenceView } from '../ui/sentence-view.tsx';

/** What has just happened that is nowhere else on the screen. It is there before there is anything to say, so that it is read out. */
export function Notice() {
  const { notice } = useChat();
  const words = useSyncExternalStore(notice.subscribe, notice.get);
  return (
    <p className="notice" role="status">
      {words && <SentenceView words={words} />}
    </p>
  );
}
