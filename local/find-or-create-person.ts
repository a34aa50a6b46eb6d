import { randomUUID } from 'node:crypto';
import type { Wiring } from '../backend/wiring.ts';
import type { Person } from '../backend/domain/model.ts';
import { findByHandle, saveProfile } from '../backend/domain/people.ts';
import { HandleTakenError, NotFoundError } from '../backend/errors.ts';

/** Who has a handle; undefined where nobody has it. */
export async function findPersonIfThere(context: Wiring, handle: string): Promise<Person | undefined> {
  try {
    return await findByHandle(context, handle);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Who has a handle, or somebody new. Two may make the same person at once: the later one finds who the earlier one made. */
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
