import type { GetToken } from '../../../client/src/index.ts';
import type { Session } from './session.ts';
import { SessionEndedError } from './sign-in-problem.ts';

/**
 * Returns what gives a session's tokens to the messaging client: a newer one than a token that the API rejected.
 * @param onEnded is called when the issuer refuses to renew them.
 */
export function tokenOf(session: Session, onEnded: () => void): GetToken {
  return async (rejected) => {
    try {
      return await (rejected === undefined ? session.token() : session.renew(rejected));
    } catch (error) {
      if (error instanceof SessionEndedError) onEnded();
      throw error;
    }
  };
}
