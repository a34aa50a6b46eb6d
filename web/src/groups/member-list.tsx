import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useState } from 'react';
import type { Member, MessageGroupView } from '../../../client/src/index.ts';
import { More } from '../ui/more.tsx';
import { searchNote } from './member-search.ts';
import { type Members, useFoundMembers } from './use-members.ts';

/** Groups of more members can be searched. */
const FEW_MEMBERS = 10;
/** Height of a member, in pixels, until it is rendered and measured. */
const ROW_HEIGHT = 52;
/** The list takes this much where there is no place for more, in pixels; then the dialog scrolls. */
const LEAST_HEIGHT = 220;
/** Rows that are rendered beyond the visible ones. */
const OVERSCAN = 6;

interface Props {
  readonly view: MessageGroupView;
  readonly members: Members;
  /** What is shown of a member. */
  readonly children: (member: Member) => ReactNode;
}

/** The members of a group, as far as they are loaded. Only those near the visible ones are rendered. */
export function MemberList(props: Props) {
  const { view, members } = props;
  const [typed, setTyped] = useState('');
  const found = useFoundMembers(view.uuid, members, typed);
  const all = view.member_count ?? 0;
  return (
    <>
      {all > FEW_MEMBERS && (
        <label className="field">
          Search members
          <input
            type="search"
            dir="auto"
            autoComplete="off"
            placeholder="Name or handle"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      )}
      <p className="members-note quiet" role="status">
        {searchNote({
          typed,
          found: found.length,
          loaded: members.members.length,
          all,
          hasMore: members.hasMore,
        })}
      </p>
      <Rows {...props} found={found} />
    </>
  );
}

function Rows(props: Props & { readonly found: readonly Member[] }) {
  const { found, members } = props;
  const [viewport, setViewport] = useState<HTMLElement | null>(null);
  const virtualizer = useVirtualizer({
    count: found.length,
    getScrollElement: () => viewport,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => found[index]?.user_uuid ?? index,
    overscan: OVERSCAN,
  });
  return (
    <div
      ref={setViewport}
      className="members"
      // Otherwise nothing of it remains where the parts above it take the whole dialog.
      style={{ minHeight: Math.min(virtualizer.getTotalSize(), LEAST_HEIGHT) }}
    >
      <ul
        className="members-rows"
        aria-label="Members"
        tabIndex={-1}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const member = found[index];
          return (
            member && (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="member"
                // Only some are rendered.
                aria-setsize={members.hasMore ? -1 : found.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start}px)` }}
              >
                {props.children(member)}
              </li>
            )
          );
        })}
      </ul>
      {members.hasMore && (
        <More label="Show more members" isLoading={members.isLoadingMore} onMore={members.loadMore} />
      )}
    </div>
  );
}
