import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Message, Reactor } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { Avatar } from '../ui/avatar.tsx';
import { More } from '../ui/more.tsx';
import { Name } from '../ui/name.tsx';
import type { OpenPlace } from '../ui/open-place.ts';
import { Popover } from '../ui/popover.tsx';
import { Problem } from '../ui/problem.tsx';

/** Who reacted to a message: all, or those with one emoji. */
export default function ReactorsPopover(props: {
  /** As it is now: when its reactions change, they are fetched again. */
  readonly message: Message;
  readonly place: OpenPlace;
  readonly finalFocus: () => HTMLElement | null;
  readonly onClose: () => void;
}) {
  const { message, place, finalFocus, onClose } = props;
  const { api, me } = useChat();
  const { message_group_uuid: uuid, seq, reactions = [] } = message;
  const [chosen, setChosen] = useState<string>();
  const pages = useInfiniteQuery({
    queryKey: ['reactors', uuid, seq, reactions.map(({ emoji, count }) => `${emoji}${count}`)],
    queryFn: ({ pageParam }) => api.listReactors(uuid, seq, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (before) => before,
    gcTime: 0,
  });
  const all = pages.data?.pages.flatMap(({ reactors }) => reactors) ?? [];
  const emoji = reactions.some((reaction) => reaction.emoji === chosen) ? chosen : undefined;
  const shown = emoji === undefined ? all : all.filter((reactor) => reactor.emoji === emoji);
  return (
    <Popover className="reactors" label="Reactions" place={place} finalFocus={finalFocus} onClose={onClose}>
      <div className="reactors-filter" role="group" aria-label="Show">
        {[undefined, ...reactions.map((reaction) => reaction.emoji)].map((option) => (
          <button
            key={option ?? 'all'}
            type="button"
            className="reaction"
            aria-pressed={option === emoji}
            onClick={() => setChosen(option)}
          >
            {option ?? 'All'}
          </button>
        ))}
      </div>
      <Problem error={pages.error} />
      {pages.isPending && <p className="quiet">Loading…</p>}
      <ul className="reactors-list" aria-label="People who reacted" tabIndex={0}>
        {shown.map((reactor) => (
          <ReactorItem
            key={`${reactor.emoji} ${reactor.user_uuid}`}
            reactor={reactor}
            isMe={reactor.user_uuid === me.uuid}
          />
        ))}
        {pages.hasNextPage && (
          <li>
            <More
              label="Show more"
              isLoading={pages.isFetchingNextPage}
              onMore={() => void pages.fetchNextPage()}
            />
          </li>
        )}
      </ul>
    </Popover>
  );
}

function ReactorItem({ reactor, isMe }: { readonly reactor: Reactor; readonly isMe: boolean }) {
  return (
    <li className="reactor">
      <Avatar of={reactor} />
      <span className="person-text">
        <Name>{reactor.display_name}</Name>
        <span className="quiet">{isMe ? 'You' : `@${reactor.handle}`}</span>
      </span>
      <span className="reactor-emoji">{reactor.emoji}</span>
    </li>
  );
}
