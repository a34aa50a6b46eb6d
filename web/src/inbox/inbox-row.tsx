import { memo } from 'react';
import { Link, useRoute } from 'wouter';
import type { MessageGroup, Person } from '../api/shapes.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Name } from '../ui/name.tsx';
import { agoTime, exactTime } from '../ui/times.ts';
import { useNow } from '../ui/use-now.ts';
import { RowPreview } from './row-preview.tsx';

interface Props {
  readonly row: MessageGroup;
  readonly me: Person;
}

/** A conversation in the list. */
export const InboxRow = memo(function InboxRow({ row, me }: Props) {
  const now = useNow();
  const [isOpen] = useRoute(`/messages/${row.uuid}`);
  const unread = row.unread_count;
  return (
    <li>
      <Link href={`/messages/${row.uuid}`} className="inbox-row" aria-current={isOpen ? 'page' : undefined}>
        <Avatar of={row} />
        <span className="inbox-text">
          <span className="inbox-line">
            <span className="inbox-name">
              <Name>{row.display_name}</Name>
            </span>
            <time className="quiet" dateTime={row.created_at} title={exactTime(row.created_at)}>
              {agoTime(row.created_at, now)}
            </time>
          </span>
          <span className="inbox-line">
            <span className="inbox-preview" data-unread={unread > 0}>
              <RowPreview row={row} me={me.uuid} isOpen={isOpen} />
            </span>
            {unread > 0 && (
              <span className="badge">
                {unread > 999 ? '999+' : unread}
                <span className="for-screen-readers"> unread</span>
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
});
