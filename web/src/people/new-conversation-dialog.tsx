import type { Person } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { Dialog } from '../ui/dialog.tsx';
import { PeopleSearch } from './people-search.tsx';

interface Props {
  readonly onClose: () => void;
  readonly onOpen: (path: string) => void;
}

/** Selects a user to write to. The conversation begins with its first message. */
export default function NewConversationDialog({ onClose, onOpen }: Props) {
  const chat = useChat();
  const pick = (person: Person) => {
    const rows = [...chat.inbox.rows.get().values()];
    const row = rows.find(({ kind, handle }) => kind === 'direct' && handle === person.handle);
    onOpen(row ? `/messages/${row.uuid}` : `/messages/new/${person.handle}`);
  };
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <PeopleSearch label="To" without={[chat.me.uuid]} onPick={pick} autoFocus />
    </Dialog>
  );
}
