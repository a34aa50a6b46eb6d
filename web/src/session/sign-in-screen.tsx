import { type SubmitEvent, useEffect, useState } from 'react';
import { isBlank } from '../../../schema/plain-text.ts';
import { ApiError, codeOf, type Person } from '../../../client/src/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { NewTabIcon } from '../ui/icons.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { AS, fetchPeople, requestToken } from './development.ts';
import type { Sessions } from './sessions.ts';
import type { Settings } from './settings.ts';
import { type SignInProblem, wordsForProblem } from './sign-in-problem.ts';

interface Props {
  readonly settings: Settings;
  readonly sessions: Sessions;
  /** Why no user is signed in. */
  readonly problem: SignInProblem | undefined;
}

/** Signs in at the issuer's page, or in a local run as any user. */
export function SignInScreen({ settings, sessions, problem }: Props) {
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1 className="brand">
          <img src="/icon.svg" alt="" width="36" height="36" /> Cruddur
        </h1>
        {problem && <p role="status">{wordsForProblem(problem)}</p>}
        {settings.oidc && (
          <button type="button" className="button primary" onClick={() => void sessions.leaveForIssuer()}>
            Sign in
          </button>
        )}
        {settings.demo === true && (
          // A side of the demo shows this screen when its user signs out.
          <a className="button primary" href="/demo" target="_top">
            See two users chat side by side
          </a>
        )}
        {settings.development === true && <DevelopmentSignIn sessions={sessions} />}
      </div>
    </main>
  );
}

function DevelopmentSignIn({ sessions }: { readonly sessions: Sessions }) {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const signIn = async (handle: string, created?: { readonly displayName: string }): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const token = await requestToken(handle, created);
      window.history.replaceState(null, '', window.location.pathname);
      sessions.signInWith(token);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  useEffect(() => {
    const handle = new URLSearchParams(window.location.search).get(AS);
    if (handle !== null) {
      requestToken(handle).then((token) => {
        window.history.replaceState(null, '', window.location.pathname);
        sessions.signInWith(token);
      }, setError);
    }
    fetchPeople().then(setPeople, setError);
  }, [sessions]);

  return (
    <>
      <p className="lead">This is a local run: sign in as any user. Each tab can have a different user.</p>
      {people.length > 0 && (
        <ul className="people" aria-label="Users">
          {people.map((person) => (
            <PersonItem
              key={person.handle}
              person={person}
              busy={busy}
              onPick={() => void signIn(person.handle)}
            />
          ))}
        </ul>
      )}
      <HandleForm busy={busy} error={error} onSignIn={signIn} />
    </>
  );
}

function PersonItem(props: { readonly person: Person; readonly busy: boolean; readonly onPick: () => void }) {
  const { handle, display_name } = props.person;
  return (
    <li>
      <button type="button" className="person" disabled={props.busy} onClick={props.onPick}>
        <Avatar of={props.person} />
        <span className="person-text">
          <Name>{display_name}</Name>
          <span className="quiet">@{handle}</span>
        </span>
      </button>
      <a
        className="icon-button new-tab"
        title="Sign in in a new tab"
        href={`/?${AS}=${handle}`}
        target="_blank"
        rel="noopener"
        aria-label={`Sign in as ${isolateName(display_name)} in a new tab`}
      >
        <NewTabIcon />
      </a>
    </li>
  );
}

function HandleForm(props: {
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSignIn: (handle: string, created?: { readonly displayName: string }) => Promise<void>;
}) {
  const [handle, setHandle] = useState('');
  const [displayName, setDisplayName] = useState('');
  const unknown = props.error instanceof ApiError && codeOf(props.error) === 'handle_unknown';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const trimmed = handle.trim().replace(/^@/, '');
    void props.onSignIn(
      trimmed,
      unknown ? { displayName: isBlank(displayName) ? trimmed : displayName } : undefined,
    );
  };
  return (
    <form className="handle-form" onSubmit={submit}>
      <label className="field">
        Handle
        <input
          name="handle"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="ada"
          required
          value={handle}
          onChange={(event) => setHandle(event.target.value)}
        />
      </label>
      {unknown && <p role="status">No user has this handle yet. Enter a display name to create one.</p>}
      {unknown && (
        <label className="field">
          Display name
          <input
            name="display_name"
            dir="auto"
            placeholder={handle}
            value={displayName}
            onChange={(event) => setDisplayName(event.target.value)}
          />
        </label>
      )}
      <button type="submit" className="button" disabled={props.busy}>
        {unknown ? 'Create and sign in' : 'Sign in'}
      </button>
      <Problem error={unknown ? undefined : props.error} />
    </form>
  );
}
