import type { Person } from '../api/shapes.ts';
import { type InboxData, INBOX } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import { inboxRows } from '../inbox/inbox.ts';
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
    const inbox = chat.queries.getQueryData<InboxData>(INBOX);
    const rows = inbox ? inboxRows(inbox.pages.map(({ groups }) => groups)) : [];
    const row = rows.find(({ kind, handle }) => kind === 'direct' && handle === person.handle);
    onOpen(row ? `/messages/${row.uuid}` : `/messages/new/${person.handle}`);
  };
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <PeopleSearch label="To" without={[chat.me.uuid]} onPick={pick} autoFocus />
    </Dialog>
  );
}
