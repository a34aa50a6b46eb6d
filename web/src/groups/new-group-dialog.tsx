import { type SubmitEvent, useState } from 'react';
import { cleanLine, isBlank } from '../../../schema/plain-text.ts';
import type { Person } from '../../../client/src/index.ts';
import { requestKeys } from '../../../client/src/parts.ts';
import { useChat } from '../chat/use-chat.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { PeoplePicker } from './people-picker.tsx';

interface Props {
  readonly onClose: () => void;
  readonly onOpen: (path: string) => void;
}

export default function NewGroupDialog({ onClose, onOpen }: Props) {
  const chat = useChat();
  const [name, setName] = useState('');
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [keyFor] = useState(requestKeys);

  const create = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const asked = { name: cleanLine(name), handles: people.map(({ handle }) => handle) };
      const requestedAt = chat.inbox.moment();
      const group = await chat.api.createGroup(asked, keyFor(JSON.stringify(asked)));
      chat.tookGroup(group, requestedAt);
      onOpen(`/messages/${group.uuid}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog title="New group" onClose={onClose}>
      <form className="dialog-form" onSubmit={(event) => void create(event)}>
        <label className="field">
          Group name
          <input
            name="name"
            dir="auto"
            autoComplete="off"
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <PeoplePicker label="Add members" without={[chat.me.uuid]} people={people} onChange={setPeople} />
        <Problem error={error} />
        <div className="dialog-actions">
          <button
            type="submit"
            className="button primary"
            disabled={busy || isBlank(name) || people.length === 0}
          >
            Create group
          </button>
        </div>
      </form>
    </Dialog>
  );
}
