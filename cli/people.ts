import { randomUUID } from 'node:crypto';
import type { Person } from '../backend/domain/model.ts';
import { findByHandle, saveProfile } from '../backend/domain/people.ts';
import { HandleTakenError, NotFoundError } from '../backend/errors.ts';
import type { Wiring } from '../backend/wiring.ts';
import { foldHandle } from '../schema/handles.ts';
import { UserError } from './user-error.ts';

/** Parses a handle, with or without an @ before it. @throws UserError for an invalid one. */
export function readHandle(text: string): string {
  const handle = foldHandle(text.trim().replace(/^@/, ''));
  if (handle !== undefined) return handle;
  throw new UserError(
    `${text} is not a handle: 2 to 30 of a-z, 0-9, _ . - that begin with a letter or a digit`,
  );
}

/** Says that no user has a handle. @param known handles to suggest instead. */
export function unknownHandle(handle: string, known: readonly string[]): string {
  const hint = known.length > 0 ? `there are ${known.join(', ')}` : 'there are no users yet';
  return `no user has the handle ${handle}: ${hint}`;
}

/** Returns the user who has a handle, or undefined. */
export async function findPersonIfThere(context: Wiring, handle: string): Promise<Person | undefined> {
  try {
    return await findByHandle(context, handle);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * Returns the user who has a handle, and creates one if there is none. Two callers may create the same handle at once:
 * the second one's write fails, and it returns the user that the first one created.
 */
export async function findOrCreatePerson(
  context: Wiring,
  handle: string,
  displayName = handle,
): Promise<Person> {
  const person = await findPersonIfThere(context, handle);
  if (person) return person;
  try {
    return await saveProfile(context, randomUUID(), { handle, display_name: displayName });
  } catch (error) {
    if (!(error instanceof HandleTakenError)) throw error;
    return findByHandle(context, handle);
  }
}
