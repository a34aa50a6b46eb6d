import type { Dependencies } from './dependencies.ts';
import { userIdsOf } from './membership.ts';
import { requireMember } from './policies.ts';

/** Others are notified at most once in this time that a user is typing in a group. */
const TYPING_PAUSE_MS = 1_000;

/**
 * Notifies a group's other members that one of them is typing, unless they were notified a moment ago. Either way the
 * membership is read strongly: 1 R for 8 members, or for the user's own row alone.
 * @throws NotFoundError for a user who is not a member.
 */
export async function publishTyping(
  { members, expiringStore, events }: Pick<Dependencies, 'members' | 'expiringStore' | 'events'>,
  groupId: string,
  userId: string,
): Promise<void> {
  // Where the memory cannot be reached, nothing can be published either.
  const isNews = await expiringStore.claim(`typing:${groupId}:${userId}`, TYPING_PAUSE_MS).catch(() => false);
  if (!isNews) {
    const row = await members.find(groupId, userId);
    requireMember(row ? [row] : [], userId);
    return;
  }
  const present = await members.list(groupId);
  requireMember(present, userId);
  const to = userIdsOf(present).filter((member) => member !== userId);
  void events.publish({ kind: 'typing', to, groupId, userId });
}
