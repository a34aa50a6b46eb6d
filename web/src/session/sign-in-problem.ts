import { ApiError } from '../../../client/src/index.ts';

/** A reason for which no user is signed in. */
export type SignInProblem = 'session_ended' | 'denied' | 'stale' | 'unavailable' | 'unreachable' | 'failed';

const WORDS: Readonly<Record<SignInProblem, string>> = {
  session_ended: 'You were signed out because your session ended.',
  denied: 'The sign-in was cancelled or denied.',
  stale: 'This sign-in has expired or was already used. Sign in again.',
  unavailable: 'Signing in is not possible right now. Try again in a moment.',
  unreachable: 'The sign-in page cannot be reached. Check your connection and try again.',
  failed: 'The sign-in failed. Try again.',
};

/** The issuer's error codes (RFC 6749, OpenID Connect Core) that have a sentence of their own. */
const PROBLEMS: Readonly<Record<string, SignInProblem>> = {
  access_denied: 'denied',
  consent_required: 'denied',
  interaction_required: 'denied',
  login_required: 'denied',
  invalid_grant: 'stale',
  server_error: 'unavailable',
  temporarily_unavailable: 'unavailable',
};

/** Returns a sentence for a problem. */
export function wordsForProblem(problem: SignInProblem): string {
  return WORDS[problem];
}

/** Returns the problem of an issuer's error code. The issuer's text is not shown: anyone can put a text into a link. */
export function problemOf(code: string): SignInProblem {
  return PROBLEMS[code] ?? 'failed';
}

/** The session is over: the issuer refuses to renew its tokens. */
export class SessionEndedError extends ApiError {
  constructor(options?: ErrorOptions) {
    super(401, ['session_ended'], options);
    this.name = 'SessionEndedError';
  }
}

/** Signing in did not succeed. */
export class SignInError extends Error {
  readonly problem: SignInProblem;

  constructor(problem: SignInProblem, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'SignInError';
    this.problem = problem;
  }
}
