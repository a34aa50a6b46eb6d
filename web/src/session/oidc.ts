import { ErrorResponse, ErrorTimeout, type User, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { ApiError } from '../../../client/src/index.ts';
import { backoffMs, pause } from '../../../client/src/parts.ts';
import type { Session } from './session.ts';
import type { OidcSettings } from './settings.ts';
import { problemOf, SessionEndedError, SignInError } from './sign-in-problem.ts';
import { SIGNED_IN_PATH } from './signed-in-path.ts';
import { TokenStore } from './token-store.ts';

/** How long one request to the issuer may take, in seconds. */
const REQUEST_TIMEOUT_S = 10;
/** How long a renewal is retried before it fails for its callers, in milliseconds. */
const PATIENCE_MS = 20_000;

/**
 * The issuer's codes that end a session: RFC 6749 (5.2) of a refresh token, and OpenID Connect Core (3.1.2.6). After
 * anything else, also `server_error` or a page of a proxy in between, the same refresh token may be accepted later.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'access_denied',
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

export interface OidcSession extends Session {
  /** Goes to the issuer's sign-in page. @throws SignInError when that cannot be reached. */
  leave(): Promise<void>;
  /**
   * Finishes the sign-in that the issuer redirected back from.
   * @returns the path that the user came from.
   * @throws SignInError for what the issuer refused, and for an address that finishes no sign-in of this tab.
   */
  complete(): Promise<string>;
}

/**
 * Opens a session at an OpenID Connect issuer: authorization code with PKCE.
 * @param id names the session among those of this browser.
 */
export function openOidc(issuer: OidcSettings, id: string): OidcSession {
  const tokens = new TokenStore(id);
  const states = new WebStorageStateStore({ store: window.sessionStorage });
  const users = new UserManager({ ...managerSettings(issuer), userStore: tokens, stateStore: states });
  const renewals = new Renewals(users, `session:${id}`);
  return {
    leave: () => users.signinRedirect({ state: window.location.pathname }).catch(throwSignInError),
    complete: async () => {
      const answer = new URLSearchParams(window.location.search);
      const refusal = answer.get('error');
      if (refusal !== null) throw new SignInError(problemOf(refusal));
      // It is removed by its first use, and a link from elsewhere has none.
      if ((await states.get(answer.get('state') ?? '')) === null) throw new SignInError('stale');
      const { state } = await users.signinRedirectCallback().catch(throwSignInError);
      return typeof state === 'string' ? state : '/';
    },
    token: async () => {
      tokens.hold();
      const user = await users.getUser();
      if (!user) throw new SessionEndedError();
      return user.expired === true ? renewals.renew(user.access_token) : user.access_token;
    },
    renew: (rejected) => renewals.renew(rejected),
    forget: () => renewals.exclusively(() => users.removeUser()),
    end: () => endSession(issuer, users, renewals),
  };
}

function managerSettings({ authority, client_id, scope, sign_out }: OidcSettings) {
  return {
    authority,
    client_id,
    scope,
    redirect_uri: window.location.origin + SIGNED_IN_PATH,
    ...(sign_out !== 'cognito' && { post_logout_redirect_uri: signedOutUri() }),
    requestTimeoutInSeconds: REQUEST_TIMEOUT_S,
    // The library would renew without regard to other renewals, here or in another tab.
    automaticSilentRenew: false,
  };
}

function signedOutUri(): string {
  return `${window.location.origin}/`;
}

/**
 * Renews the tokens of one session, one renewal at a time. Issuers that rotate refresh tokens consider one that is used twice
 * stolen, and revoke all its successors. These would use one twice:
 *
 * - *Requests of a tab that fail together.* They share one renewal.
 * - *Tabs that were duplicated*, and so have the same session. A lock serializes them, and a tab that gets the lock
 *   first checks whether the tokens were renewed while it waited.
 * - *Signing out during a renewal*, which would bring new tokens after the old ones were revoked. It takes the lock, too.
 */
class Renewals {
  readonly #users: UserManager;
  readonly #lock: string;
  #running: Promise<string> | undefined;

  constructor(users: UserManager, lock: string) {
    this.#users = users;
    this.#lock = lock;
  }

  /**
   * Returns a newer access token than one that expired or was rejected.
   * @throws SessionEndedError when the issuer refuses; ApiError `unreachable` when it cannot be renewed for now.
   */
  async renew(stale: string): Promise<string> {
    this.#running ??= this.#renewPatiently(stale).finally(() => {
      this.#running = undefined;
    });
    const token = await this.#running;
    // The renewal that was running may have returned this very token, from another tab, before the API rejected it.
    return token === stale ? this.renew(stale) : token;
  }

  /** Runs an action while no tab renews. */
  async exclusively<Result>(action: () => Promise<Result>): Promise<Result> {
    return navigator.locks.request(this.#lock, action);
  }

  async #renewPatiently(stale: string): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.exclusively(() => this.#renewOnce(stale));
      } catch (error) {
        if (error instanceof SessionEndedError) throw error;
        if (Date.now() > deadline) throw new ApiError(0, ['unreachable'], { cause: error });
      }
      await pause(backoffMs(failures));
    }
  }

  async #renewOnce(stale: string): Promise<string> {
    const user = await this.#users.getUser();
    if (!user) throw new SessionEndedError();
    if (user.access_token !== stale && user.expired !== true) return user.access_token;
    try {
      return (await this.#refresh(user)).access_token;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#users.removeUser();
      throw new SessionEndedError({ cause: error });
    }
  }

  async #refresh(user: User): Promise<User> {
    // Without one the library would open a frame on the issuer, which the Content-Security-Policy forbids.
    if (user.refresh_token === undefined) throw new SessionEndedError();
    const renewed = await this.#users.signinSilent();
    if (!renewed) throw new SessionEndedError();
    return renewed;
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof SessionEndedError || (error instanceof ErrorResponse && REFUSALS.has(error.error ?? ''))
  );
}

/** Revokes the refresh token, removes the tokens, and goes to the issuer's sign-out page. */
async function endSession(issuer: OidcSettings, users: UserManager, renewals: Renewals): Promise<void> {
  const idToken = await renewals.exclusively(async () => {
    const user = await users.getUser();
    // Signing out here must not depend on the issuer: it may be unavailable, or have no revocation.
    await users.revokeTokens(['refresh_token']).catch(() => undefined);
    await users.removeUser();
    return user?.id_token;
  });
  // Not every issuer has a sign-out page; the tokens are removed here in any case.
  await users.signoutRedirect(signOutParameters(issuer, idToken)).catch(() => undefined);
}

/** Cognito's sign-out page does not support the standard parameters, and requires its own two. */
function signOutParameters({ client_id, sign_out }: OidcSettings, idToken: string | undefined) {
  return sign_out === 'cognito'
    ? { extraQueryParams: { client_id, logout_uri: signedOutUri() } }
    : { ...(idToken !== undefined && { id_token_hint: idToken }) };
}

function throwSignInError(error: unknown): never {
  if (error instanceof ErrorResponse) throw new SignInError(problemOf(error.error ?? ''), { cause: error });
  // `fetch` throws a TypeError when there is no connection.
  const unreachable = error instanceof TypeError || error instanceof ErrorTimeout;
  throw new SignInError(unreachable ? 'unreachable' : 'failed', { cause: error });
}
