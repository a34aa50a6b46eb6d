import { type ReactNode, useState } from 'react';
import type { List } from '../../../client/src/index.ts';
import { GroupIcon, PublicIcon, SearchIcon, WriteIcon } from '../ui/icons.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { InboxList } from './inbox-list.tsx';
import { ListTabs } from './list-tabs.tsx';
import { Notice } from './notice.tsx';
import { OwnMenu } from './own-menu.tsx';
import { useBadge } from './use-badge.ts';

interface Props {
  readonly onNewConversation: () => void;
  readonly onNewGroup: () => void;
  readonly onPublicGroups: () => void;
  readonly onSearch: () => void;
  readonly onSignOut: () => void;
}

export function InboxPane(props: Props) {
  const { onNewConversation, onNewGroup, onPublicGroups, onSearch, onSignOut } = props;
  const [list, setList] = useState<List>('default');
  useBadge();
  return (
    <nav className="inbox" aria-label="Conversations">
      <h1 className="for-screen-readers">Conversations</h1>
      <header className="inbox-head">
        <OwnMenu onSignOut={onSignOut} />
        <HeadButton label="Search messages" onClick={onSearch}>
          <SearchIcon />
        </HeadButton>
        <HeadButton label="Public groups" onClick={onPublicGroups}>
          <PublicIcon />
        </HeadButton>
        <HeadButton label="New group" onClick={onNewGroup}>
          <GroupIcon />
        </HeadButton>
        <HeadButton label="New conversation" onClick={onNewConversation}>
          <WriteIcon />
        </HeadButton>
      </header>
      <ConnectionNote />
      <ListTabs selected={list} onSelect={setList} />
      <InboxList
        key={list}
        list={list}
        onNewConversation={onNewConversation}
        onPublicGroups={onPublicGroups}
      />
      {/* Below the list: what is pressed must not move when a notice comes or goes. */}
      <Notice />
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
