import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { matchRoute, useLocation, useRouter } from 'wouter';
import { createApi } from './api/api.ts';
import { type Access, ApiError, createAccess, type Person } from '../../client/src/index.ts';
import { Chat } from './chat/chat.ts';
import { NotFoundScreen } from './not-found-screen.tsx';
import { ROUTES } from './routes.ts';
import { Screens } from './screens.tsx';
import { ProfileScreen } from './session/profile-screen.tsx';
import { tokenOf } from './session/token-of.ts';
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
function accessWith(session: Session, sessions: Sessions): Access {
  const onEnded = () => sessions.expire(session);
  return createAccess({ getToken: tokenOf(session, onEnded), onUnauthorized: onEnded });
}

type Profile =
  | { readonly state: 'unknown' | 'missing' }
  | { readonly state: 'found'; readonly person: Person }
  | { readonly state: 'failed'; readonly error: unknown };

interface SignedInProps extends AppProps {
  readonly session: Session;
}

function SignedIn({ settings, session, sessions }: SignedInProps) {
  const access = useMemo(() => accessWith(session, sessions), [session, sessions]);
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
    void readProfile(access).then((found) => {
      if (current) show(found);
    });
    return () => {
      current = false;
    };
  }, [access, attempt, show]);

  switch (profile.state) {
    case 'unknown':
      return <Connecting />;
    case 'failed':
      return <Failure error={profile.error} onRetry={() => setAttempt(attempt + 1)} />;
    case 'missing':
      return (
        <ProfileScreen
          api={createApi(access)}
          onSaved={(person) => show({ state: 'found', person })}
          onSignOut={() => void sessions.signOut()}
        />
      );
    case 'found':
      return (
        <Talking
          access={access}
          me={profile.person}
          settings={settings}
          session={session}
          sessions={sessions}
        />
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

async function readProfile({ calls }: Access): Promise<Profile> {
  try {
    return { state: 'found', person: await calls.me() };
  } catch (error) {
    return error instanceof ApiError && error.code === 'profile_missing'
      ? { state: 'missing' }
      : { state: 'failed', error };
  }
}

function Talking(props: SignedInProps & { readonly access: Access; readonly me: Person }) {
  const { access, me, settings, sessions } = props;
  const chat = useMemo(
    () =>
      new Chat({
        access,
        me,
        messageMaxChars: settings.message_max_chars,
        attachments: settings.attachments,
      }),
    [access, me, settings],
  );
  useEffect(() => {
    chat.open();
    return () => chat.close();
  }, [chat]);
  return <Screens chat={chat} onSignOut={() => void sessions.signOut()} />;
}
