import { encodeCursor } from '../../schema/cursors.ts';
import { HandleTakenError, NotFoundError, ProfileMissingError } from '../errors.ts';
import { CONFLICT, retryOnConflict } from '../table/retry-on-conflict.ts';
import type { Dependencies } from './dependencies.ts';
import type { Person } from './model.ts';
import { pageStart } from './page-start.ts';

/** A profile that other requests change meanwhile. */
const SAVING = { attempts: 5, busy: 'Other requests are changing this profile.' };

/**
 * The caller's profile, which every action needs. It is cached for a few seconds; one that is not found is read again,
 * strongly, because another process may have written it a moment ago.
 * @throws ProfileMissingError
 */
export async function requireProfile(
  needs: Pick<Dependencies, 'profiles' | 'names'>,
  userId: string,
): Promise<Person> {
  const names = await needs.names.read([userId]);
  if (names.hasPerson(userId)) return { userId, ...names.person(userId) };
  const profile = await needs.profiles.find(userId);
  if (!profile) throw new ProfileMissingError();
  return { userId, ...needs.names.rememberPerson(profile) };
}

/**
 * Writes the caller's profile: claims the handle, and releases the one they had.
 *
 * Two requests of one user may race: when the handle is changed, the later one's condition fails on the profile it
 * read, and it starts again from what is stored; of two display names the later stays, in profile and claim alike. Two
 * users may race for a handle: one claim is stored.
 * @param values handle: case-folded and checked.
 * @throws HandleTakenError
 */
export async function saveProfile(
  needs: Pick<Dependencies, 'profiles' | 'names' | 'clock'>,
  userId: string,
  values: { readonly handle: string; readonly display_name: string },
): Promise<Person> {
  return retryOnConflict(SAVING, async () => {
    const seen = await needs.profiles.find(userId);
    const created_at = seen?.created_at ?? needs.clock().toISOString();
    const same = seen?.handle === values.handle && seen.display_name === values.display_name;
    const outcome = same ? 'stored' : await needs.profiles.save({ userId, ...values, created_at }, seen);
    switch (outcome) {
      case 'stored':
        needs.names.rememberPerson({ userId, ...values });
        return { userId, ...values };
      case 'handle_taken':
        throw new HandleTakenError();
      case 'profile_changed':
        return CONFLICT;
    }
  });
}

/** The user who has a handle. @throws NotFoundError */
export async function findByHandle(needs: Pick<Dependencies, 'profiles'>, handle: string): Promise<Person> {
  const person = await needs.profiles.findByHandle(handle, 'eventual');
  if (!person) throw new NotFoundError();
  return person;
}

/**
 * People whose handle starts with a prefix, in the handles' order.
 * @throws BadRequestError `cursor_invalid`.
 */
export async function findByPrefix(
  needs: Pick<Dependencies, 'profiles'>,
  search: { readonly prefix: string; readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly people: readonly Person[]; readonly nextCursor?: string }> {
  const { prefix, limit, cursor } = search;
  const after = pageStart(['handles', prefix], cursor);
  const found = await needs.profiles.findByPrefix(prefix, limit + 1, after);
  const people = found.slice(0, limit);
  const last = people.at(-1);
  return {
    people,
    ...(found.length > limit && last && { nextCursor: encodeCursor(['handles', prefix], last.handle) }),
  };
}
