import { useSyncExternalStore } from 'react';
import type { Member } from '../api/shapes.ts';
import { useChat } from '../chat/use-chat.ts';

/** Who is typing just now. The line is always there, so that nothing moves when they begin. */
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
          <bdi dir="auto">{words(names)}</bdi>
        </>
      )}
    </p>
  );
}

function words(names: readonly string[]): string {
  if (names.length > 3) return 'Several people are typing';
  return `${new Intl.ListFormat('en').format(names)} ${names.length === 1 ? 'is' : 'are'} typing`;
}
