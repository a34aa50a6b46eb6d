import type { List } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { Failure } from '../ui/failure.tsx';
import { ArchiveIcon, StarIcon } from '../ui/icons.tsx';
import { More } from '../ui/more.tsx';
import { Empty, Skeleton } from '../ui/states.tsx';
import { InboxRow } from './inbox-row.tsx';
import { useInbox } from './use-inbox.ts';

interface Props {
  readonly list: List;
  readonly onNewConversation: () => void;
  readonly onPublicGroups: () => void;
}

/** The conversations of a list. */
export function InboxList(props: Props) {
  const { me } = useChat();
  const { rows, error, hasMore, isLoadingMore, loadMore, retry } = useInbox(props.list);
  if (!rows) return error ? <Failure error={error} onRetry={retry} /> : <Skeleton of="list" />;
  // A page may be empty where more follow: the API looks at a limited number of conversations for each.
  if (rows.length === 0 && !hasMore) return <EmptyList {...props} />;
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

function EmptyList({ list, onNewConversation, onPublicGroups }: Props) {
  switch (list) {
    case 'favourites':
      return (
        <Empty
          className="inbox-note"
          title="No favourites"
          words="Conversations that you add to your favourites are shown here."
          icon={<StarIcon />}
        />
      );
    case 'archived':
      return (
        <Empty
          className="inbox-note"
          title="Nothing archived"
          words="Conversations that you archive are shown here, until their next message."
          icon={<ArchiveIcon />}
        />
      );
    case 'default':
      return (
        <Empty
          className="inbox-note inbox-first"
          title="No conversations yet."
          words="Write to someone you know, or join a group that is open to all."
        >
          <button type="button" className="button primary" onClick={onNewConversation}>
            Start a conversation
          </button>
          <button type="button" className="button" onClick={onPublicGroups}>
            Find a public group
          </button>
        </Empty>
      );
  }
}
