import { encodeCursor } from '../../schema/cursors.ts';
import type { Dependencies } from './dependencies.ts';
import type { InboxRow } from './model.ts';
import type { NameReader } from './names.ts';
import { pageStart } from './page-start.ts';
import { peopleInRow } from './system-messages.ts';

export interface InboxPage {
  readonly rows: readonly InboxRow[];
  readonly names: NameReader;
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/**
 * A page of a user's message groups, newest activity first. One Query of the index, and one BatchGetItem for each 100
 * names: one a row, and up to two more where the newest message is a system message.
 * @throws BadRequestError `cursor_invalid`.
 */
export async function listInbox(
  needs: Pick<Dependencies, 'members' | 'names'>,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<InboxPage> {
  const after = pageStart(['inbox', userId], page.cursor);
  // One row more than the page shows whether there is a next one.
  const found = await needs.members.inbox(userId, page.limit + 1, after);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  const names = await needs.names.read(
    rows.flatMap((row) => row.peer ?? peopleInRow(row)),
    rows.flatMap((row) => (row.peer === undefined ? row.groupId : [])),
  );
  return {
    rows,
    names,
    ...(found.length > page.limit && last && { nextCursor: encodeCursor(['inbox', userId], last.inbox_sk) }),
  };
}
