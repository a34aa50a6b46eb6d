import type { Dependencies } from './dependencies.ts';
import type { InboxEntry, Member, NamedGroup } from './model.ts';
import { peopleInSummary } from './system-messages.ts';
import { pickSummary } from './summaries.ts';
import { mentionCount, unreadCount } from './unread.ts';

/** A member's row, with META of a named group. */
export interface RowWithGroup {
  readonly row: Member;
  /** Undefined for a direct group. */
  readonly group: NamedGroup | undefined;
}

/**
 * What members see of their groups: previews as plain texts, and counts of what is unread and of what mentions them. 0.5 R for each
 * count that needs the deleted seqs or the items of mentions, and 1 R for own data of a group that was not read lately. @throws TextKeysUnavailableError
 */
export async function inboxEntriesOf(
  needs: Pick<Dependencies, 'changes' | 'codec' | 'mentions' | 'groupData'>,
  rows: readonly RowWithGroup[],
): Promise<InboxEntry[]> {
  const present = rows.flatMap(({ row, group }) => {
    const summary = row.peer === undefined ? group : row;
    return summary ? [{ row, group, summary: pickSummary(summary) }] : [];
  });
  const [shown, counts, mentions, data] = await Promise.all([
    needs.codec.decodeSummaries(present.map(({ row, summary }) => ({ ...summary, groupId: row.groupId }))),
    Promise.all(
      present.map(({ row: { groupId, userId, read_seq, read_n }, summary }) =>
        unreadCount(needs, { groupId, userId, read_seq, read_n, summary }),
      ),
    ),
    Promise.all(present.map(({ row, summary, group }) => mentionCount(needs, row, summary, group))),
    Promise.all(present.map(async ({ group }) => (group ? needs.groupData.read(group) : undefined))),
  ]);
  return present.flatMap(({ row, group }, index) => {
    const summary = shown[index];
    const [unread = 0, mentioned = 0, own] = [counts[index], mentions[index], data[index]];
    const entry = { row, group, unreadCount: unread, mentionCount: mentioned };
    return summary ? [{ ...entry, summary, ...(own !== undefined && { data: own }) }] : [];
  });
}

/** The users whose names an entry shows. */
export function peopleInEntry({ row, summary }: InboxEntry): readonly string[] {
  const { last_by, last_mentions = [] } = summary;
  const ofGroup = row.peer === undefined ? [last_by, ...peopleInSummary(summary)] : [row.peer];
  return [...ofGroup, ...last_mentions];
}
