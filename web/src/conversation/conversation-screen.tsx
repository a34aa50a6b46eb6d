import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { codeOf } from '../api/api-error.ts';
import { groupKey } from '../chat/chat.ts';
import { LEFT } from '../chat/conversation.ts';
import { useChat } from '../chat/use-chat.ts';
import { ConnectionNote } from '../inbox/connection-note.tsx';
import { useInboxRow } from '../inbox/use-inbox.ts';
import { Failure } from '../ui/failure.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { ConversationHead } from './conversation-head.tsx';
import { Talk } from './talk.tsx';

/** One conversation: its messages, and where one writes. */
export function ConversationScreen({ uuid }: { readonly uuid: string }) {
  const chat = useChat();
  const [conversation] = useState(() => chat.conversation(uuid));
  const { problem } = useSyncExternalStore(conversation.state.subscribe, conversation.state.get);
  const group = useQuery({
    queryKey: groupKey(uuid),
    queryFn: () => chat.api.readGroup(uuid),
    // Who was removed does not ask again.
    enabled: problem !== 'not_found' && problem !== LEFT,
  });
  const row = useInboxRow(uuid);
  const place = row ?? group.data;
  useEffect(() => {
    chat.show(uuid);
    return () => {
      chat.show(undefined);
      conversation.leave();
    };
  }, [chat, conversation, uuid]);

  if (problem === LEFT) return <NotHere words="You are not in this conversation any more." />;
  if (problem === 'not_found' || (group.error && codeOf(group.error) === 'not_found'))
    return <NotHere words="There is no such conversation, or you are not in it." />;
  if (!place) {
    if (group.error) return <Failure error={group.error} onRetry={() => void group.refetch()} />;
    return <p className="placeholder quiet">…</p>;
  }
  return (
    <section className="conversation" aria-label={`Conversation with ${isolateName(place.display_name)}`}>
      <ConversationHead group={place} view={group.data} />
      <ConnectionNote />
      <Talk conversation={conversation} group={place} members={group.data?.members ?? []} />
    </section>
  );
}

/** A stranger sees the same as of a conversation that does not exist; who has left it while they looked knows that it does. */
function NotHere({ words }: { readonly words: string }) {
  return (
    <div className="placeholder">
      <p role="status">{words}</p>
      <Link href="/" className="button">
        To your conversations
      </Link>
    </div>
  );
}
