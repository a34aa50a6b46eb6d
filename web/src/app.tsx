import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { matchRoute, useLocation, useRouter } from 'wouter';
import { type Api, createApi } from './api/api.ts';
import { ApiError } from './api/api-error.ts';
import type { Person } from './api/shapes.ts';
import { Chat } from './chat/chat.ts';
import { NotFoundScreen } from './not-found-screen.tsx';
import { ROUTES } from './routes.ts';
import { Screens } from './screens.tsx';
import { authorizedFetch } from './session/authorized-fetch.ts';
import { ProfileScreen } from './session/profile-screen.tsx';
import type { Session } from './session/session.ts';
import type { Sessions } from './session/sessions.ts';
import type { Settings } from './session/settings.ts';
import { SignInScreen } from './session/sign-in-screen.tsx';
import { Failure } from './ui/failure.tsx';

export interface AppProps {
  readonly settings: Settings;
  readonly sessions: Sessions;
}

/** The screens for a signed-in user, or the sign-in screen. */
export function App({ settings, sessions }: AppProps) {
  const { session, problem } = useSyncExternalStore(sessions.state.subscribe, sessions.state.get);
  const [location] = useLocation();
  const { parser } = useRouter();
  if (!ROUTES.some((route) => matchRoute(parser, route, location)[0])) return <NotFoundScreen />;
  if (!session) return <SignInScreen settings={settings} sessions={sessions} problem={problem} />;
  return <SignedIn settings={settings} session={session} sessions={sessions} />;
}

/** Sends requests with the session's tokens, and ends the session when they cannot be renewed. */
function access(session: Session, sessions: Sessions) {
  return { fetch: authorizedFetch(session, () => sessions.expire(session)) };
}

type Profile =
  | { readonly state: 'unknown' | 'missing' }
  | { readonly state: 'found'; readonly person: Person }
  | { readonly state: 'failed'; readonly error: unknown };

interface SignedInProps extends AppProps {
  readonly session: Session;
}

function SignedIn({ settings, session, sessions }: SignedInProps) {
  const api = useMemo(() => createApi(access(session, sessions)), [session, sessions]);
  const [profile, setProfile] = useState<Profile>({ state: 'unknown' });
  const [attempt, setAttempt] = useState(0);
  const show = useCallback(
    (found: Profile) => {
      if (found.state === 'found') sessions.belongTo(found.person.uuid);
      setProfile(found);
    },
    [sessions],
  );
  useEffect(() => {
    let current = true;
    void readProfile(api).then((found) => {
      if (current) show(found);
    });
    return () => {
      current = false;
    };
  }, [api, attempt, show]);

  switch (profile.state) {
    case 'unknown':
      return <Connecting />;
    case 'failed':
      return <Failure error={profile.error} onRetry={() => setAttempt(attempt + 1)} />;
    case 'missing':
      return (
        <ProfileScreen
          api={api}
          onSaved={(person) => show({ state: 'found', person })}
          onSignOut={() => void sessions.signOut()}
        />
      );
    case 'found':
      return (
        <Talking api={api} me={profile.person} settings={settings} session={session} sessions={sessions} />
      );
  }
}

/** Appears late: mostly, the screens are ready before it. */
function Connecting() {
  return (
    <main className="placeholder quiet appears-late">
      <p role="status">Connecting…</p>
    </main>
  );
}

async function readProfile(api: Api): Promise<Profile> {
  try {
    return { state: 'found', person: await api.me() };
  } catch (error) {
    return error instanceof ApiError && error.code === 'profile_missing'
      ? { state: 'missing' }
      : { state: 'failed', error };
  }
}

function Talking(props: SignedInProps & { readonly api: Api; readonly me: Person }) {
  const { api, me, settings, session, sessions } = props;
  const chat = useMemo(
    () => new Chat({ api, me, messageMaxChars: settings.message_max_chars, ...access(session, sessions) }),
    [api, me, settings, session, sessions],
  );
  useEffect(() => {
    chat.open();
    return () => chat.close();
  }, [chat]);
  return <Screens chat={chat} onSignOut={() => void sessions.signOut()} />;
}
