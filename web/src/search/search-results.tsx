import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useSyncExternalStore } from 'react';
import type { FoundMessage, MessageGroup } from '../../../client/src/index.ts';
import { groupKey } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import { useInboxRow } from '../inbox/use-inbox.ts';
import { useFoldedAuthors } from '../people/blocks.ts';
import { More } from '../ui/more.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { moveFocus, stepOf } from '../ui/roving-focus.ts';
import { exactTime } from '../ui/times.ts';
import { excerptOf } from './excerpt.ts';
import type { MessageSearch } from './message-search.ts';
import { progressWords } from './progress-words.ts';

/** Results from which on the list is long enough to be scrolled, so that scrolling to its end searches further. */
const SCROLLED = 10;

interface Props {
  readonly words: readonly string[];
  /** Whether each result names its conversation. */
  readonly showsConversation: boolean;
  /** The result that takes the focus. */
  readonly openedId: string | undefined;
  readonly onJump: (message: FoundMessage) => void;
}

/** What a search has found so far, and how far it has come. */
export function SearchResults({ search, ...props }: Props & { readonly search: MessageSearch }) {
  const state = useSyncExternalStore(search.state.subscribe, search.state.get);
  const { found, isSearching, isDone, error } = state;
  const goOn = () => void search.goOn();
  return (
    <>
      <p className="search-note quiet" role="status">
        {progressWords(state)}
      </p>
      <ul className="search-results" aria-label="Messages found" onKeyDown={moveAlong}>
        {found.map((message) => (
          <Result key={message.uuid} message={message} {...props} />
        ))}
      </ul>
      <Problem error={error} />
      {!isDone &&
        (found.length >= SCROLLED && error === undefined ? (
          <More label="Search further" isLoading={isSearching} onMore={goOn} />
        ) : (
          <button type="button" className="button plain" aria-disabled={isSearching} onClick={goOn}>
            {isSearching ? 'Searching…' : 'Search further'}
          </button>
        ))}
    </>
  );
}

/** Arrow keys go from result to result. */
function moveAlong(event: KeyboardEvent<HTMLElement>): void {
  const step = stepOf(event.key, 'column');
  const results = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  if (step !== undefined && moveFocus(results, step, 'column')) event.preventDefault();
}

function Result({ message, ...props }: Props & { readonly message: FoundMessage }) {
  const { uuid, message_group_uuid: groupId, display_name, created_at, user_uuid } = message;
  const { me } = useChat();
  const group = useGroup(groupId);
  const isFolded = useFoldedAuthors(group ?? UNKNOWN).has(user_uuid);
  return (
    <li>
      <button
        type="button"
        className="search-result"
        data-autofocus={uuid === props.openedId}
        onClick={() => props.onJump(message)}
      >
        <span className="search-result-head">
          <span>
            <Name>{display_name}</Name>
            {props.showsConversation && group && (group.kind === 'group' || user_uuid === me.uuid) && (
              <>
                {group.kind === 'group' ? ' in ' : ' to '}
                <Name>{group.display_name}</Name>
              </>
            )}
          </span>
          <time className="quiet" dateTime={created_at}>
            {exactTime(created_at)}
          </time>
        </span>
        {isFolded ? (
          <span className="quiet">Message of a blocked user</span>
        ) : (
          <span className="search-result-text" dir="auto">
            {excerptOf(message.message, props.words).map(({ text, isMatch }, place) =>
              isMatch ? <mark key={place}>{text}</mark> : text,
            )}
          </span>
        )}
      </button>
    </li>
  );
}

/** Of a conversation that is not known yet: what a blocked user wrote stays folded until it is. */
const UNKNOWN = { kind: 'group' } as const;

/** A conversation of the list, or one that was fetched. */
function useGroup(uuid: string): MessageGroup | undefined {
  const { api } = useChat();
  const row = useInboxRow(uuid);
  const group = useQuery({
    queryKey: groupKey(uuid),
    queryFn: () => api.readGroup(uuid),
    enabled: row === undefined,
  });
  return row ?? group.data;
}
