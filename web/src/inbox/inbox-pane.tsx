import { type ReactNode, useEffect } from 'react';
import { useChat } from '../chat/use-chat.ts';
import { Failure } from '../ui/failure.tsx';
import { GroupIcon, SearchIcon, WriteIcon } from '../ui/icons.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { InboxRow } from './inbox-row.tsx';
import { Notice } from './notice.tsx';
import { OwnMenu } from './own-menu.tsx';
import { useInbox } from './use-inbox.ts';
import { More } from '../ui/more.tsx';

interface Props {
  readonly onNewConversation: () => void;
  readonly onNewGroup: () => void;
  readonly onPublicGroups: () => void;
  readonly onSignOut: () => void;
}

export function InboxPane({ onNewConversation, onNewGroup, onPublicGroups, onSignOut }: Props) {
  return (
    <nav className="inbox" aria-label="Conversations">
      <h1 className="for-screen-readers">Conversations</h1>
      <header className="inbox-head">
        <OwnMenu onSignOut={onSignOut} />
        <HeadButton label="Public groups" onClick={onPublicGroups}>
          <SearchIcon />
        </HeadButton>
        <HeadButton label="New group" onClick={onNewGroup}>
          <GroupIcon />
        </HeadButton>
        <HeadButton label="New conversation" onClick={onNewConversation}>
          <WriteIcon />
        </HeadButton>
      </header>
      <ConnectionNote />
      <Notice />
      <InboxList onNewConversation={onNewConversation} onPublicGroups={onPublicGroups} />
    </nav>
  );
}

function HeadButton(props: {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  const { label, onClick, children } = props;
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  );
}

function InboxList(props: Pick<Props, 'onNewConversation' | 'onPublicGroups'>) {
  const { me } = useChat();
  const { rows, error, hasMore, isLoadingMore, loadMore, retry } = useInbox();
  useUnreadTitle(rows?.reduce((sum, { unread_count }) => sum + unread_count, 0) ?? 0);
  if (!rows)
    return error ? (
      <Failure error={error} onRetry={retry} />
    ) : (
      <p className="inbox-note quiet appears-late">Loading…</p>
    );
  if (rows.length === 0) {
    return (
      <div className="inbox-note">
        <p>No conversations yet.</p>
        <button type="button" className="button" onClick={props.onNewConversation}>
          Start a conversation
        </button>
        <button type="button" className="button" onClick={props.onPublicGroups}>
          Find a public group
        </button>
      </div>
    );
  }
  return (
    <ul className="inbox-list" tabIndex={-1}>
      {rows.map((row) => (
        <InboxRow key={row.uuid} row={row} me={me} />
      ))}
      {hasMore && (
        <li className="inbox-note">
          <More label="Show older conversations" isLoading={isLoadingMore} onMore={loadMore} />
        </li>
      )}
    </ul>
  );
}

/** A message that arrives in the open conversation counts as unread until it is marked as read: the title waits, in milliseconds. */
const SETTLED_MS = 400;

function useUnreadTitle(unread: number): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      document.title = unread > 0 ? `(${unread}) Cruddur` : 'Cruddur';
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [unread]);
}
