/** Sends a request to the API with the user's token. */
export type AuthorizedFetch = (request: Request) => Promise<Response>;

/**
 * Returns a token of the user who is signed in.
 * @param rejected the token that the API has just rejected: then a newer one is wanted.
 */
export type GetToken = (rejected?: string) => Promise<string> | string;

const UNAUTHORIZED = 401;

/**
 * Sends requests with a token. A request that gets a 401 was not executed; it is sent once more with a newer token, because a
 * token may expire on its way, or by the API's clock.
 * @param onUnauthorized is called when the API rejects the newer token, too.
 */
export function authorizedFetch(
  getToken: GetToken,
  {
    fetch = (request) => globalThis.fetch(request),
    onUnauthorized,
  }: {
    readonly fetch?: AuthorizedFetch | undefined;
    readonly onUnauthorized?: (() => void) | undefined;
  } = {},
): AuthorizedFetch {
  const fetchWith = (token: string, request: Request): Promise<Response> => {
    request.headers.set('Authorization', `Bearer ${token}`);
    return fetch(request);
  };
  return async (request) => {
    const token = await getToken();
    // A body can be sent only once.
    const response = await fetchWith(token, request.clone());
    if (response.status !== UNAUTHORIZED) return response;
    const again = await fetchWith(await getToken(token), request);
    if (again.status === UNAUTHORIZED) onUnauthorized?.();
    return again;
  };
}
