import type { Context } from '../context.ts';
import { userIdsOf } from './membership.ts';
import { requireMember } from './policies.ts';

/** Others hear at most once in this time that somebody is writing something in a group. */
const TYPING_PAUSE_MS = 1_000;

/**
 * Tells a group's other members that one of them is writing something, unless they were told a moment ago. Either way
 * the membership is read strongly: 1 R for 8 members, or for oneself alone.
 * @throws NotFoundError for who is not a member.
 */
export async function tellTyping(context: Context, groupId: string, userId: string): Promise<void> {
  // Where nothing can be remembered, nothing can be published either.
  const isNews = await context.memory
    .claim(`typing:${groupId}:${userId}`, TYPING_PAUSE_MS)
    .catch(() => false);
  if (!isNews) {
    const row = await context.members.find(groupId, userId);
    requireMember(row ? [row] : [], userId);
    return;
  }
  const members = await context.members.list(groupId);
  requireMember(members, userId);
  const to = userIdsOf(members).filter((member) => member !== userId);
  void context.events.publish({ kind: 'typing', to, groupId, userId });
}
