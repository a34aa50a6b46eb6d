import { useEffect, useState, useSyncExternalStore } from 'react';
import { useRoute } from 'wouter';
import { useChat } from '../chat/use-chat.ts';
import { systemWords } from '../conversation/system-words.ts';
import type { Message } from '../api/shapes.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { plain } from './sentence.ts';

/** Announces new messages to screen readers: those of the open conversation with their text. */
export function Announcer() {
  const chat = useChat();
  const [, params] = useRoute('/messages/:uuid');
  const [newest, setNewest] = useState<Message>();
  useEffect(
    () =>
      chat.onMessage((message) => {
        if (message.user_uuid !== chat.me.uuid) setNewest(message);
      }),
    [chat],
  );
  return (
    <div className="for-screen-readers" role="status" aria-live="polite">
      {newest &&
        newest.message_group_uuid !== params?.uuid &&
        `New message from ${isolateName(newest.display_name)}`}
      {newest && newest.message_group_uuid === params?.uuid && <Words key={newest.uuid} of={newest} />}
    </div>
  );
}

/** The message as its conversation has it now: not a deleted text, nor one that the user may no longer see. */
function Words({ of }: { readonly of: Message }) {
  const chat = useChat();
  const [conversation] = useState(() => chat.conversation(of.message_group_uuid));
  const { log } = useSyncExternalStore(conversation.state.subscribe, conversation.state.get);
  const message = log.messages.get(of.seq);
  if (!message) return null;
  if (message.kind === 'system') return plain(systemWords(message, chat.me.uuid));
  return `${isolateName(message.display_name)}: ${isolateName(message.message ?? 'Message deleted')}`;
}
