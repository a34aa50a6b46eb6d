import { type SubmitEvent, useState } from 'react';
import type { Api } from '../api/api.ts';
import type { Person } from '../../../client/src/index.ts';
import { Problem } from '../ui/problem.tsx';

/** Asks a new user for a profile. */
export function ProfileScreen(props: {
  readonly api: Api;
  readonly onSaved: (person: Person) => void;
  readonly onSignOut: () => void;
}) {
  const [handle, setHandle] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [error, setError] = useState<unknown>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const profile = { handle: handle.trim().replace(/^@/, ''), display_name: displayName };
    props.api.saveProfile(profile).then(props.onSaved, setError);
  };
  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={submit}>
        <h1 className="brand">Welcome</h1>
        <p className="lead">Create your profile.</p>
        <label className="field">
          Display name
          <input
            name="display_name"
            dir="auto"
            autoComplete="name"
            required
            value={displayName}
            onChange={(event) => setDisplayName(event.target.value)}
          />
        </label>
        <label className="field">
          Handle
          <input
            name="handle"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={handle}
            onChange={(event) => setHandle(event.target.value)}
          />
        </label>
        <Problem error={error} />
        <button type="submit" className="button primary">
          Create profile
        </button>
        <button type="button" className="button plain" onClick={props.onSignOut}>
          Sign out
        </button>
      </form>
    </main>
  );
}
