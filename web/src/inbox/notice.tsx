import { useSyncExternalStore } from 'react';
import { useChat } from '../chat/use-chat.ts';
import { SentenceView } from '../ui/sentence-view.tsx';

/** What just happened and is shown nowhere else. The element exists before it has a text, so that screen readers announce the text. */
export function Notice() {
  const { notice } = useChat();
  const words = useSyncExternalStore(notice.subscribe, notice.get);
  return (
    <p className="notice" role="status">
      {words && <SentenceView words={words} />}
    </p>
  );
}
