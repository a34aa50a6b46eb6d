import { BusyError, NotFoundError } from '../errors.ts';
import type { RaiseOutcome } from '../table/member-store.ts';
import type { Dependencies } from './dependencies.ts';
import type { Member } from './model.ts';
import { publishRow } from './publish-changes.ts';
import { markedInFold } from './summaries.ts';

type Needs = Pick<Dependencies, 'members' | 'messages' | 'events'>;

/** A requested read mark: everything up to `seq`. */
interface ReadMark {
  readonly groupId: string;
  readonly userId: string;
  readonly seq: number;
}

/** The outcome of a request. */
interface MarkOutcome {
  /** As it is stored. */
  readonly row: Member;
  /** Whether this request moved the mark. */
  readonly moved: boolean;
  /** The log's tail, where it was read. */
  readonly tail?: number;
}

/** Maximum attempts for a row that changes meanwhile. */
const MAX_ATTEMPTS = 10;

/**
 * Marks a group read up to a seq, and returns the member's row, counted to the log's tail where that was read.
 * The mark never goes back, and never beyond the newest message. 2 W; when the row does not know of the message yet,
 * because its summary is a second late, 1 R more, and 1 W for the condition that did not hold; and 2 W more where
 * the mark passed tombstones that need not be kept any longer. A mark that did not move is not published.
 *
 * Between the look at the tail and the second write the log may grow and other marks may come; a seq that existed goes
 * on existing, and the condition accepts only a higher mark.
 * @throws NotFoundError for a user who is not a member; BusyError when the row keeps changing.
 */
export async function markRead(needs: Needs, groupId: string, userId: string, seq: number): Promise<Member> {
  const { row, moved, tail = 0 } = await moveMark(needs, { groupId, userId, seq });
  // Published as it is stored: its preview is that of its own last message, whatever the log's tail is.
  if (moved) publishRow(needs, row);
  return { ...row, last_seq: Math.max(row.last_seq, tail) };
}

async function moveMark(needs: Needs, mark: ReadMark): Promise<MarkOutcome> {
  const { groupId, userId, seq } = mark;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const first = await needs.members.raiseReadSeq(groupId, userId, seq);
    const row = rowOf(first);
    if (first.raised) return { row: await withoutPassed(needs, row), moved: true };
    if (row.read_seq >= seq) return { row, moved: false };
    const marked =
      row.last_seq < seq ? await markAheadOfRow(needs, mark) : await markInFold(needs, { groupId, row, seq });
    if (marked) return marked;
  }
  throw new BusyError('This read mark changes faster than it can be written.');
}

/** Marks up to the log's tail, where that is higher than the row knows. Undefined where the row changed meanwhile. */
async function markAheadOfRow(
  { members, messages }: Needs,
  { groupId, userId, seq }: ReadMark,
): Promise<MarkOutcome | undefined> {
  const tail = await messages.tail(groupId);
  const upTo = Math.min(seq, tail);
  const outcome = await members.raiseReadSeqAheadOfRow(groupId, userId, upTo);
  const row = rowOf(outcome);
  if (!outcome.raised && row.read_seq < upTo) return undefined;
  return { row, moved: outcome.raised, tail };
}

/**
 * Marks up to a seq after which the row only has a number of tombstones: those that are still unread are counted in the
 * log. Undefined where the row changed meanwhile: the count may be stale then.
 */
async function markInFold(
  { members, messages }: Needs,
  { groupId, row, seq }: { groupId: string; row: Member; seq: number },
): Promise<MarkOutcome | undefined> {
  if (row.folded_seq === undefined || row.folded_seq <= seq) return undefined;
  const count = await messages.countTombstones(groupId, { from: seq + 1, to: row.folded_seq });
  const marked = markedInFold(row, seq, count);
  const outcome = await members.replaceSummary(row, marked.state);
  return outcome.stored ? { row: marked.row, moved: true } : undefined;
}

/** Removes the tombstones that the mark has passed from the row. */
async function withoutPassed({ members }: Needs, row: Member): Promise<Member> {
  const passed = [...(row.deleted_seqs ?? [])].filter((seq) => seq <= row.read_seq);
  if (passed.length > 0) await members.dropTombstones(row, passed);
  return row;
}

function rowOf({ row }: RaiseOutcome): Member {
  if (!row) throw new NotFoundError();
  return row;
}
