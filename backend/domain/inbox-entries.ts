import type { Dependencies } from './dependencies.ts';
import type { InboxEntry, Member, NamedGroup } from './model.ts';
import { peopleInSummary } from './system-messages.ts';
import { pickSummary } from './summaries.ts';
import { unreadCount } from './unread.ts';

/** A member's row, with META of a named group. */
export interface RowWithGroup {
  readonly row: Member;
  /** Undefined for a direct group. */
  readonly group: NamedGroup | undefined;
}

/**
 * What members see of their groups: previews as plain texts, and unread counts. 0.5 R for each row whose count needs the
 * deleted seqs. @throws TextKeysUnavailableError
 */
export async function inboxEntriesOf(
  needs: Pick<Dependencies, 'changes' | 'codec'>,
  rows: readonly RowWithGroup[],
): Promise<InboxEntry[]> {
  const present = rows.flatMap(({ row, group }) => {
    const summary = row.peer === undefined ? group : row;
    return summary ? [{ row, group, summary: pickSummary(summary) }] : [];
  });
  const [shown, counts] = await Promise.all([
    needs.codec.decodeSummaries(present.map(({ row, summary }) => ({ ...summary, groupId: row.groupId }))),
    Promise.all(
      present.map(({ row: { groupId, userId, read_seq, read_n }, summary }) =>
        unreadCount(needs, { groupId, userId, read_seq, read_n, summary }),
      ),
    ),
  ]);
  return present.flatMap(({ row, group }, index) => {
    const summary = shown[index];
    return summary ? [{ row, group, summary, unreadCount: counts[index] ?? 0 }] : [];
  });
}

/** The users whose names an entry shows. */
export function peopleInEntry({ row, summary }: InboxEntry): readonly string[] {
  return row.peer === undefined ? [summary.last_by, ...peopleInSummary(summary)] : [row.peer];
}
