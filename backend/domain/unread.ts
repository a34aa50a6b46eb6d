import { ALL_MEMBERS } from '../../schema/keys.ts';
import type { Dependencies } from './dependencies.ts';
import type { Member, NamedGroup, Summary } from './model.ts';

/** What unread is counted from: a member's read mark, and the group's summary. */
export type Counted = Pick<Member, 'groupId' | 'userId' | 'read_seq' | 'read_n'> & {
  readonly summary: Pick<Summary, 'last_seq' | 'last_n' | 'last_by' | 'last_kind' | 'last_deleted_seq'>;
};

/**
 * How many messages a member has not read: the texts of others after the read mark, without deleted ones. It is computed
 * from numbers that the log decides: nothing is ever counted up. Where more than 1,000 of the unread ones were deleted, it
 * is an upper bound. The mark can be ahead of the summary for a moment.
 *
 * 0.5 R where something after the mark was deleted, up to 6 R at 1,000 deleted ones; otherwise nothing.
 */
export async function unreadCount(
  { changes }: Pick<Dependencies, 'changes'>,
  { groupId, userId, read_seq, read_n, summary }: Counted,
): Promise<number> {
  const { last_seq, last_n, last_by, last_kind, last_deleted_seq = 0 } = summary;
  const texts = last_n - read_n;
  // A text of one's own raises the mark, a moment later.
  if (texts <= 0 || (last_by === userId && last_kind === 'text')) return 0;
  if (last_deleted_seq <= read_seq) return texts;
  return Math.max(0, texts - (await changes.countDeleted(groupId, read_seq, last_seq)));
}

/**
 * How many unread messages mention a member, by handle or with all; a message that does both counts once, and at most 1,000
 * are counted. An item says that a message mentions a user: they are counted only where the row, or META for all, has a
 * mention after the read mark.
 *
 * 0.5 R for each of both counts that is made, up to 12 R; usually nothing.
 * @param group of a named group.
 */
export async function mentionCount(
  { mentions }: Pick<Dependencies, 'mentions'>,
  row: Pick<Member, 'groupId' | 'userId' | 'read_seq' | 'last_mention_seq'>,
  summary: Pick<Summary, 'last_seq' | 'last_by' | 'last_kind'>,
  group: Pick<NamedGroup, 'last_mention_seq'> | undefined,
): Promise<number> {
  const { groupId, userId, read_seq: readSeq, last_mention_seq: ofUser = 0 } = row;
  // A text of one's own raises the mark, a moment later.
  if (summary.last_by === userId && summary.last_kind === 'text') return 0;
  const ofAll = group ? (group.last_mention_seq ?? 0) : ofUser;
  const targets = [...(ofUser > readSeq ? [userId] : []), ...(ofAll > readSeq ? [ALL_MEMBERS] : [])];
  const counts = await Promise.all(
    targets.map((target) => mentions.count(groupId, target, readSeq, summary.last_seq)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
