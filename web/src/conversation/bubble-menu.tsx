import type { Message } from '../api/shapes.ts';
import { MoreIcon } from '../ui/icons.tsx';
import type { MenuEntry } from '../ui/menu.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { addressOf } from './use-target.ts';

export interface BubbleMenuProps {
  readonly message: Message;
  readonly own: boolean;
  readonly mayEdit: boolean;
  readonly mayDelete: boolean;
  readonly onEdit: (message: Message) => void;
  readonly onDelete: (message: Message) => void;
}

/** The actions on a message. */
export function BubbleMenu(props: BubbleMenuProps) {
  const entries = entriesFor(props);
  if (entries.length === 0) return null;
  return (
    <MenuButton
      label="Message actions"
      className="icon-button bubble-more"
      placement={props.own ? 'bottom-end' : 'bottom-start'}
      entries={entries}
    >
      <MoreIcon />
    </MenuButton>
  );
}

function entriesFor({ message, mayEdit, mayDelete, onEdit, onDelete }: BubbleMenuProps): MenuEntry[] {
  const copy = (text: string) => () => void navigator.clipboard.writeText(text);
  return [
    // Browsers allow only secure pages to write to the clipboard.
    ...(window.isSecureContext
      ? [
          { label: 'Copy text', onSelect: copy(message.message ?? '') },
          { label: 'Copy link', onSelect: copy(addressOf(message.message_group_uuid, message.seq)) },
        ]
      : []),
    ...(mayEdit ? [{ label: 'Edit', onSelect: () => onEdit(message) }] : []),
    ...(mayDelete ? [{ label: 'Delete…', danger: true, onSelect: () => onDelete(message) }] : []),
  ];
}
