import { type SubmitEvent, useState } from 'react';
import { cleanLine, isBlank } from '../../../schema/plain-text.ts';
import { requestKeys } from '../api/request-key.ts';
import type { Person } from '../api/shapes.ts';
import { useChat } from '../chat/use-chat.ts';
import { PeopleSearch } from '../people/people-search.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { CloseIcon } from '../ui/icons.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';

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
      const group = await chat.api.createGroup(asked, keyFor(JSON.stringify(asked)));
      chat.tookGroup(group);
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
        <Chosen
          people={people}
          onDrop={(uuid) => setPeople(people.filter((person) => person.uuid !== uuid))}
        />
        <PeopleSearch
          label="Add members"
          without={[chat.me.uuid, ...people.map(({ uuid }) => uuid)]}
          onPick={(person) => setPeople([...people, person])}
        />
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

function Chosen(props: { readonly people: readonly Person[]; readonly onDrop: (uuid: string) => void }) {
  if (props.people.length === 0) return null;
  return (
    <ul className="chips" aria-label="Selected members" tabIndex={-1}>
      {props.people.map(({ uuid, display_name }) => (
        <li key={uuid} className="chip">
          <Name>{display_name}</Name>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${isolateName(display_name)}`}
            onClick={() => props.onDrop(uuid)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
