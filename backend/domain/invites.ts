import { randomBytes } from 'node:crypto';
import { INVITE_SECRET_BYTES, inviteCode } from '../../schema/ids.ts';
import { MAX_INVITES } from '../../schema/items.ts';
import { UnprocessableError } from '../errors.ts';
import { inviteTime } from '../table/invite-store.ts';
import { CONFLICT, retryOnConflict } from '../table/retry-on-conflict.ts';
import type { GroupActor } from './change-group.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readOwnNamedRow } from './membership.ts';
import type { Invite, Member } from './model.ts';
import type { NameReader } from './names.ts';
import { demand, mayInvite } from './policies.ts';

/** An invitation whose creator's role changes meanwhile. */
const INVITING = { attempts: 3, busy: 'Too many concurrent requests.', firstAtOnce: true };

type Needs = AccessNeeds & Pick<Dependencies, 'invites' | 'names' | 'clock'>;

/** Invitations, with the names of those who created them. */
export interface InviteList {
  readonly invites: readonly Invite[];
  readonly names: NameReader;
}

/**
 * Creates an invitation to a group. 4 W, the member's row and the group's invitations (1 R for 4 KB).
 *
 * Two requests at once may both find the last place free: then a group has an invitation or two more than MAX_INVITES,
 * which only makes its list that much longer. What the table holds is bounded all the same, whenever DynamoDB deletes
 * expired ones: where MAX_INVITES are stored, a new one replaces one that has expired.
 * @param expiresInS seconds.
 * @throws NotFoundError for a user who is not a member; ForbiddenError; UnprocessableError `message_group_is_direct`,
 * `invites_full`; BusyError.
 */
export async function createInvite(
  needs: Needs,
  { groupId, actor }: GroupActor,
  expiresInS: number,
): Promise<InviteList> {
  const code = inviteCode(groupId, randomBytes(INVITE_SECRET_BYTES));
  return retryOnConflict(INVITING, async () => {
    const own = await requireInviter(needs, groupId, actor.userId);
    const stored = await needs.invites.list(groupId);
    const now = needs.clock();
    const expired = stored.filter((invite) => !isValid(invite, now));
    if (stored.length - expired.length >= MAX_INVITES) {
      throw new UnprocessableError([{ code: 'invites_full' }]);
    }
    const invite = {
      groupId,
      code,
      created_by: own.userId,
      created_at: now.toISOString(),
      expires_at: inviteTime(now) + expiresInS,
    };
    const replaced = expired.slice(0, Math.max(0, stored.length + 1 - MAX_INVITES));
    return (await needs.invites.create(invite, own, replaced)) ? withNames(needs, [invite]) : CONFLICT;
  });
}

/**
 * The invitations of a group that have not expired, oldest first. 1 R, 1 R for 4 KB, and names.
 * @throws NotFoundError for a user who is not a member; ForbiddenError; UnprocessableError `message_group_is_direct`.
 */
export async function listInvites(needs: Needs, { groupId, actor }: GroupActor): Promise<InviteList> {
  await requireInviter(needs, groupId, actor.userId);
  const now = needs.clock();
  const invites = (await needs.invites.list(groupId)).filter((invite) => isValid(invite, now));
  return withNames(
    needs,
    invites.sort((one, other) => (one.created_at < other.created_at ? -1 : 1)),
  );
}

/**
 * Revokes an invitation. One that is gone already stays gone: a repeated request finds what it asked for. 1 W + 1 R.
 * @throws as `listInvites`.
 */
export async function revokeInvite(
  needs: Needs,
  { groupId, actor }: GroupActor,
  code: string,
): Promise<void> {
  await requireInviter(needs, groupId, actor.userId);
  await needs.invites.delete(groupId, code);
}

/** Whether an invitation has not expired. */
export function isValid(invite: Invite, now: Date): boolean {
  return invite.expires_at > inviteTime(now);
}

/** The row of a member who may invite. @throws NotFoundError, ForbiddenError, UnprocessableError */
async function requireInviter(needs: Needs, groupId: string, userId: string): Promise<Member> {
  const own = await readOwnNamedRow(needs, groupId, userId);
  demand(mayInvite(own));
  return own;
}

async function withNames({ names }: Needs, invites: readonly Invite[]): Promise<InviteList> {
  return { invites, names: await names.read(invites.map((invite) => invite.created_by)) };
}
