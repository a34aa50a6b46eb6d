import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { codeOf, LEFT } from '../../../client/src/index.ts';
import { groupKey } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import { ConnectionNote } from '../inbox/connection-note.tsx';
import { Notice } from '../inbox/notice.tsx';
import { useInboxRow } from '../inbox/use-inbox.ts';
import { useFoldedAuthors } from '../people/blocks.ts';
import { FoldedAuthors } from '../people/folded.tsx';
import { Failure } from '../ui/failure.tsx';
import { Skeleton } from '../ui/states.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { BackToResults } from '../search/open-search.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { EmptyStage } from './empty-stage.tsx';
import { Talk } from './talk.tsx';
import { useTarget } from './use-target.ts';

/** One conversation: its messages, and the field for a new one. */
export function ConversationScreen({ uuid }: { readonly uuid: string }) {
  const chat = useChat();
  const [conversation] = useState(() => chat.conversation(uuid));
  const { problem } = useSyncExternalStore(conversation.state.subscribe, conversation.state.get);
  const group = useQuery({
    queryKey: groupKey(uuid),
    queryFn: () => chat.api.readGroup(uuid),
    // After the user left or was removed, it is not fetched again.
    enabled: problem !== 'not_found' && problem !== LEFT,
  });
  const row = useInboxRow(uuid);
  const place = row ?? group.data;
  const folded = useFoldedAuthors(place ?? { kind: 'direct' });
  const { target, jumpTo } = useTarget();
  useEffect(() => {
    chat.show(uuid);
    return () => {
      chat.show(undefined);
      conversation.leave();
    };
  }, [chat, conversation, uuid]);

  if (problem === LEFT) return <EmptyStage reason="You are no longer a member of this conversation." />;
  // The same for a conversation of other users as for one that does not exist.
  if (problem === 'not_found' || (group.error && codeOf(group.error) === 'not_found'))
    return <EmptyStage reason="Conversation not found" />;
  if (!place) {
    if (group.error) return <Failure error={group.error} onRetry={() => void group.refetch()} />;
    return <Skeleton of="messages" />;
  }
  return (
    <FoldedAuthors value={folded}>
      <section className="conversation" aria-label={`Conversation with ${isolateName(place.display_name)}`}>
        <ConversationHead group={place} view={group.data} onJump={jumpTo} />
        <BackToResults />
        <ConnectionNote />
        <Notice />
        <Talk
          conversation={conversation}
          group={place}
          members={group.data?.members ?? []}
          target={target}
          onJump={jumpTo}
        />
      </section>
    </FoldedAuthors>
  );
}
