import type { Dependencies } from './dependencies.ts';
import type { SummaryReader } from './group-summaries.ts';
import type { RowWithGroup } from './inbox-entries.ts';
import { settingsIn } from './settings.ts';
import { mentionCount, unreadCount } from './unread.ts';

/** What a user has not read, over all of their groups. */
export interface Badge {
  /** Groups with unread messages, or marked as unread. */
  readonly groups: number;
  readonly messages: number;
  /** Unread messages that mention the user, also those of groups that are muted except for mentions. */
  readonly mentions: number;
}

type Needs = Pick<Dependencies, 'members' | 'changes' | 'mentions'> & { readonly summaries: SummaryReader };

/**
 * Counts what a user has not read: without muted and archived groups. It looks at every group of the user: 0.5 R for 4 KB of
 * rows, 0.5 R for each named group that was not read for a list within the last second (1 R for each with a fresh reader),
 * and 0.5 R for each count that needs deleted seqs or mentions. Clients keep it up to date by events.
 */
export async function readBadge(needs: Needs, userId: string): Promise<Badge> {
  const { items: rows } = await needs.members.inbox(userId, Infinity);
  const named = rows.filter((row) => row.peer === undefined).map((row) => row.groupId);
  const groups = await needs.summaries.read(named);
  const counts = await Promise.all(
    rows.map((row) => countIn(needs, { row, group: groups.get(row.groupId) })),
  );
  return {
    groups: counts.filter(({ isUnread }) => isUnread).length,
    messages: counts.reduce((sum, { messages }) => sum + messages, 0),
    mentions: counts.reduce((sum, { mentions }) => sum + mentions, 0),
  };
}

type CountNeeds = Pick<Needs, 'changes' | 'mentions'>;

interface Count {
  readonly isUnread: boolean;
  readonly messages: number;
  readonly mentions: number;
}

const NOTHING: Count = { isUnread: false, messages: 0, mentions: 0 };

/** What one group adds to the badge. */
async function countIn(needs: CountNeeds, entry: RowWithGroup): Promise<Count> {
  const { row, group } = entry;
  const summary = row.peer === undefined ? group : row;
  const settings = settingsIn(entry);
  if (!summary || !settings || settings.muted === 'all' || settings.archived) return NOTHING;
  const mentions = await mentionCount(needs, row, summary, group);
  if (settings.muted === 'except_mentions') return { ...NOTHING, mentions };
  const messages = await unreadCount(needs, { ...row, summary });
  return { isUnread: messages > 0 || settings.marked_unread, messages, mentions };
}
