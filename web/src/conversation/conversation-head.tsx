import { useState } from 'react';
import { Link } from 'wouter';
import type { MessageGroup, MessageGroupView } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { memberCount } from '../groups/member-count.ts';
import { GroupAvatar } from '../ui/avatar.tsx';
import { openSearch, useSearchHandle } from '../search/search-view.ts';
import { BackIcon, GroupIcon, PinIcon, SearchIcon } from '../ui/icons.tsx';
import { Name } from '../ui/name.tsx';
import { onDemand } from '../ui/on-demand.tsx';
import { HeadMenu } from './head-menu.tsx';

const PinsDialog = onDemand(() => import('./pins-dialog.tsx'));
const MembersDialog = onDemand(() => import('../groups/members-dialog.tsx'));

/** The head of a conversation: its name, and its members. */
export function ConversationHead(props: {
  readonly group: MessageGroup;
  /** With its members, once they are loaded. */
  readonly view: MessageGroupView | undefined;
  /** Scrolls to a message. */
  readonly onJump: (seq: number) => void;
}) {
  const { group, view, onJump } = props;
  const search = useSearchHandle();
  const [showsMembers, setShowsMembers] = useState(false);
  const [showsPins, setShowsPins] = useState(false);
  const count = view?.member_count ?? group.member_count;
  const { me } = useChat();
  const others = (view?.members ?? []).filter(({ user_uuid }) => user_uuid !== me.uuid);
  const countWords = count === undefined ? '' : memberCount(count);
  return (
    <header className="conversation-head">
      <Link href="/" className="icon-button back" aria-label="Back to conversations">
        <BackIcon />
      </Link>
      <GroupAvatar of={group} people={others} />
      <span className="person-text">
        <h1 className="conversation-title">
          <Name>{group.display_name}</Name>
        </h1>
        <span className="quiet">{group.kind === 'direct' ? `@${group.handle ?? ''}` : countWords}</span>
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Search this conversation"
        title="Search this conversation"
        onClick={() => openSearch(search, group.uuid)}
      >
        <SearchIcon />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Pinned messages"
        title="Pinned messages"
        onClick={() => setShowsPins(true)}
      >
        <PinIcon />
      </button>
      {group.kind === 'group' && view && (
        <button
          type="button"
          className="icon-button"
          aria-label="Group info"
          title="Group info"
          onClick={() => setShowsMembers(true)}
        >
          <GroupIcon />
        </button>
      )}
      <HeadMenu group={group} />
      {showsPins && <PinsDialog uuid={group.uuid} onJump={onJump} onClose={() => setShowsPins(false)} />}
      {showsMembers && view && <MembersDialog view={view} onClose={() => setShowsMembers(false)} />}
    </header>
  );
}
