import type { List } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { Failure } from '../ui/failure.tsx';
import { More } from '../ui/more.tsx';
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
  if (!rows)
    return error ? (
      <Failure error={error} onRetry={retry} />
    ) : (
      <p className="inbox-note quiet appears-late">Loading…</p>
    );
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
        <p className="inbox-note quiet">Conversations that you add to your favourites are shown here.</p>
      );
    case 'archived':
      return (
        <p className="inbox-note quiet">
          Conversations that you archive are shown here, until their next message.
        </p>
      );
    case 'default':
      return (
        <div className="inbox-note">
          <p>No conversations yet.</p>
          <button type="button" className="button" onClick={onNewConversation}>
            Start a conversation
          </button>
          <button type="button" className="button" onClick={onPublicGroups}>
            Find a public group
          </button>
        </div>
      );
  }
}
