import type { MemberItem } from '../../schema/items.ts';

/**
 * How many messages a member has not read, computed from seqs: nothing is ever counted up.
 * `read_seq` can be ahead of `last_seq` for a moment, when the summary is a second behind the log.
 */
export function unreadCount(row: Pick<MemberItem, 'last_seq' | 'read_seq' | 'deleted_seqs'>): number {
  const unreadTombstones = [...(row.deleted_seqs ?? [])].filter(
    (seq) => row.read_seq < seq && seq <= row.last_seq,
  );
  return Math.max(0, row.last_seq - row.read_seq - unreadTombstones.length);
}
