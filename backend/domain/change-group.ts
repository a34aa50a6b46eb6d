import { NotFoundError, UnprocessableError } from '../errors.ts';
import type { GroupChange } from '../table/group-store.ts';
import { isDirectGroupId } from '../../schema/ids.ts';
import type { SystemEvent } from '../../schema/items.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readAccess, readOwnRow, type NamedAccess } from './membership.ts';
import type { LogEntry, Message, NamedGroup, NamedMember, Person, Tail } from './model.ts';
import { newSystemMessage } from './new-message.ts';
import { publishGroupChange } from './publish-changes.ts';
import { applyToSummary, factsOf } from './summaries.ts';

/** Texts that may take the seq of a change before the group is read again. */
const MAX_TEXTS_BETWEEN = 10;

/** A named group after a change, and the actor's row; undefined where the actor has left. */
export interface ChangedGroup {
  readonly group: NamedGroup;
  readonly own: NamedMember | undefined;
}

/** One change of a group: what is done, and to which items. */
export interface PlannedChange extends Omit<GroupChange, 'group' | 'message' | 'joins'> {
  readonly event: SystemEvent;
  /** The rows of new members, which begin with the system message. */
  readonly newcomers?: (message: Message) => readonly NamedMember[];
}

/**
 * Plans a change of a group as it is; undefined where nothing is left to do. It checks the actor's permission, and throws
 * what prevents the change. What it reads is read after the tail was known.
 */
export type Plan = (access: NamedAccess) => PlannedChange | undefined | Promise<PlannedChange | undefined>;

export type ChangeGroupNeeds = AccessNeeds &
  Pick<Dependencies, 'log' | 'names' | 'events' | 'codec' | 'newId'>;

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
  await readOwnRow(needs, groupId, actor.userId);
  if (isDirectGroupId(groupId)) throw new UnprocessableError([{ code: 'message_group_is_direct' }]);
  return needs.log.appendChange(groupId, async (start) => {
    const access = await readAccess(needs, groupId, actor.userId);
    if (!access.group) throw new NotFoundError();
    const change = await plan(access);
    if (!change) return access;
    let tail = start;
    for (let texts = 0; texts < MAX_TEXTS_BETWEEN; texts += 1) {
      const outcome = await store(needs, tail, access, change);
      if (!('textBetween' in outcome)) return outcome.changed;
      tail = outcome.textBetween;
    }
    return undefined;
  });
}

type StoreOutcome =
  | { readonly changed: ChangedGroup | undefined }
  /** A text took the seq: the change may go right after it. */
  | { readonly textBetween: Tail };

/** Stores a change right after a message: the group after it; undefined where the group must be read again. */
async function store(
  needs: ChangeGroupNeeds,
  tail: Tail,
  { group, own }: NamedAccess,
  change: PlannedChange,
): Promise<StoreOutcome> {
  const { event, newcomers, ...items } = change;
  const { groupId } = group;
  const message = newSystemMessage({
    groupId,
    userId: own.userId,
    event,
    tail,
    messageId: needs.newId(),
    createdAt: needs.log.timeAfter(groupId, tail),
  });
  const joins = newcomers?.(message) ?? [];
  const outcome = await needs.groups.change({ ...items, group, message, joins });
  if (!outcome.stored) {
    const { existing } = outcome;
    return existing?.kind === 'text' ? { textBetween: existing } : { changed: undefined };
  }
  const after = groupAfter(group, outcome.entry, { ...items, joins });
  needs.log.noteChange(message, group.log_id, after.membership_seq);
  const left = items.leaves?.row.userId;
  publishGroupChange(needs, { group: after, entry: outcome.entry });
  const role = items.roles?.find(({ row }) => row.userId === own.userId)?.now ?? own.role;
  return { changed: { group: after, own: left === own.userId ? undefined : { ...own, role } } };
}

/** META after a change, with the summary as the stream is about to write it. */
function groupAfter(
  group: NamedGroup,
  entry: LogEntry,
  { name, leaves, joins }: Pick<GroupChange, 'name' | 'leaves'> & { readonly joins: readonly NamedMember[] },
): NamedGroup {
  const changesMembers = joins.length > 0 || leaves !== undefined;
  return {
    ...group,
    ...applyToSummary(group, factsOf([entry])),
    ...(name !== undefined && { name }),
    member_count: group.member_count + joins.length - (leaves ? 1 : 0),
    membership_seq: changesMembers ? entry.seq : group.membership_seq,
  };
}
