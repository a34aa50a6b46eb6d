import { type MemberItem, type MessageItem, PREVIEW_CODE_POINTS, type Summary } from '../../schema/items.ts';
import { memberUserIdOf } from '../../schema/keys.ts';
import type { SummaryChange, SummaryState } from '../table/member-store.ts';

/**
 * Summaries as a pure function of facts that only grow:
 *
 *     (last_seq, last_rev) and what goes with it    the highest pair wins
 *     read_seq                                      the highest wins; own messages raise it
 *     deleted_seqs                                  a set; union
 *
 * Maximum and union do not care for order or repetition. So a batch of images may be applied twice, late, shuffled or
 * in parallel with any other, and a row still ends up as the log has it: a replay is a no-op.
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
export function factsOf(messages: Iterable<MessageItem>): GroupFacts | undefined {
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

/** What a row becomes with these facts; undefined when it says so already. */
export function applyFacts(row: MemberItem, facts: GroupFacts): SummaryChange | undefined {
  const newer = isNewer(facts.newest, row);
  const readSeq = Math.max(row.read_seq, facts.authored.get(memberUserIdOf(row) ?? '') ?? 0);
  // What is deleted at or below the read mark counts for nothing, and need not be kept.
  const deleted = [...facts.deleted].filter((seq) => seq > readSeq && row.deleted_seqs?.has(seq) !== true);
  if (!newer && readSeq === row.read_seq && deleted.length === 0) return undefined;
  return { summary: newer ? facts.newest : summaryOf(row), read_seq: readSeq, deleted };
}

/**
 * What a row ought to be by the whole log. All of it follows from the log but the read mark, which is the member's own:
 * it is kept, held to the log's end, and raised by own messages.
 */
export function stateByLog(row: MemberItem, log: GroupFacts): SummaryState {
  const authored = log.authored.get(memberUserIdOf(row) ?? '') ?? 0;
  const readSeq = Math.max(Math.min(row.read_seq, log.newest.last_seq), authored);
  return {
    summary: log.newest,
    read_seq: readSeq,
    deleted_seqs: new Set([...log.deleted].filter((seq) => seq > readSeq)),
  };
}

/** One attribute of a row that is not what the log says. */
export interface Difference {
  readonly attribute: string;
  readonly stored: unknown;
  readonly expected: unknown;
}

/** Where a row differs from what it ought to be. Tombstones that were passed by the read mark do not matter. */
export function differences(row: MemberItem, state: SummaryState): Difference[] {
  const stored: Record<string, unknown> = {
    ...summaryOf(row),
    read_seq: row.read_seq,
    deleted_seqs: sorted([...(row.deleted_seqs ?? [])].filter((seq) => seq > row.read_seq)),
    inbox_sk: row.inbox_sk,
  };
  const expected: Record<string, unknown> = {
    ...state.summary,
    read_seq: state.read_seq,
    deleted_seqs: sorted(state.deleted_seqs),
    inbox_sk: row.inbox_sk.replace(/^[^#]*/, state.summary.last_at),
  };
  return Object.keys(expected)
    .map((attribute) => ({ attribute, stored: stored[attribute], expected: expected[attribute] }))
    .filter((entry) => JSON.stringify(entry.stored) !== JSON.stringify(entry.expected));
}

/** What a summary shows of a message: its beginning; null of a tombstone. */
export function preview(message: Pick<MessageItem, 'message'>): string | null {
  return message.message === null ? null : Array.from(message.message).slice(0, PREVIEW_CODE_POINTS).join('');
}

function summaryOfMessage(message: MessageItem): Summary {
  return {
    last_seq: message.seq,
    last_rev: message.rev,
    last_at: message.created_at,
    last_by: message.user_uuid,
    preview: preview(message),
  };
}

function summaryOf({ last_seq, last_rev, last_at, last_by, preview }: Summary): Summary {
  return { last_seq, last_rev, last_at, last_by, preview };
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
