import { NotFoundError } from '../errors.ts';
import { type GroupChange, membersAfter } from '../table/group-change.ts';
import type { SystemEvent } from '../../schema/items.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, type NamedAccess, readAccess, readOwnNamedRow } from './membership.ts';
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
export interface PlannedChange extends Omit<GroupChange, 'group' | 'messages' | 'joins'> {
  /** Each is one system message. A change of members is one event. */
  readonly events: readonly [SystemEvent, ...SystemEvent[]];
  /** The rows of new members, which begin with the first system message. */
  readonly newcomers?: (message: Message) => readonly NamedMember[];
}

/** A change that is planned on a group as it was read. */
export interface Planned {
  readonly group: NamedGroup;
  /** The actor's row; undefined where they are about to join. */
  readonly own: NamedMember | undefined;
  /** Undefined where nothing is left to do. */
  readonly change: PlannedChange | undefined;
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
 * Changes a group of which the actor is a member: see `appendPlanned`.
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
  await readOwnNamedRow(needs, groupId, actor.userId);
  return appendPlanned(needs, { groupId, actor }, async () => {
    const access = await readAccess(needs, groupId, actor.userId);
    if (!access.group) throw new NotFoundError();
    return { ...access, change: await plan(access) };
  });
}

/**
 * Changes a group, with system messages in its log: one transaction, planned on the group as it is at that seq. Another
 * change at the same moment takes the seq; then the plan is made again, permissions included. So every change follows from
 * the one before it, and two changes that exclude each other cannot both happen. A text that takes the seq changes nothing
 * that was read: the same plan goes right after it, so that a busy conversation keeps no member from leaving.
 * @param makePlan reads the group, after the tail was known.
 * @throws BusyError, and what `makePlan` throws.
 */
export async function appendPlanned(
  needs: ChangeGroupNeeds,
  { groupId, actor }: GroupActor,
  makePlan: () => Promise<Planned>,
): Promise<ChangedGroup> {
  return needs.log.appendChange(groupId, async (start) => {
    const { group, own, change } = await makePlan();
    if (!change) return { group, own };
    let tail = start;
    for (let texts = 0; texts < MAX_TEXTS_BETWEEN; texts += 1) {
      const outcome = await store(needs, tail, { group, own, change, userId: actor.userId });
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

type Storing = Planned & { readonly change: PlannedChange; readonly userId: string };

/** Stores a change right after a message: the group after it; undefined where the group must be read again. */
async function store(needs: ChangeGroupNeeds, tail: Tail, storing: Storing): Promise<StoreOutcome> {
  const { group, change } = storing;
  const { events, newcomers, ...items } = change;
  const messages = messagesOf(needs, tail, storing);
  const joins = newcomers?.(messages[0]) ?? [];
  const stored: StoredChange = { ...items, group, messages, joins };
  const outcome = await needs.groups.change(stored);
  if (!outcome.stored) {
    const { existing } = outcome;
    return existing?.kind === 'text' ? { textBetween: existing } : { changed: undefined };
  }
  const { entries } = outcome;
  const after = groupAfter(stored, entries);
  needs.log.noteChange(messages.at(-1) ?? messages[0], group.log_id, after.membership_seq);
  for (const entry of entries) publishGroupChange(needs, { group: after, entry });
  return { changed: { group: after, own: rowAfter(storing, stored) } };
}

/** The system messages of a change: one for each of its events, right after the tail. */
function messagesOf(
  needs: ChangeGroupNeeds,
  tail: Tail,
  { group: { groupId }, change, userId }: Storing,
): [Message, ...Message[]] {
  const createdAt = needs.log.timeAfter(groupId, tail);
  const after = (before: Tail, event: SystemEvent) =>
    newSystemMessage({ groupId, userId, event, tail: before, messageId: needs.newId(), createdAt });
  const [event, ...others] = change.events;
  const messages: [Message, ...Message[]] = [after(tail, event)];
  for (const other of others) messages.push(after(messages.at(-1) ?? tail, other));
  return messages;
}

type StoredChange = GroupChange & { readonly joins: readonly NamedMember[] };

/** META after a change, with the summary as the stream is about to write it. */
function groupAfter(change: StoredChange, entries: readonly [LogEntry, ...LogEntry[]]): NamedGroup {
  const { group, name, visibility, data } = change;
  const { visibility: before, data_id: dataBefore, ...rest } = group;
  const dataId = data === undefined ? dataBefore : data?.id;
  const isPublic = (visibility ?? before) === 'public';
  return {
    ...rest,
    ...applyToSummary(group, factsOf(entries)),
    ...(isPublic && { visibility: 'public' }),
    ...(dataId !== undefined && { data_id: dataId }),
    ...(name !== undefined && { name }),
    ...membersAfter(change),
  };
}

/** The actor's row after a change; undefined where they have left. */
function rowAfter(
  { own, userId }: Storing,
  { leaves, roles = [], joins }: StoredChange,
): NamedMember | undefined {
  if (leaves?.row.userId === userId) return undefined;
  const row = own ?? joins.find((joined) => joined.userId === userId);
  return row && { ...row, role: roles.find((change) => change.row.userId === userId)?.now ?? row.role };
}
