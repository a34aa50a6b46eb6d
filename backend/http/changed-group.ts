import type { ChangedGroup } from '../domain/change-group.ts';
import type { Access } from '../domain/membership.ts';
import { viewGroup } from '../domain/read-group.ts';
import { NotFoundError } from '../errors.ts';
import { type GroupAnswer, presentGroupView } from '../presentation/message-group.ts';
import type { Wiring } from '../wiring.ts';

/* What the routes that change a group have in common. */

/** Failures of every change of a group by its members. */
export const CHANGE_ERRORS = { 403: ['role_forbidden'], 422: ['message_group_is_direct'] } as const;

/** The response with a group that was just read or written. */
export async function presentGroup(context: Wiring, access: Access): Promise<GroupAnswer> {
  return presentGroupView(await viewGroup(context, access));
}

/** The response with a changed group. @throws NotFoundError where the caller left by the change. */
export async function presentChanged(context: Wiring, { group, own }: ChangedGroup): Promise<GroupAnswer> {
  if (!own) throw new NotFoundError();
  return presentGroup(context, { group, own });
}
