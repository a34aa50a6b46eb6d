import { type SubmitEvent, useState } from 'react';
import { cleanLine, isBlank } from '../../../schema/plain-text.ts';

export function RenameForm(props: { readonly name: string; readonly onRename: (name: string) => void }) {
  const [name, setName] = useState(props.name);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    props.onRename(cleanLine(name));
  };
  return (
    <form className="inline-form" onSubmit={submit}>
      <label className="field">
        Group name
        <input
          name="name"
          dir="auto"
          autoComplete="off"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={isBlank(name) || cleanLine(name) === props.name}>
        Rename
      </button>
    </form>
  );
}
