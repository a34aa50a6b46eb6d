import { isDeepStrictEqual } from 'node:util';
import { MAX_DELETED_SEQS, type Summary } from '../../schema/items.ts';
import { inboxSk } from '../../schema/keys.ts';
import { previewOf } from '../../schema/preview.ts';
import type { LogEntry, Member, SeqRange, SummaryChange, SummaryState, Tombstones } from './model.ts';

/**
 * Summaries as a pure function of facts that only grow:
 *
 *     (last_seq, last_rev) and what goes with it    the highest pair wins
 *     read_seq                                      the highest wins; own messages raise it
 *     deleted_seqs                                  a set; union
 *
 * Maximum and union do not care for order or repetition. So a batch of images may be applied twice, late, shuffled or
 * in parallel with any other, and a row still ends up as the log has it: a replay is a no-op.
 *
 * A set that grows beyond its bound is folded: of the lowest seqs in it only the number is kept, with the seq up to
 * which it counts. What cannot be told from the set any more (whether a tombstone there is counted already, and how
 * many lie behind a read mark that moved into it) is counted anew in the log. That number too can only grow while the
 * row's `read_seq` and `folded_seq` are the same.
 */

/** What some messages of one group say about its members' rows. */
export interface GroupFacts {
  /** The highest (seq, rev) among them. */
  readonly newest: Summary;
  /** Each author's highest seq, by user id. */
  readonly authored: ReadonlyMap<string, number>;
  /** Seqs that are tombstones. */
  readonly deleted: ReadonlySet<number>;
}

/** The facts in some messages of one group, in any order; undefined when there are none. */
export function factsOf(messages: Iterable<LogEntry>): GroupFacts | undefined {
  let newest: Summary | undefined;
  const authored = new Map<string, number>();
  const deleted = new Set<number>();
  for (const message of messages) {
    const summary = summaryOfMessage(message);
    if (newest === undefined || isNewer(summary, newest)) newest = summary;
    raise(authored, message.user_uuid, message.seq);
    if (message.deleted_at !== undefined) deleted.add(message.seq);
  }
  return newest && { newest, authored, deleted };
}

/** The facts of both; neither is changed. */
export function mergeFacts(one: GroupFacts, other: GroupFacts): GroupFacts {
  const authored = new Map(one.authored);
  for (const [userId, seq] of other.authored) raise(authored, userId, seq);
  return {
    newest: isNewer(other.newest, one.newest) ? other.newest : one.newest,
    authored,
    deleted: new Set([...one.deleted, ...other.deleted]),
  };
}

/**
 * The part of the log whose tombstones have to be counted before it can be told what a row becomes: after the row was
 * read, and for that row alone. Undefined in all but rare cases.
 */
export function rangeToRecount(row: Member, facts: GroupFacts): SeqRange | undefined {
  const readSeq = readSeqAfter(row, facts);
  const fold = foldOf(row, readSeq);
  if (!fold) return undefined;
  const isInFold = (seq: number) => seq > readSeq && seq <= fold.seq;
  const stale = readSeq !== row.read_seq || [...facts.deleted].some(isInFold);
  return stale ? { from: readSeq + 1, to: fold.seq } : undefined;
}

/**
 * What a row becomes with these facts; undefined when it says so already.
 * @param recounted how many tombstones `rangeToRecount` has, where there is one.
 */
export function applyFacts(
  row: Member,
  facts: GroupFacts,
  recounted?: number,
  max = MAX_DELETED_SEQS,
): SummaryChange | undefined {
  const newer = isNewer(facts.newest, row);
  const readSeq = readSeqAfter(row, facts);
  const fold = foldOf(row, readSeq);
  const folded = fold && { ...fold, count: recounted ?? fold.count };
  // What is deleted at or below the read mark counts for nothing, and need not be kept.
  const base = fold?.seq ?? readSeq;
  const known = row.deleted_seqs ?? new Set<number>();
  const deleted = behind(base, [...facts.deleted]).filter((seq) => !known.has(seq));
  const sameCount = folded?.count === fold?.count;
  if (!newer && readSeq === row.read_seq && deleted.length === 0 && sameCount) return undefined;
  const change = { summary: newerOf(row, facts), read_seq: readSeq, deleted };
  const fits = sameCount && known.size + deleted.length <= max;
  return fits
    ? change
    : { ...change, tombstones: bounded(behind(base, [...known, ...deleted]), folded, max) };
}

const newerOf = (row: Member, { newest }: GroupFacts): Summary =>
  isNewer(newest, row) ? newest : summaryOf(row);

const behind = (seq: number, seqs: readonly number[]) => seqs.filter((other) => other > seq);

function readSeqAfter(row: Member, facts: GroupFacts): number {
  return Math.max(row.read_seq, facts.authored.get(row.userId) ?? 0);
}

/** A row with a change made to it, as the table then has it. */
export function rowAfter(row: Member, change: SummaryChange): Member {
  const { deleted_seqs, folded_seq, folded_count, last_event, ...rest } = row;
  const named = change.tombstones?.deleted_seqs ?? new Set([...(deleted_seqs ?? []), ...change.deleted]);
  const folded = change.tombstones ? change.tombstones.folded : foldOf({ folded_seq, folded_count }, 0);
  return {
    ...rest,
    ...change.summary,
    inbox_sk: inboxSk(change.summary.last_at, row.groupId),
    read_seq: change.read_seq,
    ...(named.size > 0 && { deleted_seqs: named }),
    ...(folded && { folded_seq: folded.seq, folded_count: folded.count }),
  };
}

/** A row as the stream is about to make it for one more message. */
export function withMessage(row: Member, message: LogEntry): Member {
  const facts = factsOf([message]);
  if (!facts || rangeToRecount(row, facts)) return row;
  const change = applyFacts(row, facts);
  return change ? rowAfter(row, change) : row;
}

/**
 * What a row ought to be by the whole log. All of it follows from the log but the read mark, which is the member's own:
 * it is kept, held to the log's end, and raised by own messages; and up to where tombstones are only counted.
 */
export function stateByLog(row: Member, log: GroupFacts, max = MAX_DELETED_SEQS): SummaryState {
  const readSeq = readSeqAfter({ ...row, read_seq: Math.min(row.read_seq, log.newest.last_seq) }, log);
  const fold = foldOf(row, readSeq);
  const unread = [...log.deleted].filter((seq) => seq > readSeq);
  const named = unread.filter((seq) => seq > (fold?.seq ?? 0));
  const folded = fold && { seq: fold.seq, count: unread.length - named.length };
  return { summary: log.newest, read_seq: readSeq, ...bounded(named, folded, max) };
}

/**
 * A row whose read mark moves to a seq behind which tombstones are only counted.
 * @param count how many of those there are behind it, by the log.
 */
export function markedInFold(
  row: Member,
  readSeq: number,
  count: number,
): { readonly state: SummaryState; readonly row: Member } {
  const seq = row.folded_seq ?? readSeq;
  const { deleted_seqs = new Set() } = row;
  const state = { summary: summaryOf(row), read_seq: readSeq, deleted_seqs, folded: { seq, count } };
  return { state, row: rowAfter(row, { ...state, deleted: [], tombstones: state }) };
}

/** Up to where a row's tombstones are only counted, and how many; undefined where that lies behind the read mark. */
export function foldOf(
  row: { readonly folded_seq?: number | undefined; readonly folded_count?: number | undefined },
  readSeq: number,
): Tombstones['folded'] {
  const { folded_seq: seq, folded_count: count } = row;
  return seq !== undefined && count !== undefined && seq > readSeq ? { seq, count } : undefined;
}

/** Tombstones within the bound: the lowest are only counted, so many that the next ones find room. */
function bounded(named: readonly number[], folded: Tombstones['folded'], max: number): Tombstones {
  if (named.length <= max) return { deleted_seqs: new Set(named), ...(folded && { folded }) };
  const ascending = sorted(named);
  const kept = ascending.slice(-Math.floor(max / 2));
  const counted = ascending.slice(0, ascending.length - kept.length);
  const seq = counted.at(-1) ?? 0;
  return { deleted_seqs: new Set(kept), folded: { seq, count: (folded?.count ?? 0) + counted.length } };
}

/** One attribute of a row that is not what the log says. */
export interface Difference {
  readonly attribute: string;
  readonly stored: unknown;
  readonly expected: unknown;
}

/** Where a row differs from what it ought to be. Tombstones that were passed by the read mark do not matter. */
export function differences(row: Member, state: SummaryState): Difference[] {
  const stored: Record<string, unknown> = {
    last_event: undefined,
    ...summaryOf(row),
    read_seq: row.read_seq,
    ...tombstonesSaid(
      { deleted_seqs: row.deleted_seqs ?? new Set(), folded: foldOf(row, row.read_seq) },
      row,
    ),
    inbox_sk: row.inbox_sk,
  };
  const expected: Record<string, unknown> = {
    last_event: undefined,
    ...state.summary,
    read_seq: state.read_seq,
    ...tombstonesSaid(state, state),
    inbox_sk: row.inbox_sk.replace(/^[^#]*/, state.summary.last_at),
  };
  return Object.keys(expected)
    .map((attribute) => ({ attribute, stored: stored[attribute], expected: expected[attribute] }))
    .filter((entry) => !isDeepStrictEqual(entry.stored, entry.expected));
}

/** What tombstones say of unread messages. */
function tombstonesSaid(
  { deleted_seqs, folded }: Pick<Tombstones, 'deleted_seqs'> & { folded?: Tombstones['folded'] },
  { read_seq }: { readonly read_seq: number },
) {
  const base = Math.max(read_seq, folded?.seq ?? 0);
  return {
    deleted_seqs: sorted([...deleted_seqs].filter((seq) => seq > base)),
    folded_seq: folded?.seq,
    folded_count: folded?.count,
  };
}

/** What a summary says when this is the newest message. */
export function summaryOfMessage(message: LogEntry): Summary {
  return {
    last_seq: message.seq,
    last_rev: message.rev,
    last_at: message.created_at,
    last_by: message.user_uuid,
    last_kind: message.kind,
    ...(message.data && { last_event: message.data }),
    preview: previewOf(message),
  };
}

function summaryOf({ last_kind = 'text', last_event, ...summary }: Summary): Summary {
  const { last_seq, last_rev, last_at, last_by, preview } = summary;
  return { last_seq, last_rev, last_at, last_by, last_kind, ...(last_event && { last_event }), preview };
}

function isNewer(one: Summary, other: Summary): boolean {
  return one.last_seq > other.last_seq || (one.last_seq === other.last_seq && one.last_rev > other.last_rev);
}

function raise(authored: Map<string, number>, userId: string, seq: number): void {
  authored.set(userId, Math.max(seq, authored.get(userId) ?? 0));
}

function sorted(seqs: Iterable<number>): number[] {
  return [...seqs].sort((a, b) => a - b);
}
