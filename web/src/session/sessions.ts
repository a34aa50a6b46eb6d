import * as z from 'zod/mini';
import { codeOf, Subject } from '../../../client/src/index.ts';
import { importChunk } from '../api/import-chunk.ts';
import { AS } from './development.ts';
import { developmentSession, type Session } from './session.ts';
import type { Settings } from './settings.ts';
import { SignInError, type SignInProblem } from './sign-in-problem.ts';
import { SIGNED_IN_PATH } from './signed-in-path.ts';

export interface SessionState {
  readonly session: Session | undefined;
  /** Why there is no session; absent if no user has signed in yet, or the user signed out. */
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

  /** Restores the session after a reload, or completes a sign-in when the issuer redirects back. */
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

  /** Goes to the issuer's sign-in page. If it cannot be reached, the state has the problem. */
  async leaveForIssuer(): Promise<void> {
    // A problem that is shown belongs to the previous attempt.
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
    // A late response of an earlier session does not end the current one.
    if (this.state.get().session !== session) return;
    sessionStorage.removeItem(SESSION);
    this.state.set({ session: undefined, problem: 'session_ended' });
    void session.forget().catch(() => undefined);
  }

  /** Assigns the tab to a user. Drafts and unsent messages of another user are removed before this one sees them. */
  belongTo(user: string): void {
    const owner = sessionStorage.getItem(OWNER);
    if (owner !== null && owner !== user) {
      for (const key of Object.keys(sessionStorage)) if (key !== SESSION) sessionStorage.removeItem(key);
    }
    sessionStorage.setItem(OWNER, user);
  }

  async signOut(): Promise<void> {
    const { session } = this.state.get();
    // Before the issuer's page is loaded: the tab must keep nothing of the user who signs out.
    sessionStorage.clear();
    this.state.set({ session: undefined, problem: undefined });
    await session?.end();
  }

  /** Completes a sign-in at the issuer. Its address is replaced in any case, because it must not be loaded again. */
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

  /** Whether the address asks for a user, `/?as=grace`, in a local run. */
  #isAskedForAnother(): boolean {
    return this.#settings.development === true && new URLSearchParams(window.location.search).has(AS);
  }

  async #leave(session: Session): Promise<void> {
    sessionStorage.removeItem(SESSION);
    await session.forget();
  }

  /** Returns nothing for a session at an issuer that is no longer configured. */
  async #open(kept: Stored): Promise<Session | undefined> {
    if (kept.kind === 'development') return developmentSession(kept.token);
    return this.#settings.oidc && this.#openOidc(kept.id);
  }

  #begin(session: Session): void {
    this.state.set({ session, problem: undefined });
  }

  /** Loads the OIDC library, which only this way of signing in needs. */
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

/** Returns nothing for an invalid session, for example one that another version of the screens stored. */
function readStored(): Stored | undefined {
  try {
    return stored.parse(JSON.parse(sessionStorage.getItem(SESSION) ?? 'null'));
  } catch {
    return undefined;
  }
}
