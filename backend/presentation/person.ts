import * as z from 'zod';
import type { Person } from '../domain/model.ts';
import { displayName, handle, userId } from './values.ts';

/** A person, as everybody may see them. */
export const person = z
  .object({ uuid: userId, handle, display_name: displayName })
  .meta({ id: 'Person', description: 'A person, as everybody may see them.' });
export type PersonAnswer = z.infer<typeof person>;

export function presentPerson({ userId: uuid, handle, display_name }: Person): PersonAnswer {
  return { uuid, handle, display_name };
}
