import { encodeCursor } from '../../schema/cursors.ts';
import type { HandleItem, ProfileItem } from '../../schema/items.ts';
import { profileKey } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { BusyError, HandleTakenError, NotFoundError, ProfileMissingError } from '../errors.ts';
import { backoff } from '../table/backoff.ts';
import { pageStart } from './page-start.ts';

/** A user and what is shown of them. */
export interface Person {
  readonly userId: string;
  readonly handle: string;
  readonly display_name: string;
}

/** How often a profile that another request changed meanwhile is read again. */
const MAX_ATTEMPTS = 5;

/**
 * The caller, who needs a profile for whatever they do. Known for a few seconds after it was read; not found, it is
 * read again, strongly: it may have been written a moment ago through another process.
 * @throws ProfileMissingError
 */
export async function requireProfile(context: Context, userId: string): Promise<Person> {
  const names = await context.names.read([userId]);
  if (names.hasPerson(userId)) return { userId, ...names.person(userId) };
  const profile = await context.profiles.find(userId);
  if (!profile) throw new ProfileMissingError();
  return { userId, ...context.names.rememberPerson(profile) };
}

/**
 * Writes the caller's profile: claims the handle, and releases the one they had.
 *
 * Two requests of one user may race: when the handle is changed, the later one's condition fails on the profile it
 * read, and it starts anew from what is there; of two display names the later stays, in profile and claim alike. Two
 * users may race for a handle: one claim is stored.
 * @param values handle: case-folded and checked.
 * @throws HandleTakenError
 */
export async function saveProfile(
  context: Context,
  userId: string,
  values: { readonly handle: string; readonly display_name: string },
): Promise<Person> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const seen = await context.profiles.find(userId);
    const created_at = seen?.created_at ?? context.clock().toISOString();
    const same = seen?.handle === values.handle && seen.display_name === values.display_name;
    const outcome = same ? 'stored' : await context.profiles.save(userId, { ...values, created_at }, seen);
    switch (outcome) {
      case 'stored': {
        const profile: ProfileItem = { ...profileKey(userId), ...values, created_at };
        context.names.rememberPerson(profile);
        return { userId, ...values };
      }
      case 'handle_taken':
        throw new HandleTakenError();
      case 'profile_changed':
        await backoff(attempt);
    }
  }
  throw new BusyError('This profile is being changed by others.');
}

/** Who has a handle. @throws NotFoundError */
export async function findByHandle(context: Context, handle: string): Promise<Person> {
  const claim = await context.profiles.findByHandle(handle, 'eventual');
  if (!claim) throw new NotFoundError();
  return personOf(claim);
}

/**
 * People whose handle starts with a prefix, in the handles' order.
 * @throws BadRequestError `cursor_invalid`.
 */
export async function findByPrefix(
  context: Context,
  search: { readonly prefix: string; readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly people: readonly Person[]; readonly nextCursor?: string }> {
  const { prefix, limit, cursor } = search;
  const after = pageStart(['handles', prefix], cursor);
  const found = await context.profiles.findByPrefix(prefix, limit + 1, after);
  const people = found.slice(0, limit).map(personOf);
  const last = people.at(-1);
  return {
    people,
    ...(found.length > limit && last && { nextCursor: encodeCursor(['handles', prefix], last.handle) }),
  };
}

function personOf(claim: HandleItem): Person {
  return { userId: claim.user_uuid, handle: claim.sk, display_name: claim.display_name };
}
