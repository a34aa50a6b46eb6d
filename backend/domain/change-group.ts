import type { GroupItem, MemberItem, MessageItem } from '../../schema/items.ts';
import type { Context } from '../context.ts';
import { NotFoundError, UnprocessableError } from '../errors.ts';
import type { GroupChange } from '../table/group-store.ts';
import { sealMessage } from '../texts/texts.ts';
import { announceGroup } from './announce.ts';
import { presentSince } from './membership.ts';
import type { Person } from './people.ts';
import { requireMember } from './policies.ts';
import { withMessage } from './summaries.ts';
import { type Deed, systemMessage } from './system-messages.ts';

/** Texts that a change may find in its way before the group is read anew. */
const MAX_TEXTS_BETWEEN = 10;

/** A group and everybody in it, at one moment. */
export interface GroupState {
  readonly group: GroupItem;
  readonly members: readonly MemberItem[];
}

/** One change of a group: what is done, and to which items. */
export interface PlannedChange extends Omit<GroupChange, 'groupId' | 'message' | 'joins'> {
  readonly deed: Deed;
  /** Who comes in: the row that begins with the system message. */
  readonly newcomer?: (message: MessageItem) => MemberItem;
}

/**
 * What a change makes of a group as it is; undefined where nothing is left to do. It checks whether the actor may, and
 * throws what speaks against it.
 */
export type Plan = (
  state: GroupState,
  own: MemberItem,
) => PlannedChange | undefined | Promise<PlannedChange | undefined>;

/** A group after a change, and the message that tells of it; none where nothing was left to do. */
export interface ChangedGroup {
  readonly before: GroupState;
  readonly after: GroupState;
  readonly message?: MessageItem;
}

/**
 * Changes a group, with a system message in its log: one transaction, planned on the group as it is at that seq. Who
 * else changes it at the same moment takes the seq; then the plan is made anew, permissions included. So every change
 * follows from the one before it, and two people's that exclude each other cannot both happen. A text that takes the seq
 * changes nothing that was read: the same plan goes right behind it, so a busy conversation keeps nobody in it.
 *
 * A lost answer: the transaction may have been stored. The caller's next attempt finds nothing left to do, or that
 * they are gone.
 * @throws NotFoundError for who is not a member; UnprocessableError `message_group_is_direct`; BusyError; and what the
 * plan throws.
 */
export async function changeGroup(
  context: Context,
  { groupId, actor, plan }: { readonly groupId: string; readonly actor: Person; readonly plan: Plan },
): Promise<ChangedGroup> {
  // Somebody who is not a member waits in no queue, and reads no log.
  requireMember(await context.members.list(groupId), actor.userId);
  return context.log.appendChange(groupId, async (tail) => {
    const before = await readState(context, groupId);
    const own = requireMember(before.members, actor.userId);
    if (before.group.kind === 'direct') throw new UnprocessableError([{ code: 'message_group_is_direct' }]);
    const change = await plan(before, own);
    if (!change) return { before, after: before };
    for (let seq = tail + 1; seq <= tail + MAX_TEXTS_BETWEEN; seq += 1) {
      const outcome = await store(context, { groupId, actor, seq }, { before, change });
      if (outcome !== 'text_between') return outcome;
    }
    return undefined;
  });
}

/** What a change was made into at one seq; undefined where the group has to be read anew. */
async function store(
  context: Context,
  { groupId, actor, seq }: { readonly groupId: string; readonly actor: Person; readonly seq: number },
  { before, change }: { readonly before: GroupState; readonly change: PlannedChange },
): Promise<ChangedGroup | 'text_between' | undefined> {
  const told = systemMessage({
    groupId,
    actor,
    deed: change.deed,
    seq,
    messageId: context.newId(),
    createdAt: context.clock(),
  });
  const message = await sealMessage(context.texts, told);
  const items = { ...change, ...(change.newcomer && { joins: change.newcomer(message) }) };
  const outcome = await context.groups.change({ ...items, groupId, message });
  if (!outcome.stored) return outcome.existing?.kind === 'text' ? 'text_between' : undefined;
  const after = stateAfter(before, items, message);
  context.log.noteChange(groupId, presentSince(after.members), message.seq);
  context.names.rememberGroup(after.group);
  announceGroup(context, { ...after, before: before.members, message });
  return { before, after, message };
}

async function readState(context: Context, groupId: string): Promise<GroupState> {
  const { group, members } = await context.members.listWithGroup(groupId);
  if (!group) throw new NotFoundError();
  return { group, members };
}

/** The group as the transaction left it, with the rows as the stream is about to make them. */
function stateAfter(
  { group, members }: GroupState,
  { name, memberCount, joins, leaves, roleOf }: Omit<GroupChange, 'groupId' | 'message'>,
  message: MessageItem,
): GroupState {
  const rows = members
    .filter((row) => row.sk !== leaves?.sk)
    .map((row) => (row.sk === roleOf?.row.sk ? { ...row, role: roleOf.now } : row))
    .map((row) => withMessage(row, message));
  return {
    group: {
      ...group,
      ...(name !== undefined && { name }),
      ...(memberCount && { member_count: memberCount.now }),
    },
    members: joins ? [...rows, joins] : rows,
  };
}
