import type { Message } from '../api/shapes.ts';
import { MoreIcon } from '../ui/icons.tsx';
import type { MenuEntry } from '../ui/menu.tsx';
import { MenuButton } from '../ui/menu-button.tsx';

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
  const copy = () => void navigator.clipboard.writeText(message.message ?? '');
  return [
    // Browsers allow only secure pages to write to the clipboard.
    ...(window.isSecureContext ? [{ label: 'Copy text', onSelect: copy }] : []),
    ...(mayEdit ? [{ label: 'Edit', onSelect: () => onEdit(message) }] : []),
    ...(mayDelete ? [{ label: 'Delete…', danger: true, onSelect: () => onDelete(message) }] : []),
  ];
}
