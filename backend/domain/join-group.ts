import { inviteGroupId, isDirectGroupId } from '../../schema/ids.ts';
import { ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import {
  appendPlanned,
  type ChangedGroup,
  type ChangeGroupNeeds,
  type GroupActor,
  type PlannedChange,
} from './change-group.ts';
import type { Dependencies } from './dependencies.ts';
import { requireRoom } from './group-limits.ts';
import { namedMemberSince } from './membership.ts';
import { isValid } from './invites.ts';
import type { Invite, NamedGroup, NamedMember, Person } from './model.ts';

/** A group that a user may join, or is a member of. */
interface Joinable {
  readonly group: NamedGroup;
  readonly own: NamedMember | undefined;
}

/** A group that a user is invited to. */
export interface Invited extends Joinable {
  readonly invite: Invite;
}

/** Starts a read: now, or when its result is wanted. */
type Start = <Result>(read: () => Promise<Result>) => () => Promise<Result>;

/** One read after another: none is made that an earlier one shows to be needless. */
const whenWanted: Start = (read) => read;

/** All reads at once: a user who holds the turn of a group keeps all others waiting. */
const atOnce: Start = (read) => {
  const reading = read();
  // An earlier read may throw first: then nothing waits for this one.
  reading.catch(() => undefined);
  return () => reading;
};

type ReadNeeds = Pick<Dependencies, 'members' | 'invites' | 'clock'>;
type Needs = ChangeGroupNeeds & ReadNeeds & Pick<Dependencies, 'maxGroupMembers'>;

/**
 * Joins a public group. For a member nothing is written. 7 W + 7.5 R where the user is in few groups.
 *
 * The log is the group's lock. Between the read of the group and the transaction the group may become private or full, or
 * another request of the user may join, and the user be removed: each takes the seq of the message, and all is read again.
 * Only the number of the user's groups is not exact: see `requireRoom`.
 * @throws NotFoundError where there is no such public group; ForbiddenError `removed_from_group`; UnprocessableError
 * `group_full`, `groups_full`; BusyError.
 */
export function joinPublicGroup(needs: Needs, actor: GroupActor): Promise<ChangedGroup> {
  return join(needs, actor, (start) => readPublic(needs, actor, start));
}

/**
 * Joins a group by an invitation, as `joinPublicGroup` does. 9 W + 9.5 R.
 *
 * Invitations are not in the log. One may be revoked or expire after it was read: that it is valid is a condition of the
 * transaction, and the next read finds that it is gone.
 * @throws NotFoundError for an unknown, revoked or expired invitation; otherwise as `joinPublicGroup`.
 */
export function acceptInvite(needs: Needs, code: string, actor: Person): Promise<ChangedGroup> {
  const place = { groupId: inviteGroupId(code), actor };
  const read = (start: Start) => readInvited(needs, code, actor.userId, start);
  return join(needs, place, read, () => ({ invite: { code, at: needs.clock() } }));
}

/**
 * The group that an invitation leads to, strongly read. 4 R, 3 R for a member, 1 R without an invitation.
 * @throws NotFoundError for an unknown, revoked or expired invitation; ForbiddenError `removed_from_group`.
 */
export async function readInvited(
  needs: ReadNeeds,
  code: string,
  userId: string,
  start = whenWanted,
): Promise<Invited> {
  const groupId = inviteGroupId(code);
  const findInvite = start(() => needs.invites.find(groupId, code));
  const find = start(() => findNamed(needs, groupId, userId));
  const wasRemoved = start(() => needs.members.wasRemoved(groupId, userId));
  const invite = await findInvite();
  if (!invite || !isValid(invite, needs.clock())) throw new NotFoundError();
  const { group, own } = await find();
  // All members have left: nobody owns the group any more.
  if (group.member_count === 0) throw new NotFoundError();
  if (!own) await requireNotRemoved(wasRemoved);
  return { invite, group, own };
}

async function readPublic(
  needs: ReadNeeds,
  { groupId, actor: { userId } }: GroupActor,
  start: Start,
): Promise<Joinable> {
  const find = start(() => findNamed(needs, groupId, userId));
  const wasRemoved = start(() => needs.members.wasRemoved(groupId, userId));
  const { group, own } = await find();
  if (own) return { group, own };
  if (group.visibility !== 'public') throw new NotFoundError();
  await requireNotRemoved(wasRemoved);
  return { group, own };
}

/** A named group, and the user's row of it, if any. @throws NotFoundError */
async function findNamed({ members }: ReadNeeds, groupId: string, userId: string): Promise<Joinable> {
  if (isDirectGroupId(groupId)) throw new NotFoundError();
  const { group, own } = await members.findWithGroup(groupId, userId);
  if (group?.kind !== 'group' || own?.peer !== undefined) throw new NotFoundError();
  return { group, own };
}

/** A removed member comes back by being added. @throws ForbiddenError */
async function requireNotRemoved(wasRemoved: () => Promise<boolean>): Promise<void> {
  if (await wasRemoved()) throw new ForbiddenError('removed_from_group');
}

/**
 * While a user holds the turn of the group, the tail is read first, and then all that depends on it at once: of whatever
 * changes in between, each change takes the seq of the message.
 * @param read what allows the user in, strongly; it throws where nothing does.
 * @param condition what else must hold when the user joins.
 */
async function join(
  needs: Needs,
  { groupId, actor }: GroupActor,
  read: (start: Start) => Promise<Joinable>,
  condition: () => Pick<PlannedChange, 'invite'> = () => ({}),
): Promise<ChangedGroup> {
  const { userId } = actor;
  // A user who may not join must not wait in the queue, nor cause a read of the log; a member need not.
  const { group, own } = await read(whenWanted);
  if (own) return { group, own };
  return appendPlanned(needs, { groupId, actor }, async () => {
    const hasRoom = atOnce(() => requireRoom(needs, userId, [{ userId }]));
    const now = await read(atOnce);
    if (now.own) return { ...now, change: undefined };
    if (now.group.member_count >= needs.maxGroupMembers)
      throw new UnprocessableError([{ code: 'group_full' }]);
    await hasRoom();
    return { ...now, change: { ...joinOf(now.group, actor), ...condition() } };
  });
}

const joinOf = (group: NamedGroup, { userId }: Person): PlannedChange => ({
  events: [{ type: 'member_joined', prev: group.membership_seq }],
  newcomers: (message) => [namedMemberSince(message, { userId, role: 'member', logId: group.log_id })],
});
