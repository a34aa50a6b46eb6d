import { SessionEndedError } from './sign-in-problem.ts';

/** The tokens of the user who is signed in. */
export interface Session {
  /**
   * Returns a token that has not expired, after renewing an expired one.
   * @throws SessionEndedError when the session is over; ApiError `unreachable` when it cannot be renewed for now.
   */
  token(): Promise<string>;
  /** Returns a newer token than one that the API rejected. @throws as `token` does. */
  renew(rejected: string): Promise<string>;
  /** Removes its tokens from this browser, without a request to the issuer. */
  forget(): Promise<void>;
  /** Ends the session here and at the issuer, if there is one. */
  end(): Promise<void>;
}

/** Makes a session of a token of the development issuer. A development token is not renewed: it is valid for a working day. */
export function developmentSession(token: string): Session {
  return {
    token: () => Promise.resolve(token),
    renew: () => Promise.reject(new SessionEndedError()),
    forget: () => Promise.resolve(),
    end: () => Promise.resolve(),
  };
}
