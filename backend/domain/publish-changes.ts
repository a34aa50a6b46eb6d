import type { Publisher } from '../events/changes.ts';
import type { Dependencies } from './dependencies.ts';
import { type Access, audienceOf } from './membership.ts';
import type { LogEntry, Member, Message, NamedGroup, NamedMember } from './model.ts';
import type { UpdatedGroup } from './update-summaries.ts';

/*
 * Publishes right after a write what was written. No request waits for it and nothing depends on it: if the process dies
 * here, the stream's handler publishes the same messages and departures a second later.
 */

type Needs = Pick<Dependencies, 'events' | 'codec'>;

/** @param access of the author: read strongly for the write itself. */
export function publishMessage({ events, codec }: Needs, access: Access, message: Message): void {
  void events.publish({ kind: 'message', to: audienceOf(access), message: codec.entryOf(message) });
}

/** Publishes a row to its user's devices, for example a new read mark. */
export function publishRow({ events }: Pick<Needs, 'events'>, row: Member, group?: NamedGroup): void {
  void events.publish({ kind: 'message_group', row, ...(group && { group }) });
}

/** Publishes new rows, each to its user. */
export function publishRows(needs: Pick<Needs, 'events'>, rows: readonly Member[], group?: NamedGroup): void {
  for (const row of rows) publishRow(needs, row, group);
}

/** A change of a named group as it was stored. */
export interface PublishedChange {
  readonly group: NamedGroup;
  readonly entry: LogEntry;
  readonly joins: readonly NamedMember[];
  readonly left?: string;
}

/** Publishes a changed group: new members first, because they receive nothing of it before. */
export function publishGroupChange({ events }: Pick<Needs, 'events'>, change: PublishedChange): void {
  void publishAll(events, change);
}

async function publishAll(events: Publisher, { group, entry, joins, left }: PublishedChange): Promise<void> {
  const to = { groupId: group.groupId, membershipSeq: group.membership_seq };
  // All are requested at once: a connection carries them in that order.
  await Promise.all([
    ...joins.map((row) => events.publish({ kind: 'message_group', row, group })),
    events.publish({ kind: 'message', to, message: entry }),
    ...(entry.event?.type === 'group_renamed' ? [events.publish({ kind: 'group', group })] : []),
    ...(left === undefined
      ? []
      : [
          events.publish({
            kind: 'message_group_left',
            userId: left,
            groupId: group.groupId,
            seq: entry.seq,
          }),
        ]),
  ]);
}

/**
 * What the stream's handler publishes, because the API may have died before it did. It never rejects. A message that is
 * published twice is one message: `seq` and `rev` say so.
 * @param batch.joined rows of users who joined by one of the messages, strongly read.
 */
export async function publishAgain(
  events: Publisher,
  batch: {
    readonly updated: UpdatedGroup;
    readonly messages: readonly LogEntry[];
    readonly joined: readonly NamedMember[];
  },
): Promise<void> {
  const { updated, joined } = batch;
  const messages = newestOf(batch.messages);
  if (updated.kind === 'group') {
    const { group } = updated;
    await Promise.all(
      messages.map((entry) => {
        const left = departedWith(entry);
        const joins = joined.filter((row) => row.joined_seq === entry.seq);
        return publishAll(events, { group, entry, joins, ...(left !== undefined && { left }) });
      }),
    );
    return;
  }
  const opens = messages.some((message) => message.seq === 1);
  const to = { userIds: updated.rows.map((row) => row.userId) };
  await Promise.all([
    ...(opens ? updated.rows.map((row) => events.publish({ kind: 'message_group', row })) : []),
    ...messages.map((message) => events.publish({ kind: 'message', to, message })),
  ]);
}

/** Of each message the newest version: what was deleted meanwhile is not sent. */
function newestOf(entries: readonly LogEntry[]): LogEntry[] {
  const newest = new Map<number, LogEntry>();
  for (const entry of entries) {
    if (entry.rev >= (newest.get(entry.seq)?.rev ?? 0)) newest.set(entry.seq, entry);
  }
  return [...newest.values()];
}

/** The users who joined by a message; the creator's group names none of its first members. */
export function joinedWith({ event }: LogEntry): readonly string[] {
  return event?.type === 'members_added' ? event.user_uuids : [];
}

/** The user whose departure a message is about. */
function departedWith({ event, user_uuid: author }: LogEntry): string | undefined {
  switch (event?.type) {
    case 'member_removed':
      return event.user_uuid;
    case 'member_left':
      return author;
    case 'group_created':
    case 'group_renamed':
    case 'members_added':
    case 'role_changed':
    case undefined:
      return undefined;
  }
}
