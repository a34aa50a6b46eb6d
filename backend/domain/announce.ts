import type { GroupItem, MemberItem, MessageItem } from '../../schema/items.ts';
import { groupIdOf, memberUserIdOf } from '../../schema/keys.ts';
import type { Publisher } from '../events/changes.ts';
import { userIdsOf } from './membership.ts';

/*
 * Tells the members, right after a write, what was written. Nobody waits for it, and nothing depends on it: if the
 * process dies here, the stream's handler tells of the same messages, rows and departures a second later.
 */

interface Announcer {
  readonly events: Publisher;
}

/** @param members those who are to hear of it: read strongly for the write itself. */
export function announceMessage({ events }: Announcer, members: readonly MemberItem[], message: MessageItem) {
  void events.publish({ kind: 'message', to: userIdsOf(members), message });
}

/** To a user's other devices: how far they have read, for example. */
export function announceRow({ events }: Announcer, row: MemberItem): void {
  void events.publish({ kind: 'message_group', rows: [row] });
}

/** A group that was made or changed: the rows first, because a new member hears nothing of it before. */
export function announceGroup(
  { events }: Announcer,
  changed: {
    readonly group: GroupItem;
    readonly members: readonly MemberItem[];
    /** Who was in it before. */
    readonly before?: readonly MemberItem[];
    readonly message: MessageItem;
  },
): void {
  const { group, members, before = [], message } = changed;
  void events.publish({ kind: 'message_group', rows: members, group });
  announceMessage({ events }, members, message);
  const present = new Set(userIdsOf(members));
  const gone = before.flatMap((row) => memberUserIdOf(row) ?? []).filter((userId) => !present.has(userId));
  if (gone.length > 0) {
    const groupId = groupIdOf(group) ?? '';
    void events.publish({ kind: 'message_group_left', to: gone, groupId, seq: message.seq });
  }
}

/**
 * What the stream's handler tells, for the API may have died before it did: a group's messages, and all rows of its
 * members, because this batch may have been here before and died between its writes and this. Who is a member was read
 * strongly a moment ago. It never rejects, and what is told twice is one message: `seq` and `rev` say so.
 */
export async function announceAgain(
  { events }: Announcer,
  news: {
    readonly rows: readonly MemberItem[];
    readonly messages: readonly MessageItem[];
    /** As it is now, where a message tells of its change. */
    readonly group?: GroupItem;
  },
): Promise<void> {
  const { rows, messages, group } = news;
  const to = userIdsOf(rows);
  // In the order of `announceGroup`. All are asked for at once: a connection carries them in that order.
  await Promise.all([
    events.publish({ kind: 'message_group', rows, ...(group && { group }) }),
    ...messages.map((message) => events.publish({ kind: 'message', to, message })),
    ...messages.map((message) => announceDeparture({ events }, to, message)),
  ]);
}

/** Not of who has come back: their streams would take it for a departure after that. */
async function announceDeparture(
  { events }: Announcer,
  present: readonly string[],
  message: MessageItem,
): Promise<void> {
  const gone = departedWith(message);
  if (gone === undefined || present.includes(gone)) return;
  const groupId = groupIdOf(message) ?? '';
  await events.publish({ kind: 'message_group_left', to: [gone], groupId, seq: message.seq });
}

/** Whose departure a message tells of. */
function departedWith({ data, user_uuid: author }: MessageItem): string | undefined {
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
