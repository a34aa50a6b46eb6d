import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { useRoute } from 'wouter';
import type { Chat } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import type { Message } from '../../../client/src/index.ts';
import { mentions } from '../../../client/src/parts.ts';
import { useFoldedAuthors } from '../people/blocks.ts';
import { systemWords } from '../conversation/system-words.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { withNames } from '../conversation/rich-text/mentions.ts';
import { plain } from './sentence.ts';

/**
 * Announces new messages to screen readers: those of the open conversation with their text. It is silent about those that the user muted, and
 * about users whom they block.
 */
export function Announcer() {
  const chat = useChat();
  const [, params] = useRoute('/messages/:uuid');
  const [newest, setNewest] = useState<Message>();
  const blocked = useFoldedAuthors({ kind: 'group' });
  const isAnnounced = useEffectEvent(
    (message: Message) =>
      message.user_uuid !== chat.me.uuid &&
      !blocked.has(message.user_uuid) &&
      (message.message_group_uuid === params?.uuid || !isMuted(chat, message)),
  );
  useEffect(
    () =>
      chat.onMessage((message) => {
        if (isAnnounced(message)) setNewest(message);
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

/** Whether the user wants no notification of a message. */
function isMuted({ me, inbox }: Chat, message: Message): boolean {
  switch (inbox.rows.get().get(message.message_group_uuid)?.muted) {
    case 'all':
      return true;
    case 'except_mentions':
      return !mentions(message, me.uuid);
    case 'none':
    case undefined:
      return false;
  }
}

/** The message as its conversation has it now: not a deleted text, nor one that the user may no longer see. */
function Words({ of }: { readonly of: Message }) {
  const chat = useChat();
  const [conversation] = useState(() => chat.conversation(of.message_group_uuid));
  const { log } = useSyncExternalStore(conversation.state.subscribe, conversation.state.get);
  const message = log.messages.get(of.seq);
  if (!message) return null;
  if (message.kind === 'system') return plain(systemWords(message, chat.me.uuid));
  const { message: text, mentions } = message;
  const words = text === null ? 'Message deleted' : withNames(text, mentions, true);
  return `${isolateName(message.display_name)}: ${isolateName(words)}`;
}
