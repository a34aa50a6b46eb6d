import type { Person } from '../../backend/domain/model.ts';
import type { Table } from '../../backend/table/table.ts';
import { MAX_ADDED, MAX_MEMBERS, type MessageItem } from '../../schema/items.ts';
import { handleKey, profileKey } from '../../schema/keys.ts';
import { groupItem, messageItem, namedMemberItem, timeOf } from './factories.ts';
import { putItems, upTo } from './scene.ts';

/** Members of the largest group that still has room for as many as one request adds. */
export const LARGE_GROUP = MAX_MEMBERS - MAX_ADDED;

/**
 * A user, with an id as long as Cognito's. Members of a large group have the places 0 to LARGE_GROUP - 1, in the order of its
 * pages.
 */
export function personOf(place: number): Person {
  const userId = `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;
  return { userId, handle: `user-${place}`, display_name: `User ${place}` };
}

/** The profiles and handles of some users. */
export const profilesOf = (people: readonly Person[]) =>
  people.flatMap(({ userId, handle, display_name }) => [
    { ...profileKey(userId), handle, display_name, created_at: timeOf(1) },
    { ...handleKey(handle), user_uuid: userId, display_name },
  ]);

/** Writes a group of LARGE_GROUP members and its log, in 2 to 5 s. The first member is the owner. */
export async function addLargeGroup(
  table: Table,
  scene: {
    readonly groupId: string;
    /** Texts in the log. */
    readonly length: number;
    readonly message: Partial<MessageItem> & Pick<MessageItem, 'user_uuid'>;
    readonly admin: Person;
    readonly visibility?: 'public';
  },
): Promise<void> {
  const { groupId, length, message, admin, visibility } = scene;
  const roleOf = (userId: string) =>
    userId === personOf(0).userId ? 'owner' : userId === admin.userId ? 'admin' : 'member';
  const rows = Array.from({ length: LARGE_GROUP }, (_, place) => {
    const { userId } = personOf(place);
    return namedMemberItem({ groupId, userId, role: roleOf(userId) });
  });
  const messages = upTo(length).map((seq) => messageItem({ groupId, seq, ...message }));
  const last = messages.at(-1);
  const group = groupItem({
    groupId,
    member_count: LARGE_GROUP,
    last_seq: length,
    last_by: message.user_uuid,
    last_at: timeOf(length),
    preview: last?.message?.slice(0, 100) ?? null,
    ...(visibility && { visibility }),
  });
  await putItems(table, [group, ...rows, ...messages]);
}
