import { membershipChangeOf } from '../../schema/membership-changes.ts';
import type { Audience, Change, Publisher, Version } from '../events/changes.ts';
import type { Dependencies } from './dependencies.ts';
import { type Access, audienceOf } from './membership.ts';
import type { LogEntry, Member, Message, NamedGroup } from './model.ts';
import type { Update } from './update-summaries.ts';

/*
 * Publishes right after a write what was written. No request waits for it and nothing depends on it: if the process dies
 * here, the stream's handler publishes a second later that it was written.
 */

type Needs = Pick<Dependencies, 'events' | 'codec'>;

/** @param access of the author: read strongly for the write itself. */
export function publishMessage({ events, codec }: Needs, access: Access, message: Message): void {
  void events.publish({ kind: 'message', to: audienceOf(access), message: codec.entryOf(message) });
}

/**
 * Publishes that the reactions to a message were changed.
 * @param own the row of the user who did it. Of a named group it does not say the present `membership_seq`: a process that
 * has listeners reads it, after the reactions.
 */
export function publishReactions(
  { events }: Pick<Needs, 'events'>,
  own: Member,
  { groupId, seq }: Pick<Message, 'groupId' | 'seq'>,
): void {
  void events.publish({ kind: 'reactions', to: audienceOfRow(own), groupId, seqs: [seq] });
}

/** Publishes that the pins of a group were changed. @param own see `publishReactions`. */
export function publishPins({ events }: Pick<Needs, 'events'>, own: Member): void {
  void events.publish({ kind: 'pins', to: audienceOfRow(own), groupId: own.groupId });
}

function audienceOfRow({ groupId, joined_seq, userId, peer }: Member): Audience {
  return peer === undefined ? { groupId, membershipSeq: joined_seq } : { userIds: [userId, peer] };
}

/** Publishes a row to its user's devices: a new read mark. */
export function publishRow({ events }: Pick<Needs, 'events'>, row: Member, group?: NamedGroup): void {
  void events.publish({ kind: 'message_group', row, ...(group && { group }) });
}

/** Publishes that users are members of a group since a message. */
export function publishMembers(
  { events }: Pick<Needs, 'events'>,
  { groupId, seq }: Pick<LogEntry, 'groupId' | 'seq'>,
  userIds: readonly string[],
): void {
  for (const userId of userIds) void events.publish({ kind: 'membership', userId, groupId, seq });
}

/**
 * Publishes a changed group: new members first, because they receive nothing of it before.
 * @param change.entry the system message about it.
 * @param change.group as the change left it.
 */
export function publishGroupChange(
  { events }: Pick<Needs, 'events'>,
  { group, entry }: { readonly group: NamedGroup; readonly entry: LogEntry },
): void {
  const { groupId } = group;
  const { seq } = entry;
  const { joined = [], left } = membershipChangeOf(entry) ?? {};
  publishMembers({ events }, entry, joined);
  const to = { groupId, membershipSeq: group.membership_seq };
  void events.publish({ kind: 'message', to, message: entry });
  if (changesLook(entry)) void events.publish({ kind: 'group', groupId, seq });
  if (left !== undefined) publishMembers({ events }, entry, [left]);
}

/** Whether a group is shown differently in the lists of its members since a message. */
function changesLook({ event }: LogEntry): boolean {
  return event?.type === 'group_renamed' || event?.type === 'visibility_changed';
}

/** How much is published at once: the next slice waits for it, so that hundreds of changes never fill a buffer. */
const SLICE = 100;

/**
 * Publishes what the stream's handler has applied, because the API may have died before it did: which messages have which
 * version, which have other reactions, whether the pins were changed, who became a member or left, and the entry of the
 * change log. It publishes no text: a process that needs a message reads it as it is by then. It never rejects.
 *
 * A message is followed by what it says of its group's members, as from the API; and the entry of the change log comes
 * last: a client that has it has everything that it names.
 * @param batch.reactedTo seqs of messages whose reactions were changed.
 * @param batch.changesPins whether messages were pinned or unpinned.
 * @param batch.firstMembers of a group that was opened by one of the messages, whose first message does not name them.
 */
export async function publishAgain(
  events: Publisher,
  batch: {
    readonly groupId: string;
    readonly update: Update;
    readonly messages: readonly LogEntry[];
    readonly reactedTo: readonly number[];
    readonly changesPins: boolean;
    readonly firstMembers: readonly string[];
  },
): Promise<void> {
  const { groupId, update, firstMembers } = batch;
  const { updated, change } = update;
  if (!updated) return;
  const messages = newestOf(batch.messages);
  const to: Audience =
    updated.kind === 'group'
      ? { groupId, membershipSeq: updated.group.membership_seq }
      : { userIds: updated.rows.map((row) => row.userId) };
  const membership = (userId: string, seq: number): Change => ({ kind: 'membership', userId, groupId, seq });
  const changes = messages.map((message) => ({ ...membershipChangeOf(message), message }));
  await publishSlices(events, [
    ...firstMembers.map((userId) => membership(userId, 1)),
    ...changes.flatMap(({ joined = [], message }) => joined.map((userId) => membership(userId, message.seq))),
    ...slicesOf(messages).map((slice): Change => ({
      kind: 'versions',
      to,
      groupId,
      versions: slice.map(versionOf),
    })),
    ...slicesOf([...new Set(batch.reactedTo)]).map((seqs): Change => ({
      kind: 'reactions',
      to,
      groupId,
      seqs,
    })),
    ...(batch.changesPins ? [{ kind: 'pins' as const, to, groupId }] : []),
    ...messages.filter(changesLook).map(({ seq }): Change => ({ kind: 'group', groupId, seq })),
    ...changes.flatMap(({ left, message }) => (left === undefined ? [] : membership(left, message.seq))),
    ...(change ? [{ kind: 'change' as const, to, groupId, ...change }] : []),
  ]);
}

/** Publishes changes in their order, each slice when the one before it is sent. */
async function publishSlices(events: Publisher, changes: readonly Change[]): Promise<void> {
  for (const slice of slicesOf(changes)) await Promise.all(slice.map((change) => events.publish(change)));
}

function slicesOf<Entry>(entries: readonly Entry[]): Entry[][] {
  const count = Math.ceil(entries.length / SLICE);
  return Array.from({ length: count }, (_, place) => entries.slice(place * SLICE, (place + 1) * SLICE));
}

/** Of each message the newest version, in the order of the log. */
function newestOf(entries: readonly LogEntry[]): LogEntry[] {
  const newest = new Map<number, LogEntry>();
  for (const entry of entries) {
    if (entry.rev >= (newest.get(entry.seq)?.rev ?? 0)) newest.set(entry.seq, entry);
  }
  return [...newest.values()].sort((one, other) => one.seq - other.seq);
}

const versionOf = ({ seq, rev }: LogEntry): Version => ({ seq, rev });
