import dayjs from 'dayjs';
import { isDeepStrictEqual } from 'node:util';
import { ALL_MEMBERS, directInboxSk } from '../../schema/keys.ts';
import { mentionTargets } from '../table/mention-store.ts';
import { summaryOf } from '../table/items.ts';
import type { DirectMember, LogEntry, ReadMark, Summary } from './model.ts';

/**
 * Summaries as a pure function of facts that only grow:
 *
 *     (last_seq, last_rev) and what goes with it    the highest pair wins
 *     last_deleted_seq, last_mention_seq            the highest wins
 *     read_seq and read_n                           the highest wins; own texts raise them
 *
 * A maximum does not depend on order or repetition. So a batch of images may be applied twice, late, shuffled or in
 * parallel with any other, and a summary still ends up as the log has it: a replay changes nothing.
 */

/** What some messages of one group say. */
export interface GroupFacts {
  /** The highest (seq, rev) among them, the highest deleted seq, and the highest that mentions all. */
  readonly summary: Summary;
  /** Each author's newest text, by user id. */
  readonly authored: ReadonlyMap<string, ReadMark>;
  /** The highest seq that mentions each user, by user id. */
  readonly mentioned: ReadonlyMap<string, number>;
  /** Seqs of messages that are deleted. */
  readonly deleted: ReadonlySet<number>;
  /** Seqs of messages that were changed after they were sent. */
  readonly changed: ReadonlySet<number>;
}

/** The facts in some messages of one group, in any order. */
export function factsOf(messages: readonly [LogEntry, ...LogEntry[]]): GroupFacts;
export function factsOf(messages: readonly LogEntry[]): GroupFacts | undefined;
export function factsOf(messages: readonly LogEntry[]): GroupFacts | undefined {
  const facts = messages.map(factsOfOne);
  return facts.length === 0 ? undefined : facts.reduce(mergeFacts);
}

function factsOfOne(message: LogEntry): GroupFacts {
  const { seq, n, rev, user_uuid: author } = message;
  const isDeleted = message.deleted_at !== undefined;
  const targets = mentionTargets(message);
  return {
    summary: {
      ...summaryOf(message),
      ...(isDeleted && { last_deleted_seq: seq }),
      ...(targets.includes(ALL_MEMBERS) && { last_mention_seq: seq }),
    },
    authored: new Map(message.kind === 'text' ? [[author, { seq, n }]] : []),
    mentioned: new Map(targets.filter((target) => target !== ALL_MEMBERS).map((userId) => [userId, seq])),
    deleted: new Set(isDeleted ? [seq] : []),
    changed: new Set(rev > 0 ? [seq] : []),
  };
}

/** The facts of both; neither is changed. */
export function mergeFacts(one: GroupFacts, other: GroupFacts): GroupFacts {
  const authored = new Map(one.authored);
  for (const [userId, mark] of other.authored) {
    if (mark.seq > (authored.get(userId)?.seq ?? 0)) authored.set(userId, mark);
  }
  const mentioned = new Map(one.mentioned);
  for (const [userId, seq] of other.mentioned) {
    mentioned.set(userId, Math.max(seq, mentioned.get(userId) ?? 0));
  }
  return {
    summary: mergeSummaries(one.summary, other.summary),
    authored,
    mentioned,
    deleted: new Set([...one.deleted, ...other.deleted]),
    changed: new Set([...one.changed, ...other.changed]),
  };
}

function mergeSummaries(one: Summary, other: Summary): Summary {
  const { last_deleted_seq: _, last_mention_seq: __, ...newest } = isNewer(other, one) ? other : one;
  const deleted = Math.max(one.last_deleted_seq ?? 0, other.last_deleted_seq ?? 0);
  const mention = Math.max(one.last_mention_seq ?? 0, other.last_mention_seq ?? 0);
  return {
    ...newest,
    ...(deleted > 0 && { last_deleted_seq: deleted }),
    ...(mention > 0 && { last_mention_seq: mention }),
  };
}

/** Applies facts to a summary. Returns undefined if it has them already. */
export function applyToSummary(
  seen: Summary,
  { summary: said }: Pick<GroupFacts, 'summary'>,
): Summary | undefined {
  const deletesLater = (said.last_deleted_seq ?? 0) > (seen.last_deleted_seq ?? 0);
  const mentionsLater = (said.last_mention_seq ?? 0) > (seen.last_mention_seq ?? 0);
  if (!isNewer(said, seen) && !deletesLater && !mentionsLater) return undefined;
  return mergeSummaries(pickSummary(seen), said);
}

/** Replaces the summary of an item. `last_mentions` is the only part of it that a newer message can lack. */
export function withSummary<Item extends Summary>(
  { last_mentions: _, ...item }: Item,
  summary: Summary,
): Omit<Item, 'last_mentions'> & Summary {
  return { ...item, ...summary };
}

/** Applies facts to a row of a direct group. Returns undefined if it has them already. */
export function applyToRow(row: DirectMember, facts: GroupFacts): DirectMember | undefined {
  const mention = facts.mentioned.get(row.userId) ?? 0;
  const said = {
    ...facts.summary,
    ...(mention > (facts.summary.last_mention_seq ?? 0) && { last_mention_seq: mention }),
  };
  const summary = applyToSummary(row, { summary: said }) ?? pickSummary(row);
  const readSeq = Math.max(row.read_seq, facts.authored.get(row.userId)?.seq ?? 0);
  const now = {
    ...withSummary(row, summary),
    read_seq: readSeq,
    read_n: readSeq,
    inbox_sk: placeInInbox(row.inbox_sk, summary.last_at, row.groupId),
  };
  return isDeepStrictEqual(now, row) ? undefined : now;
}

/**
 * The place of a direct group's row in the inbox. It does not move with each message, which would cost 2 W each: its time
 * may be up to one day before the newest message, and never after it.
 */
export function placeInInbox(inboxSk: string, lastAt: string, groupId: string): string {
  const at = inboxSk.slice(0, lastAt.length);
  const earliest = dayjs(lastAt).subtract(INBOX_WINDOW_H, 'hour').toISOString();
  const isInWindow = at >= earliest && at <= lastAt && inboxSk === directInboxSk(at, groupId);
  return isInWindow ? inboxSk : directInboxSk(lastAt, groupId);
}

/** How far the time in a row's place may be before the time of its newest message, in hours. */
export const INBOX_WINDOW_H = 24;

/** Returns only the attributes of an item that are its summary. */
export function pickSummary(item: Summary): Summary {
  const { last_seq, last_n, last_rev, last_at, last_by, last_kind, preview } = item;
  const { last_deleted_seq, last_mention_seq, last_mentions } = item;
  const summary = { last_seq, last_n, last_rev, last_at, last_by, last_kind, preview };
  const isPlain = last_deleted_seq === undefined && last_mention_seq === undefined;
  // Most summaries have none of these.
  if (isPlain && last_mentions === undefined) return summary;
  return {
    ...summary,
    ...(last_deleted_seq !== undefined && { last_deleted_seq }),
    ...(last_mention_seq !== undefined && { last_mention_seq }),
    ...(last_mentions !== undefined && { last_mentions }),
  };
}

function isNewer(one: Summary, other: Summary): boolean {
  return one.last_seq > other.last_seq || (one.last_seq === other.last_seq && one.last_rev > other.last_rev);
}
