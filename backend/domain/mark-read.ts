import type { MemberItem } from '../../schema/items.ts';
import type { Context } from '../context.ts';
import { NotFoundError } from '../errors.ts';

/**
 * Marks a group read up to a seq, and answers with the member's row. The mark never goes back, and never beyond the
 * newest message. 2 W; when the row does not know of the message yet, because its summary is a second late, 1 R more, and
 * 1 W for the condition that did not hold.
 *
 * Between the look at the tail and the second write the log may grow and other marks may come; a seq that existed goes
 * on existing, and the condition lets only a higher mark in.
 * @throws NotFoundError for who is not a member.
 */
export async function markRead(
  context: Context,
  groupId: string,
  userId: string,
  seq: number,
): Promise<MemberItem> {
  const { members, messages } = context;
  const first = await members.raiseReadSeq(groupId, userId, seq);
  const row = rowOf(first);
  if (first.raised || row.read_seq >= seq) return row;
  const tail = await messages.tail(groupId);
  const upTo = Math.min(seq, tail);
  const marked =
    row.read_seq >= upTo ? row : rowOf(await members.raiseReadSeqAheadOfRow(groupId, userId, upTo));
  // What is unread is counted to the end of the log that was just seen.
  return { ...marked, last_seq: Math.max(marked.last_seq, tail) };
}

function rowOf({ row }: { readonly row: MemberItem | undefined }): MemberItem {
  if (!row) throw new NotFoundError();
  return row;
}
