import * as z from 'zod/mini';
import { ApiError, type Person } from '../../../client/src/index.ts';

/** Signing in at a local run, which alone has these routes. */

/** `/?as=ada` signs in as Ada at once: so another tab is opened for another user. */
export const AS = 'as';

const people = z.array(z.object({ uuid: z.string(), handle: z.string(), display_name: z.string() }));
const token = z.object({ access_token: z.string() });
const codes = z.tuple([z.string()], z.string());

/** Returns some users to sign in as. */
export async function fetchPeople(): Promise<Person[]> {
  return people.parse(await exchange('/development/people'));
}

/**
 * Returns a token for the user with a handle.
 * @param created creates a user with the handle if it is free.
 * @throws ApiError `handle_unknown`.
 */
export async function requestToken(
  handle: string,
  created?: { readonly displayName: string },
): Promise<string> {
  const body = { handle, ...(created && { create: true, display_name: created.displayName }) };
  const answer = await exchange('/development/sign-in', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return token.parse(answer).access_token;
}

async function exchange(path: string, request?: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    throw new ApiError(0, ['unreachable'], { cause: error });
  }
  const body: unknown = await response.json();
  if (response.ok) return body;
  throw new ApiError(response.status, z.catch(codes, ['internal_error']).parse(body));
}
