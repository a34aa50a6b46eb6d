import type { Session } from './session.ts';
import { SessionEndedError } from './sign-in-problem.ts';

/** Sends a request to the API with the session's token. */
export type AuthorizedFetch = (request: Request) => Promise<Response>;

const UNAUTHORIZED = 401;

/**
 * Sends requests with the token of a session. A request that gets a 401 was not executed; it is sent once more with a renewed
 * token, because a token may expire on its way, or by the API's clock. A second 401 ends the session.
 * @param onEnded is called when the session is over.
 */
export function authorizedFetch(session: Session, onEnded: () => void): AuthorizedFetch {
  return async (request) => {
    try {
      const token = await session.token();
      // A body can be sent only once.
      const response = await fetchWith(token, request.clone());
      if (response.status !== UNAUTHORIZED) return response;
      const again = await fetchWith(await session.renew(token), request);
      if (again.status === UNAUTHORIZED) onEnded();
      return again;
    } catch (error) {
      if (error instanceof SessionEndedError) onEnded();
      throw error;
    }
  };
}

function fetchWith(token: string, request: Request): Promise<Response> {
  request.headers.set('Authorization', `Bearer ${token}`);
  return fetch(request);
}
