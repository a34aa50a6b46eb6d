import { NotFoundError, UnprocessableError } from '../errors.ts';
import type { GroupChange } from '../table/group-store.ts';
import type { Dependencies } from './dependencies.ts';
import type { Group, LogEntry, Member, Message, NewMember, Person } from './model.ts';
import { requireMember } from './policies.ts';
import { publishGroup } from './publish-changes.ts';
import { withMessage } from './summaries.ts';
import { type GroupAction, systemMessage } from './system-messages.ts';

/** Texts that may take the seq of a change before the group is read again. */
const MAX_TEXTS_BETWEEN = 10;

/** A group and all of its members, at one moment. */
export interface GroupState {
  readonly group: Group;
  readonly members: readonly Member[];
}

/** A group after a change, and the system message about it; none where nothing was left to do. */
export interface ChangedGroup extends GroupState {
  readonly message?: Message;
}

/** One change of a group: what is done, and to which items. */
export interface PlannedChange extends Omit<GroupChange, 'groupId' | 'message' | 'joins'> {
  readonly action: GroupAction;
  /** The row of a new member, which begins with the system message. */
  readonly newcomer?: (message: Message) => NewMember;
}

/**
 * Plans a change of a group as it is; undefined where nothing is left to do. It checks the actor's permission, and throws
 * what prevents the change.
 */
export type Plan = (
  state: GroupState,
  own: Member,
) => PlannedChange | undefined | Promise<PlannedChange | undefined>;

export type ChangeGroupNeeds = Pick<
  Dependencies,
  'groups' | 'members' | 'log' | 'names' | 'events' | 'clock' | 'newId'
>;

/** Which group is changed, and by whom. */
export interface GroupActor {
  readonly groupId: string;
  readonly actor: Person;
}

/**
 * Changes a group, with a system message in its log: one transaction, planned on the group as it is at that seq. Another
 * change at the same moment takes the seq; then the plan is made again, permissions included. So every change follows from
 * the one before it, and two changes that exclude each other cannot both happen. A text that takes the seq changes nothing
 * that was read: the same plan goes right after it, so that a busy conversation keeps no member from leaving.
 *
 * A lost answer: the transaction may have been stored. The caller's next attempt then finds nothing left to do, or finds
 * that the actor left.
 * @throws NotFoundError for an actor who is not a member; UnprocessableError `message_group_is_direct`; BusyError; and
 * what the plan throws.
 */
export async function changeGroup(
  needs: ChangeGroupNeeds,
  { groupId, actor }: GroupActor,
  plan: Plan,
): Promise<ChangedGroup> {
  // A user who is not a member must not wait in the queue, nor cause a read of the log.
  requireMember(await needs.members.list(groupId), actor.userId);
  return needs.log.appendChange(groupId, async (tail) => {
    const before = await readState(needs, groupId);
    const own = requireMember(before.members, actor.userId);
    if (before.group.kind === 'direct') throw new UnprocessableError([{ code: 'message_group_is_direct' }]);
    const change = await plan(before, own);
    if (!change) return before;
    for (let seq = tail + 1; seq <= tail + MAX_TEXTS_BETWEEN; seq += 1) {
      const outcome = await store(needs, { groupId, actor, seq }, { before, change });
      if (outcome !== 'text_between') return outcome;
    }
    return undefined;
  });
}

/** Stores a change at one seq: the group after it; undefined where the group must be read again. */
async function store(
  needs: ChangeGroupNeeds,
  { groupId, actor, seq }: GroupActor & { readonly seq: number },
  { before, change }: { readonly before: GroupState; readonly change: PlannedChange },
): Promise<ChangedGroup | 'text_between' | undefined> {
  const { action, newcomer, ...items } = change;
  const message = systemMessage({
    groupId,
    actor,
    action,
    seq,
    messageId: needs.newId(),
    createdAt: needs.clock(),
  });
  const joins = newcomer?.(message);
  const outcome = await needs.groups.change({ ...items, groupId, message, ...(joins && { joins }) });
  if (!outcome.stored) return outcome.existing?.kind === 'text' ? 'text_between' : undefined;
  const after = stateAfter(before, items, outcome);
  needs.log.noteChange(groupId, after.members, seq);
  needs.names.rememberGroup(after.group);
  publishGroup(needs, { ...after, before: before.members, entry: outcome.entry });
  return { ...after, message };
}

async function readState({ members: store }: ChangeGroupNeeds, groupId: string): Promise<GroupState> {
  const { group, members } = await store.listWithGroup(groupId);
  if (!group) throw new NotFoundError();
  return { group, members };
}

/** The group as the transaction left it, with the rows as the stream is about to write them. */
function stateAfter(
  { group, members }: GroupState,
  { name, memberCount, leaves, roleOf }: Omit<PlannedChange, 'action' | 'newcomer'>,
  { entry, joined }: { readonly entry: LogEntry; readonly joined?: Member },
): GroupState {
  const rows = members
    .filter((row) => row.userId !== leaves?.userId)
    .map((row) => (row.userId === roleOf?.row.userId ? { ...row, role: roleOf.now } : row))
    .map((row) => withMessage(row, entry));
  return {
    group: {
      ...group,
      ...(name !== undefined && { name }),
      ...(memberCount && { member_count: memberCount.now }),
    },
    members: joined ? [...rows, joined] : rows,
  };
}
