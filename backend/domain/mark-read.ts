import type { MemberItem } from '../../schema/items.ts';
import type { Context } from '../context.ts';
import { BusyError, NotFoundError } from '../errors.ts';
import type { RaiseOutcome } from '../table/member-store.ts';
import { announceRow } from './announce.ts';
import { markedInFold } from './summaries.ts';

/** Whose mark, and where it is to stand. */
interface Mark {
  readonly groupId: string;
  readonly userId: string;
  readonly seq: number;
}

/** Where a mark stands in the end. */
interface Marked {
  /** As it is stored. */
  readonly row: MemberItem;
  /** Whether it moved there just now. */
  readonly moved: boolean;
  /** The log's end, where that was looked at. */
  readonly end?: number;
}

/** How often a row that changes meanwhile is looked at again. */
const MAX_ATTEMPTS = 10;

/**
 * Marks a group read up to a seq, and answers with the member's row, counted to the log's end where that was looked at.
 * The mark never goes back, and never beyond the newest message. 2 W; when the row does not know of the message yet,
 * because its summary is a second late, 1 R more, and 1 W for the condition that did not hold; and 2 W more where
 * tombstones were passed that need not be kept any longer. A mark that stays where it was is told to nobody.
 *
 * Between the look at the tail and the second write the log may grow and other marks may come; a seq that existed goes
 * on existing, and the condition lets only a higher mark in.
 * @throws NotFoundError for who is not a member; BusyError when the row keeps changing.
 */
export async function markRead(
  context: Context,
  groupId: string,
  userId: string,
  seq: number,
): Promise<MemberItem> {
  const { row, moved, end = 0 } = await mark(context, { groupId, userId, seq });
  // Told as it is stored: its preview is that of its own last message, whatever the log's end is.
  if (moved) announceRow(context, row);
  return { ...row, last_seq: Math.max(row.last_seq, end) };
}

async function mark(context: Context, mark: Mark): Promise<Marked> {
  const { groupId, userId, seq } = mark;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const first = await context.members.raiseReadSeq(groupId, userId, seq);
    const row = rowOf(first);
    if (first.raised) return { row: await withoutPassed(context, row), moved: true };
    if (row.read_seq >= seq) return { row, moved: false };
    const marked =
      row.last_seq < seq
        ? await markAheadOfRow(context, mark)
        : await markInFold(context, { groupId, row, seq });
    if (marked) return marked;
  }
  throw new BusyError('This read mark changes faster than it can be written.');
}

/** Marks up to the log's end, where that is further than the row knows. Undefined where the row became another one. */
async function markAheadOfRow(
  { members, messages }: Context,
  { groupId, userId, seq }: Mark,
): Promise<Marked | undefined> {
  const tail = await messages.tail(groupId);
  const upTo = Math.min(seq, tail);
  const outcome = await members.raiseReadSeqAheadOfRow(groupId, userId, upTo);
  const row = rowOf(outcome);
  if (!outcome.raised && row.read_seq < upTo) return undefined;
  return { row, moved: outcome.raised, end: tail };
}

/**
 * Marks up to a seq behind which the row only has a number of tombstones: how many of them are still unread is counted
 * in the log. Undefined where the row became another one: the count may be stale then.
 */
async function markInFold(
  { members, messages }: Context,
  { groupId, row, seq }: { groupId: string; row: MemberItem; seq: number },
): Promise<Marked | undefined> {
  if (row.folded_seq === undefined || row.folded_seq <= seq) return undefined;
  const count = await messages.countTombstones(groupId, { from: seq + 1, to: row.folded_seq });
  const marked = markedInFold(row, seq, count);
  const outcome = await members.replaceSummary(row, marked.state);
  return outcome.stored ? { row: marked.row, moved: true } : undefined;
}

/** Tombstones that the mark has passed are dropped from the row. */
async function withoutPassed({ members }: Context, row: MemberItem): Promise<MemberItem> {
  const passed = [...(row.deleted_seqs ?? [])].filter((seq) => seq <= row.read_seq);
  if (passed.length > 0) await members.dropTombstones(row, passed);
  return row;
}

function rowOf({ row }: RaiseOutcome): MemberItem {
  if (!row) throw new NotFoundError();
  return row;
}
