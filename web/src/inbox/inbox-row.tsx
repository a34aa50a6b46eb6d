import { memo } from 'react';
import { Link, useRoute } from 'wouter';
import { isolateName } from '../../../schema/isolate-name.ts';
import type { MessageGroup, Person } from '../../../client/src/index.ts';
import { GroupAvatar } from '../ui/avatar.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { Name } from '../ui/name.tsx';
import { agoTime, exactTime } from '../ui/times.ts';
import { useMenuPlace } from '../ui/use-menu-place.ts';
import { useNow } from '../ui/use-now.ts';
import { RowBadges, RowMarks } from './row-marks.tsx';
import { RowPreview } from './row-preview.tsx';
import { settingsEntries } from './settings-entries.tsx';
import { useSettings } from './use-settings.ts';

interface Props {
  readonly row: MessageGroup;
  readonly me: Person;
}

/** A conversation in the list. Its menu opens by its button, a right click, the context menu key, or a long press. */
export const InboxRow = memo(function InboxRow({ row, me }: Props) {
  const now = useNow();
  const [isOpen] = useRoute(`/messages/${row.uuid}`);
  const { place, handlers } = useMenuPlace();
  const isUnread = row.unread_count > 0 || row.marked_unread;
  return (
    <li className="inbox-item" data-muted={row.muted !== 'none'} data-unread={isUnread} {...handlers}>
      <Link href={`/messages/${row.uuid}`} className="inbox-row" aria-current={isOpen ? 'page' : undefined}>
        <GroupAvatar
          of={row}
          people={row.last_by_name === undefined ? [] : [{ display_name: row.last_by_name }]}
        />
        <span className="inbox-text">
          <span className="inbox-line">
            <span className="inbox-name">
              <Name>{row.display_name}</Name>
            </span>
            <RowMarks row={row} />
            <time className="quiet" dateTime={row.created_at} title={exactTime(row.created_at)}>
              {agoTime(row.created_at, now)}
            </time>
          </span>
          <span className="inbox-line">
            <span className="inbox-preview" data-unread={isUnread}>
              <RowPreview row={row} me={me.uuid} isOpen={isOpen} />
            </span>
            <RowBadges row={row} />
          </span>
        </span>
      </Link>
      <RowMenu row={row} place={place} />
    </li>
  );
});

function RowMenu({ row, place }: Pick<Props, 'row'> & Pick<ReturnType<typeof useMenuPlace>, 'place'>) {
  const actions = useSettings(row);
  return (
    <MenuButton
      label={`Settings of ${isolateName(row.display_name)}`}
      className="icon-button inbox-more"
      placement="bottom-end"
      entries={settingsEntries(row, actions)}
      place={place}
    >
      <MoreIcon />
    </MenuButton>
  );
}
