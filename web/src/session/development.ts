import * as z from 'zod/mini';
import { ApiError } from '../api/api-error.ts';
import type { Person } from '../api/shapes.ts';

/** Signing in on one machine; only a local run answers this. */

/** `/?as=ada` signs in as Ada right away: how another tab is opened for another person. */
export const AS = 'as';

const people = z.array(z.object({ uuid: z.string(), handle: z.string(), display_name: z.string() }));
const token = z.object({ access_token: z.string() });
const codes = z.tuple([z.string()], z.string());

/** Some people one can be. */
export async function fetchPeople(): Promise<Person[]> {
  return people.parse(await exchange('/development/people'));
}

/**
 * A token for who has a handle.
 * @param created writes a profile with the handle when nobody has it.
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
