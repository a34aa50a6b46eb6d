import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';
import { SIGNED_IN_PATH } from './signed-in-path.ts';

export interface OidcSession extends Session {
  /** Goes to the issuer's sign-in page. */
  leave(): Promise<void>;
  /** Ends the sign-in that the issuer has sent one back from, and tells where one was before. */
  complete(): Promise<string>;
}

/** Signing in at an OpenID Connect issuer: authorization code with PKCE; the tokens stay in this tab. */
export function openOidc(issuer: NonNullable<Settings['oidc']>): OidcSession {
  const users = new UserManager({
    ...issuer,
    redirect_uri: window.location.origin + SIGNED_IN_PATH,
    post_logout_redirect_uri: `${window.location.origin}/`,
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    stateStore: new WebStorageStateStore({ store: window.sessionStorage }),
    automaticSilentRenew: true,
  });
  return {
    leave: () => users.signinRedirect({ state: window.location.pathname }),
    complete: async () => {
      const { state } = await users.signinRedirectCallback();
      return typeof state === 'string' ? state : '/';
    },
    token: async () => {
      const user = await users.getUser();
      const current = user?.expired === true ? await users.signinSilent() : user;
      if (!current) throw new Error('signed out');
      return current.access_token;
    },
    end: async () => {
      // Not every issuer has an address to sign out at; the tokens are gone from here in any case.
      await users.signoutRedirect().catch(() => users.removeUser());
    },
  };
}
