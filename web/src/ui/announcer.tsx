import { useEffect, useState } from 'react';
import { useRoute } from 'wouter';
import { useChat } from '../chat/use-chat.ts';
import { systemWords } from '../conversation/system-words.ts';
import type { Message } from '../api/shapes.ts';

/** Tells who cannot see the screen of messages that come: those of the open conversation word for word. */
export function Announcer() {
  const chat = useChat();
  const [, params] = useRoute('/messages/:uuid');
  const [heard, setHeard] = useState<Message>();
  useEffect(
    () =>
      chat.onMessage((message) => {
        if (message.user_uuid !== chat.me.uuid) setHeard(message);
      }),
    [chat],
  );
  return (
    <div className="for-screen-readers" role="status" aria-live="polite">
      {heard && wordsOf(heard, chat.me.uuid, heard.message_group_uuid === params?.uuid)}
    </div>
  );
}

function wordsOf(message: Message, me: string, isOpen: boolean): string {
  if (!isOpen) return `New message from ${message.display_name}`;
  if (message.kind === 'system') return systemWords(message, me);
  return `${message.display_name}: ${message.message ?? 'Message deleted'}`;
}
