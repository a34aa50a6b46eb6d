import * as z from 'zod';
import type { Person } from '../domain/model.ts';
import { displayName, handle, userId } from './values.ts';

/** A user's public profile. */
export const person = z
  .object({ uuid: userId, handle, display_name: displayName })
  .meta({ id: 'Person', description: 'The public profile of a user.' });
export type PersonAnswer = z.infer<typeof person>;

export function presentPerson({ userId: uuid, handle, display_name }: Person): PersonAnswer {
  return { uuid, handle, display_name };
}
