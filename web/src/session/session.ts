import { SessionEndedError } from './sign-in-problem.ts';

/** The tokens of the user who is signed in. */
export interface Session {
  /**
   * Returns a token that has not expired, after renewing it where it had.
   * @throws SessionEndedError when there is none any more; ApiError `unreachable` when it cannot be renewed for now.
   */
  token(): Promise<string>;
  /** Returns a newer token than one that the API refused. @throws as `token` does. */
  renew(refused: string): Promise<string>;
  /** Removes its tokens from this browser. The issuer is not asked. */
  forget(): Promise<void>;
  /** Ends it here and at the issuer, where there is one. */
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
