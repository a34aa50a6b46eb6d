import * as z from 'zod/mini';
import { importChunk } from '../api/import-chunk.ts';
import { Subject } from '../chat/subject.ts';
import type { Settings } from './settings.ts';
import { SIGNED_IN_PATH } from './signed-in-path.ts';

/** Whose token this tab has. */
export interface Session {
  /** A token that is valid now. @throws when there is none any more. */
  token(): Promise<string>;
  /** Also tells the issuer, where there is one to tell. */
  end(): Promise<void>;
}

export interface SessionState {
  readonly session: Session | undefined;
  /** Why there is none any more. */
  readonly expired: boolean;
}

const SESSION = 'session';

const stored = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('development'), token: z.string() }),
  z.object({ kind: z.literal('oidc') }),
]);

/**
 * The session of this tab. It is kept for the tab alone, so that several people can be signed in in several tabs of one
 * browser, and it ends with the tab.
 */
export class Sessions {
  readonly state = new Subject<SessionState>({ session: undefined, expired: false });
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Takes up what this tab had before a reload, or what the issuer sends it back with. */
  async resume(): Promise<void> {
    if (window.location.pathname === SIGNED_IN_PATH) {
      const oidc = await this.#oidc();
      const path = await oidc.complete();
      this.#remember({ kind: 'oidc' });
      window.history.replaceState(null, '', path);
    }
    const kept = stored.safeParse(JSON.parse(sessionStorage.getItem(SESSION) ?? 'null'));
    if (!kept.success) return;
    if (kept.data.kind === 'oidc') this.#begin(await this.#oidc());
    else this.#beginDevelopment(kept.data.token);
  }

  /** Signs in with a token of the development issuer. */
  signInWith(token: string): void {
    this.#remember({ kind: 'development', token });
    this.#beginDevelopment(token);
  }

  /** Leaves for the issuer's sign-in page. */
  async leaveForIssuer(): Promise<void> {
    const oidc = await this.#oidc();
    await oidc.leave();
  }

  /** The API no longer takes the token. */
  expire(): void {
    sessionStorage.removeItem(SESSION);
    this.state.set({ session: undefined, expired: true });
  }

  async signOut(): Promise<void> {
    const { session } = this.state.get();
    sessionStorage.removeItem(SESSION);
    this.state.set({ session: undefined, expired: false });
    await session?.end();
    sessionStorage.clear();
  }

  #beginDevelopment(token: string): void {
    this.#begin({ token: () => Promise.resolve(token), end: () => Promise.resolve() });
  }

  #begin(session: Session): void {
    this.state.set({ session, expired: false });
  }

  #remember(session: z.infer<typeof stored>): void {
    sessionStorage.setItem(SESSION, JSON.stringify(session));
  }

  /** Its library is loaded only where one signs in this way. */
  async #oidc() {
    if (!this.#settings.oidc) throw new Error('no issuer is configured');
    const { openOidc } = await importChunk(() => import('./oidc.ts'));
    return openOidc(this.#settings.oidc);
  }
}
