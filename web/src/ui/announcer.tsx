import { useEffect, useState, useSyncExternalStore } from 'react';
import { useRoute } from 'wouter';
import { useChat } from '../chat/use-chat.ts';
import { systemWords } from '../conversation/system-words.ts';
import type { Message } from '../api/shapes.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { plain } from './sentence.ts';

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
      {heard &&
        heard.message_group_uuid !== params?.uuid &&
        `New message from ${isolateName(heard.display_name)}`}
      {heard && heard.message_group_uuid === params?.uuid && <Words key={heard.uuid} heard={heard} />}
    </div>
  );
}

/** As its conversation has it now: what was deleted there, or is no longer one's own to see, is not kept here. */
function Words({ heard }: { readonly heard: Message }) {
  const chat = useChat();
  const [conversation] = useState(() => chat.conversation(heard.message_group_uuid));
  const { log } = useSyncExternalStore(conversation.state.subscribe, conversation.state.get);
  const message = log.messages.get(heard.seq);
  if (!message) return null;
  if (message.kind === 'system') return plain(systemWords(message, chat.me.uuid));
  return `${isolateName(message.display_name)}: ${isolateName(message.message ?? 'Message deleted')}`;
}
