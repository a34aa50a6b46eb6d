import { encodeCursor } from '../../schema/cursors.ts';
import { groupIdOf } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import type { OpenRow } from '../texts/texts.ts';
import type { NameReader } from './names.ts';
import { pageStart } from './page-start.ts';
import { peopleInRow } from './system-messages.ts';

export interface InboxPage {
  readonly rows: readonly OpenRow[];
  readonly names: NameReader;
  /** Where the next page starts; absent on the last. */
  readonly nextCursor?: string;
}

/**
 * A page of somebody's message groups, newest activity first. One Query of the index, and one BatchGetItem for each 100
 * names: one a row, and up to two more where the newest message is a system message.
 * @throws BadRequestError `cursor_invalid`.
 */
export async function listInbox(
  context: Context,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<InboxPage> {
  const after = pageStart(['inbox', userId], page.cursor);
  // One row more than is shown tells whether there is a next page.
  const found = await context.members.inbox(userId, page.limit + 1, after);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  const [opened, names] = await Promise.all([
    context.texts.openRows(rows),
    context.names.read(
      rows.flatMap((row) => row.peer ?? peopleInRow(row)),
      rows.flatMap((row) => (row.peer === undefined ? (groupIdOf(row) ?? []) : [])),
    ),
  ]);
  return {
    rows: opened,
    names,
    ...(found.length > page.limit && last && { nextCursor: encodeCursor(['inbox', userId], last.inbox_sk) }),
  };
}
