import type { MessageGroup, OwnSettings } from '../../../client/src/index.ts';
import { ArchiveIcon, StarIcon, UnreadIcon } from '../ui/icons.tsx';
import type { MenuChoice, MenuEntry } from '../ui/menu.tsx';
import type { SettingsActions } from './use-settings.ts';

const MUTED: readonly { readonly value: OwnSettings['muted']; readonly label: string }[] = [
  { value: 'none', label: 'Nothing' },
  { value: 'except_mentions', label: 'All but mentions' },
  { value: 'all', label: 'Everything' },
];

/** The items of a menu for the user's own settings of a conversation. */
export function settingsEntries(
  row: MessageGroup,
  { mute, favourite, archive, markUnread }: SettingsActions,
): (MenuEntry | MenuChoice)[] {
  const isUnread = row.unread_count > 0 || row.marked_unread;
  return [
    {
      label: isUnread ? 'Mark as read' : 'Mark as unread',
      icon: <UnreadIcon />,
      onSelect: () => markUnread(!isUnread),
    },
    {
      label: row.favourite ? 'Remove from favourites' : 'Add to favourites',
      icon: <StarIcon isFilled={row.favourite} />,
      onSelect: () => favourite(!row.favourite),
    },
    {
      label: row.archived ? 'Move out of the archive' : 'Archive',
      icon: <ArchiveIcon />,
      onSelect: () => archive(!row.archived),
    },
    {
      label: 'Mute',
      selected: row.muted,
      options: MUTED.map((option) => ({ ...option, onSelect: () => mute(option.value) })),
    },
  ];
}
