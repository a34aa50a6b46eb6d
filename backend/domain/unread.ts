import type { Member } from './model.ts';
import { foldOf } from './summaries.ts';

/**
 * How many messages a member has not read, computed from seqs: nothing is ever counted up.
 * `read_seq` can be ahead of `last_seq` for a moment, when the summary is a second behind the log.
 */
export function unreadCount(
  row: Pick<Member, 'last_seq' | 'read_seq' | 'deleted_seqs' | 'folded_seq' | 'folded_count'>,
): number {
  const fold = foldOf(row, row.read_seq);
  const base = Math.max(row.read_seq, fold?.seq ?? 0);
  const named = [...(row.deleted_seqs ?? [])].filter((seq) => base < seq && seq <= row.last_seq);
  return Math.max(0, row.last_seq - row.read_seq - named.length - (fold?.count ?? 0));
}
