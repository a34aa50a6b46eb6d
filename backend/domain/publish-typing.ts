import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, audienceOf, readAccess } from './membership.ts';
import { requireUnblocked } from './policies.ts';

/** Others are notified at most once in this time that a user is typing in a group. */
const TYPING_PAUSE_MS = 1_000;
/** In a group of more members they are notified at most once in this time of all who are typing. */
const MAX_TYPISTS_OF = 100;

/**
 * Notifies a group's other members that one of them is typing, unless they were notified a moment ago. Either way the
 * membership is read strongly: 1 R for a direct group, 2 R for a named one.
 * @throws NotFoundError for a user who is not a member; ForbiddenError where one of a pair blocks the other.
 */
export async function publishTyping(
  needs: AccessNeeds & Pick<Dependencies, 'expiringStore' | 'events'>,
  groupId: string,
  userId: string,
): Promise<void> {
  const access = await readAccess(needs, groupId, userId);
  requireUnblocked(access.own);
  const isLarge = (access.group?.member_count ?? 2) > MAX_TYPISTS_OF;
  // Where the store cannot be reached, nothing can be published either.
  const isNews = await needs.expiringStore
    .claim(isLarge ? `typing:${groupId}` : `typing:${groupId}:${userId}`, TYPING_PAUSE_MS)
    .catch(() => false);
  if (isNews) void needs.events.publish({ kind: 'typing', to: audienceOf(access), groupId, userId });
}
