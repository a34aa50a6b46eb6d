import * as z from 'zod';
import type { BlocksPage } from '../domain/block-user.ts';
import type { Person } from '../domain/model.ts';
import { displayName, handle, time, userId } from './values.ts';

/** A user's public profile. */
export const person = z
  .object({ uuid: userId, handle, display_name: displayName })
  .meta({ id: 'Person', description: 'The public profile of a user.' });
export type PersonAnswer = z.infer<typeof person>;

export function presentPerson({ userId: uuid, handle, display_name }: Person): PersonAnswer {
  return { uuid, handle, display_name };
}

/** A user whom the caller blocks. */
export const blockedUser = person
  .extend({ created_at: time.meta({ description: 'When the caller blocked them.' }) })
  .meta({ id: 'BlockedUser', description: 'A user whom the caller blocks.' });
export type BlockedUserAnswer = z.infer<typeof blockedUser>;

export function presentBlocks({ blocks, names }: BlocksPage): BlockedUserAnswer[] {
  return blocks.map(({ otherId: uuid, created_at }) => ({ uuid, ...names.person(uuid), created_at }));
}
