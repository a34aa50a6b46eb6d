import type { GroupItem, MemberItem, MessageItem } from '../../schema/items.ts';
import { groupIdOf, memberUserIdOf } from '../../schema/keys.ts';
import type { Publisher } from '../events/changes.ts';
import { userIdsOf } from './membership.ts';

/*
 * Tells the members, right after a write, what was written. Nobody waits for it, and nothing depends on it: if the
 * process dies here, the stream tells of the same messages and rows a second later.
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
