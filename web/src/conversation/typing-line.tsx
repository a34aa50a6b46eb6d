import { useSyncExternalStore } from 'react';
import type { Member } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { listOf, type Sentence } from '../ui/sentence.ts';
import { SentenceView } from '../ui/sentence-view.tsx';

/** The users who are typing. The line is always rendered, so that nothing moves when it fills. */
export function TypingLine({
  uuid,
  members,
}: {
  readonly uuid: string;
  readonly members: readonly Member[];
}) {
  const { state } = useChat().typing;
  const typists = useSyncExternalStore(state.subscribe, state.get).get(uuid) ?? [];
  const names = typists.map(
    ({ user, handle }) => members.find(({ user_uuid }) => user_uuid === user)?.display_name ?? `@${handle}`,
  );
  return (
    <p className="typing" data-typing={names.length > 0} aria-live="off">
      {names.length > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <SentenceView words={words(names)} />
        </>
      )}
    </p>
  );
}

function words(names: readonly string[]): Sentence {
  if (names.length > 3) return ['Several people are typing'];
  return [...listOf(names), names.length === 1 ? ' is typing' : ' are typing'];
}
