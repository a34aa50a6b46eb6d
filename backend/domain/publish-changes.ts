import type { Publisher } from '../events/changes.ts';
import type { Dependencies } from './dependencies.ts';
import { userIdsOf } from './membership.ts';
import type { Group, LogEntry, Member, Message } from './model.ts';

/*
 * Publishes to the members, right after a write, what was written. No request waits for it and nothing depends on it: if
 * the process dies here, the stream's handler publishes the same messages, rows and departures a second later.
 */

type Needs = Pick<Dependencies, 'events' | 'codec'>;

/** @param members the receivers: read strongly for the write itself. */
export function publishMessage({ events, codec }: Needs, members: readonly Member[], message: Message): void {
  void events.publish({ kind: 'message', to: userIdsOf(members), message: codec.entryOf(message) });
}

/** Publishes a member's row to that user's other devices, for example a new read mark. */
export function publishRow({ events }: Pick<Needs, 'events'>, row: Member): void {
  void events.publish({ kind: 'message_group', rows: [row] });
}

/** Publishes a group that was created or changed: the rows first, because a new member receives nothing of it before. */
export function publishGroup(
  { events }: Pick<Needs, 'events'>,
  changed: {
    readonly group: Group;
    readonly members: readonly Member[];
    /** The members before the change. */
    readonly before?: readonly Member[];
    readonly entry: LogEntry;
  },
): void {
  const { group, members, before = [], entry } = changed;
  const present = userIdsOf(members);
  void events.publish({ kind: 'message_group', rows: members, group });
  void events.publish({ kind: 'message', to: present, message: entry });
  const gone = userIdsOf(before).filter((userId) => !present.includes(userId));
  if (gone.length > 0) {
    void events.publish({ kind: 'message_group_left', to: gone, groupId: entry.groupId, seq: entry.seq });
  }
}

/**
 * What the stream's handler publishes, because the API may have died before it did: a group's messages, and all rows of
 * its members, because this batch may have been here before and failed between its writes and this. Membership was read
 * strongly a moment ago. It never rejects. A message that is published twice is one message: `seq` and `rev` say so.
 */
export async function publishAgain(
  events: Publisher,
  batch: {
    readonly rows: readonly Member[];
    readonly messages: readonly LogEntry[];
    /** As it is now, where a message is about a change of it. */
    readonly group?: Group;
  },
): Promise<void> {
  const { rows, messages, group } = batch;
  const to = userIdsOf(rows);
  // In the order of `publishGroup`. All are requested at once: a connection carries them in that order.
  await Promise.all([
    events.publish({ kind: 'message_group', rows, ...(group && { group }) }),
    ...messages.map((message) => events.publish({ kind: 'message', to, message })),
    ...messages.map((message) => publishDeparture(events, to, message)),
  ]);
}

/** Not of a user who came back: their streams would take it for a departure after that. */
async function publishDeparture(
  events: Publisher,
  present: readonly string[],
  message: LogEntry,
): Promise<void> {
  const gone = departedWith(message);
  if (gone === undefined || present.includes(gone)) return;
  await events.publish({
    kind: 'message_group_left',
    to: [gone],
    groupId: message.groupId,
    seq: message.seq,
  });
}

/** The user whose departure a message is about. */
function departedWith({ data, user_uuid: author }: LogEntry): string | undefined {
  switch (data?.event) {
    case 'member_removed':
      return data.user_uuid;
    case 'member_left':
      return author;
    case 'group_created':
    case 'group_renamed':
    case 'member_added':
    case 'role_changed':
    case undefined:
      return undefined;
  }
}
