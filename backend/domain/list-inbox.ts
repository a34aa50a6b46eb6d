import type { Dependencies } from './dependencies.ts';
import type { SummaryReader } from './group-summaries.ts';
import { cursorOfInbox, type InboxList, inboxPositionIn } from './inbox-cursor.ts';
import { inboxEntriesOf, peopleInEntry, type RowWithGroup } from './inbox-entries.ts';
import { type InboxPosition, type InboxSelection, selectPage, startOf } from './inbox-order.ts';
import type { InboxEntry, Member } from './model.ts';
import type { NameReader } from './names.ts';
import { settingsIn } from './settings.ts';

export interface InboxPage {
  readonly entries: readonly InboxEntry[];
  readonly names: NameReader;
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

type Needs = Pick<Dependencies, 'members' | 'changes' | 'mentions' | 'codec' | 'names' | 'groupData'> & {
  readonly summaries: SummaryReader;
};

/** Rows of direct groups that a page reads at most. */
export const MAX_DIRECT_ROWS = 500;

/**
 * A page of a user's message groups, newest activity first. All rows of named groups and some of direct groups are read
 * from the index, and the METAs of the named groups, which all users of a second share. 0.5 R for 4 KB of rows, 0.5 R for
 * each named group of the user (1 R with a fresh reader), 0.5 R for each count that needs deleted seqs or mentions, 1 R for
 * own data of each group that is shown with it, and 0.5 R for each name; data and names that were read lately cost nothing.
 * Groups that are not in the list are looked at as well: where there are many, a page may be short, or empty, and the next
 * one goes on.
 * @param page list: default `default`. maxDirectRows: default MAX_DIRECT_ROWS.
 * @throws BadRequestError `cursor_invalid`.
 */
export async function listInbox(
  needs: Needs,
  userId: string,
  page: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly list?: InboxList | undefined;
    readonly maxDirectRows?: number;
  },
): Promise<InboxPage> {
  const { limit, cursor, list = 'default', maxDirectRows = MAX_DIRECT_ROWS } = page;
  const position = inboxPositionIn(userId, list, cursor);
  const isFirst = cursor === undefined;
  const { shown, next } = await readInboxPage(needs, {
    userId,
    position,
    limit,
    isListed: isListedIn(list),
    isFirst,
    maxDirectRows,
  });
  const entries = await inboxEntriesOf(needs, shown);
  return {
    entries,
    names: await needs.names.read(entries.flatMap(peopleInEntry)),
    ...(next && { nextCursor: cursorOfInbox(userId, list, next) }),
  };
}

/** What a page of an inbox is read for. */
export interface InboxPageRequest {
  readonly userId: string;
  readonly position: InboxPosition;
  readonly limit: number;
  readonly isListed: (entry: RowWithGroup) => boolean;
  /** Nothing was shown yet: one Query reads the rows of both kinds. */
  readonly isFirst: boolean;
  readonly maxDirectRows: number;
}

/** A page of an inbox, without what is shown of its groups. */
export interface InboxRows extends InboxSelection {
  /** Selects a shorter page of the same rows. */
  readonly select: (limit: number) => InboxSelection;
}

/** Reads the rows and METAs of a page of an inbox: as `listInbox`, without counts, own data and names. */
export async function readInboxPage(
  needs: Pick<Needs, 'members' | 'summaries'>,
  request: InboxPageRequest,
): Promise<InboxRows> {
  const { userId, position, limit, isListed, isFirst, maxDirectRows } = request;
  const rows = isFirst ? [] : await needs.members.namedRows(userId);
  let below = isFirst ? undefined : startOf(position);
  // A window is read to its end: it had at most that many rows when it began, and does not grow.
  const most = position.until === undefined ? maxDirectRows : Infinity;
  for (let chunk = 2 * limit + 10; ; chunk *= 2) {
    const room = most - rows.filter(isDirect).length;
    const more = await needs.members.inbox(userId, Math.min(chunk, room), below);
    rows.push(...more.items);
    below = rows.at(-1)?.inbox_sk;
    const direct = rows.filter(isDirect);
    const read = {
      named: await withGroups(needs, rows),
      direct: direct.map((row) => ({ row, group: undefined })),
      isExhausted: more.isLast,
      isFull: direct.length >= most,
    };
    const select = (count: number) => selectPage(position, read, count, isListed);
    const selection = select(limit);
    // Rows that are enough for a page are enough for a shorter one.
    if (selection) return { ...selection, select: (count) => select(count) ?? selection };
  }
}

/** Whether a group is in a list, by its member's settings. */
function isListedIn(list: InboxList) {
  return (entry: RowWithGroup): boolean => {
    const { archived = false, favourite = false } = settingsIn(entry) ?? {};
    switch (list) {
      case 'default':
        return !archived;
      case 'archived':
        return archived;
      case 'favourites':
        return favourite;
    }
  };
}

const isDirect = (row: Member): boolean => row.peer !== undefined;

/** The rows of named groups, with their groups. A row without a group is left out: the group was deleted, or damaged. */
async function withGroups(
  { summaries }: Pick<Needs, 'summaries'>,
  rows: readonly Member[],
): Promise<RowWithGroup[]> {
  const named = rows.filter((row) => !isDirect(row));
  const groups = await summaries.read(named.map((row) => row.groupId));
  return named.flatMap((row) => {
    const group = groups.get(row.groupId);
    return group ? [{ row, group }] : [];
  });
}
