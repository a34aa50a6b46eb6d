import { isDirectGroupId } from '../../schema/ids.ts';
import { NotFoundError } from '../errors.ts';
import type { RaiseOutcome } from '../table/member-store.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import type { LogEntry, Member, NamedGroup, Summary, Tail } from './model.ts';
import { publishRow } from './publish-changes.ts';
import { unreadCount } from './unread.ts';

type Needs = AccessNeeds & Pick<Dependencies, 'settings' | 'events'>;

/** A member's read mark after a request, and how many messages it leaves unread. */
export interface MarkedRead {
  readonly groupId: string;
  readonly read_seq: number;
  readonly unreadCount: number;
}

/** The row as it is stored, and the newest message as far as this request has read it. */
interface Outcome {
  readonly row: Member;
  readonly moved: boolean;
  readonly summary: Parameters<typeof unreadCount>[1]['summary'];
  readonly group?: NamedGroup;
}

/**
 * Marks a group read up to a seq. The mark never goes back, and never beyond the newest message. 2 W, and in a named group
 * 0.5 R each for the message and META; 1 R more where the log must be read, because the summary is a second late.
 *
 * Between the reads and the write the log may grow and other marks may come; a seq that existed goes on existing, and the
 * condition accepts only a higher mark. It also ends that the group is marked as unread, for 2 W more. Where neither
 * changed, nothing is published.
 * @throws NotFoundError for a user who is not a member.
 */
export async function markRead(
  needs: Needs,
  groupId: string,
  userId: string,
  seq: number,
): Promise<MarkedRead> {
  const mark = isDirectGroupId(groupId) ? markDirect : markNamed;
  const { row, moved, summary, group } = await mark(needs, { groupId, userId, seq });
  const read = row.unread_seq === undefined ? undefined : await needs.settings.endUnread(row);
  if (moved || read) publishRow(needs, read ?? row, group);
  const counted = { ...row, summary };
  return { groupId, read_seq: row.read_seq, unreadCount: await unreadCount(needs, counted) };
}

interface Request {
  readonly groupId: string;
  readonly userId: string;
  readonly seq: number;
}

/** In a direct group `n` is `seq`, and the row has the summary: where that shows the seq, nothing else is read. */
async function markDirect(needs: Needs, { groupId, userId, seq }: Request): Promise<Outcome> {
  const first = await needs.members.raiseMark(groupId, userId, { seq, n: seq }, true);
  if (!first.row) {
    // Stores the row again where only half of the group is left; then the mark has a row to move in.
    await readOwnRow(needs, groupId, userId);
    return markDirect(needs, { groupId, userId, seq });
  }
  const { row } = first;
  if (row.peer === undefined) throw new NotFoundError();
  if (first.raised || row.read_seq >= seq || row.last_seq >= seq) {
    return { row, moved: first.raised, summary: row };
  }
  const newest = await needs.messages.newest(groupId);
  const upTo = Math.min(seq, newest?.seq ?? 0);
  const mark = { seq: upTo, n: upTo };
  return raised(await needs.members.raiseMark(groupId, userId, mark), row, newest);
}

async function markNamed(needs: Needs, { groupId, userId, seq }: Request): Promise<Outcome> {
  // META is also published with the mark: a copy of the last second could show less than the user's devices do.
  const [found, [group]] = await Promise.all([
    needs.messages.tailAt(groupId, seq, 'eventual'),
    needs.groups.findMany([groupId]),
  ]);
  if (group?.kind !== 'group') throw new NotFoundError();
  // Both may be a moment old; the log itself is not.
  const isAhead = !found || seq > group.last_seq;
  const newest = isAhead ? await needs.messages.newest(groupId) : undefined;
  const mark = found ?? (await atMost(needs, { groupId, seq }, newest));
  const outcome = await needs.members.raiseMark(groupId, userId, mark);
  return { ...raised(outcome, group, newest), group };
}

/** The message at a seq, or the newest one where the seq is beyond the end. */
async function atMost(
  { messages }: Needs,
  { groupId, seq }: Pick<Request, 'groupId' | 'seq'>,
  newest: LogEntry | undefined,
): Promise<Tail> {
  const end = newest ?? { seq: 0, n: 0 };
  return end.seq <= seq ? end : ((await messages.tailAt(groupId, seq)) ?? end);
}

/** @throws NotFoundError where there is no row. */
function raised({ raised: moved, row }: RaiseOutcome, seen: Summary, newest: LogEntry | undefined): Outcome {
  if (!row) throw new NotFoundError();
  if (!newest || newest.seq <= seen.last_seq) return { row, moved, summary: seen };
  const { seq, n, user_uuid, kind } = newest;
  return {
    row,
    moved,
    // What was deleted after the summary is not known here: the deleted seqs are counted in any case.
    summary: { last_seq: seq, last_n: n, last_by: user_uuid, last_kind: kind, last_deleted_seq: seq },
  };
}
