import * as z from 'zod/mini';
import { codeOf } from '../api/api-error.ts';
import { importChunk } from '../api/import-chunk.ts';
import { Subject } from '../chat/subject.ts';
import { AS } from './development.ts';
import { developmentSession, type Session } from './session.ts';
import type { Settings } from './settings.ts';
import { SignInError, type SignInProblem } from './sign-in-problem.ts';
import { SIGNED_IN_PATH } from './signed-in-path.ts';

export interface SessionState {
  readonly session: Session | undefined;
  /** Why there is none; absent where no user has signed in yet, or the user signed out. */
  readonly problem: SignInProblem | undefined;
}

const SESSION = 'session';
/** The user whose texts are kept in this tab. */
const OWNER = 'owner';

const stored = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('development'), token: z.string() }),
  /** Its tokens are kept under its id: see TokenStore. */
  z.object({ kind: z.literal('oidc'), id: z.string() }),
]);
type Stored = z.infer<typeof stored>;

/**
 * The session of this tab. It is kept for the tab alone, so that several people can be signed in in several tabs of one
 * browser, and it ends with the tab. A tab that was duplicated has the same session.
 */
export class Sessions {
  readonly state = new Subject<SessionState>({ session: undefined, problem: undefined });
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Takes up what this tab had before a reload, or what the issuer sends it back with. */
  async resume(): Promise<void> {
    const problem = window.location.pathname === SIGNED_IN_PATH ? await this.#complete() : undefined;
    const kept = readStored();
    const session = kept && (await this.#open(kept));
    if (session && this.#isAskedForAnother()) await this.#leave(session);
    else this.state.set(session ? { session, problem: undefined } : { session, problem });
  }

  /** Signs in with a token of the development issuer. */
  signInWith(token: string): void {
    remember({ kind: 'development', token });
    this.#begin(developmentSession(token));
  }

  /** Leaves for the issuer's sign-in page. Where there is no way there, the state says so. */
  async leaveForIssuer(): Promise<void> {
    // A reason that is shown belongs to the attempt before.
    this.state.set({ session: undefined, problem: undefined });
    try {
      const oidc = await this.#openOidc(crypto.randomUUID());
      await oidc.leave();
    } catch (error) {
      this.state.set({ session: undefined, problem: problemOfFailure(error) });
    }
  }

  /** Shows the sign-in screen in place of a session that is over. */
  expire(session: Session): void {
    // What an earlier session still had on its way says nothing about the one that followed.
    if (this.state.get().session !== session) return;
    sessionStorage.removeItem(SESSION);
    this.state.set({ session: undefined, problem: 'session_ended' });
    void session.forget().catch(() => undefined);
  }

  /** Has the tab belong to a user. What another one wrote here and did not send is removed before this one sees it. */
  belongTo(user: string): void {
    const owner = sessionStorage.getItem(OWNER);
    if (owner !== null && owner !== user) {
      for (const key of Object.keys(sessionStorage)) if (key !== SESSION) sessionStorage.removeItem(key);
    }
    sessionStorage.setItem(OWNER, user);
  }

  async signOut(): Promise<void> {
    const { session } = this.state.get();
    // Before the page is left for the issuer's: the tab must keep nothing of the user who signs out.
    sessionStorage.clear();
    this.state.set({ session: undefined, problem: undefined });
    await session?.end();
  }

  /** Finishes a sign-in at the issuer. Whether or not that succeeds, its address is not to be loaded again. */
  async #complete(): Promise<SignInProblem | undefined> {
    try {
      const id = crypto.randomUUID();
      const oidc = await this.#openOidc(id);
      const path = await oidc.complete();
      remember({ kind: 'oidc', id });
      window.history.replaceState(null, '', path);
      return undefined;
    } catch (error) {
      window.history.replaceState(null, '', '/');
      return problemOfFailure(error);
    }
  }

  /** Whether a local run is asked for a user by name, `/?as=grace`, in a tab that is signed in already. */
  #isAskedForAnother(): boolean {
    return this.#settings.development === true && new URLSearchParams(window.location.search).has(AS);
  }

  async #leave(session: Session): Promise<void> {
    sessionStorage.removeItem(SESSION);
    await session.forget();
  }

  /** Returns nothing for a session at an issuer that is not configured any more. */
  async #open(kept: Stored): Promise<Session | undefined> {
    if (kept.kind === 'development') return developmentSession(kept.token);
    return this.#settings.oidc && this.#openOidc(kept.id);
  }

  #begin(session: Session): void {
    this.state.set({ session, problem: undefined });
  }

  /** Its library is loaded only where one signs in this way. */
  async #openOidc(id: string) {
    if (!this.#settings.oidc) throw new SignInError('failed');
    const { openOidc } = await importChunk(() => import('./oidc.ts'));
    return openOidc(this.#settings.oidc, id);
  }
}

function problemOfFailure(error: unknown): SignInProblem {
  if (error instanceof SignInError) return error.problem;
  // The code of the screens itself could not be fetched.
  return codeOf(error) === 'unreachable' ? 'unreachable' : 'failed';
}

function remember(session: Stored): void {
  sessionStorage.setItem(SESSION, JSON.stringify(session));
}

/** Returns nothing for what is no session, such as one that another version of the screens has left. */
function readStored(): Stored | undefined {
  try {
    return stored.parse(JSON.parse(sessionStorage.getItem(SESSION) ?? 'null'));
  } catch {
    return undefined;
  }
}
