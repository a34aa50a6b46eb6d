import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applyFacts,
  differences,
  factsOf,
  markedInFold,
  rangeToRecount,
  rowAfter,
  stateByLog,
} from '../../backend/domain/summaries.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { compareSummaries, rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import type { LogEntry, Member, SeqRange } from '../../backend/domain/model.ts';
import { logEntryOf, messageItemOf } from '../../backend/table/items.ts';
import { MAX_DELETED_SEQS, type MessageItem } from '../../schema/items.ts';
import {
  countUnread,
  DELIVERIES,
  expectedReadSeq,
  type History,
  monologue,
  type Step,
  steps,
} from '../support/histories.ts';
import { deferred } from '../support/deferred.ts';
import { logEntry, member, memberItem, newGroupId, timeOf, tombstone } from '../support/factories.ts';
import { addGroup, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/** Small, so that every history runs into it. */
const MAX = 2;
const HISTORIES = 300;

describe('more unread tombstones than a row names', () => {
  it.each(Object.keys(DELIVERIES) as (keyof typeof DELIVERIES)[])(
    `are counted exactly, when the stream tells of them %s, in ${HISTORIES} random histories`,
    (delivery) => {
      const scene = monologue().chain((past) => fc.tuple(fc.constant(past), steps(past, delivery)));
      fc.assert(
        fc.property(scene, ([past, taken]) => {
          const rows = past.rows.map((first) => follow(past, first, taken));
          // One expectation for a history: each costs as much as following a row.
          expect(rows.map((row) => observed(past, row))).toEqual(
            rows.map((row) => countedByHand(past, expectedReadSeq(past, row.userId, taken))),
          );
        }),
        { numRuns: HISTORIES },
      );
    },
    60_000,
  );

  it('are counted exactly by a rebuild from nothing, and by one of a row that has a fold', () => {
    const scene = monologue().chain((past) => fc.tuple(fc.constant(past), fc.nat(60), fc.nat(60)));
    fc.assert(
      fc.property(scene, ([past, readSeq, foldedSeq]) => {
        const rows = past.rows.flatMap((row) => {
          const bare = { ...row, read_seq: Math.min(readSeq, past.log.length) };
          const folded = { ...bare, folded_seq: Math.min(foldedSeq, past.log.length), folded_count: 77 };
          return [bare, folded].map((wrong) => {
            const { summary, read_seq, ...tombstones } = stateByLog(wrong, facts(past.log), MAX);
            return rowAfter(wrong, { summary, read_seq, deleted: [], tombstones });
          });
        });
        expect(rows.map((row) => observed(past, row))).toEqual(
          rows.map((row) => countedByHand(past, row.read_seq)),
        );
      }),
    );
  });

  it('are folded from the lowest, with room for the next', () => {
    const groupId = newGroupId();
    const log = upTo(6).map((seq) => tombstone(logEntry({ groupId, seq, user_uuid: 'grace' })));
    const row = member({ groupId, userId: 'ada', read_seq: 0, last_seq: 6, last_rev: 1, preview: null });
    const change = applyFacts(row, facts(log), undefined, 5);
    expect(change?.tombstones).toEqual({
      deleted_seqs: new Set([5, 6]),
      folded: { seq: 4, count: 4 },
    });
  });
});

describe('a row of the table', () => {
  const db = useTestTable();
  const readers = ['ada', 'barbara'] as const;

  it(`stays exact beyond ${MAX_DELETED_SEQS} tombstones: read into, deleted into, rebuilt`, async () => {
    const context = db().newContext();
    const length = MAX_DELETED_SEQS + 200;
    const { groupId, messages } = await addGroup(db().table, {
      userIds: readers,
      length,
      member: { last_by: 'kay' },
      message: () => ({ user_uuid: 'kay' }),
    });
    const remove = async (...seqs: readonly number[]) => {
      const gone = seqs.map((seq) => tombstone(entryAt(messages, seq)));
      await putItems(db().table, gone.map(messageItemOf));
      await updateSummaries(context, groupId, facts(gone));
    };
    const rowOf = async (userId: string) => {
      const row = await context.members.find(groupId, userId);
      if (!row) throw new Error('no such row');
      return row;
    };
    const unreadOf = async (userId: string) => unreadCount(await rowOf(userId));

    const gone = upTo(MAX_DELETED_SEQS + 100).map((n) => n + 50);
    await remove(...gone);
    for (const userId of readers) {
      expect(await unreadOf(userId)).toBe(100);
      const row = await rowOf(userId);
      expect(row.deleted_seqs?.size).toBeLessThanOrEqual(MAX_DELETED_SEQS);
      expect(row.folded_count).toBeGreaterThan(0);
    }
    // One more, where they are only counted; told twice.
    await remove(10);
    await remove(10);
    expect(await unreadOf('barbara')).toBe(99);

    // Into the counted ones: what is left of them is counted in the log.
    expect(unreadCount(await markRead(context, groupId, 'ada', 30))).toBe(70);
    expect(unreadCount(await markRead(context, groupId, 'ada', 100))).toBe(50);
    expect(await unreadOf('ada')).toBe(50);
    expect(unreadCount(await markRead(context, groupId, 'ada', 90))).toBe(50);
    expect(await compareSummaries(context, groupId)).toEqual([]);

    // Behind all of them: nothing is left to keep.
    expect(unreadCount(await markRead(context, groupId, 'ada', length - 1))).toBe(1);
    expect((await rowOf('ada')).deleted_seqs).toBeUndefined();

    // From nothing.
    await putItems(db().table, [memberItem({ groupId, userId: 'barbara', joined_seq: 1, last_seq: 1 })]);
    await rebuildSummaries(context, groupId);
    expect(await unreadOf('barbara')).toBe(99);
    expect(await compareSummaries(context, groupId)).toEqual([]);
  });

  it('of which a stale number was made is made anew', async () => {
    const context = db().newContext();
    const { groupId, messages } = await addGroup(db().table, {
      userIds: ['ada'],
      length: 20,
      member: { read_seq: 0, folded_seq: 10, folded_count: 2 },
      message: (seq) => ({
        user_uuid: 'kay',
        ...((seq === 3 || seq === 4) && { deleted_at: timeOf(seq), message: null, rev: 1 }),
      }),
    });
    // Two deletions in the counted part; the slower one's count is older than what the faster one writes.
    const gone = [5, 6].map((seq) => tombstone(entryAt(messages, seq)));
    const [one, two] = gone;
    if (!one || !two) throw new Error('there are two');
    await putItems(db().table, [messageItemOf(one)]);
    const counting = deferred<number>();
    const slow = {
      members: context.members,
      messages: Object.assign(Object.create(context.messages) as typeof context.messages, {
        countTombstones: async (group: string, range: SeqRange) => {
          const count = await context.messages.countTombstones(group, range);
          counting.resolve(count);
          await released;
          return count;
        },
      }),
    };
    const release = deferred<undefined>();
    const released = release.promise;
    const slower = updateSummaries(slow, groupId, facts([one]));
    expect(await counting.promise).toBe(3);
    await putItems(db().table, [messageItemOf(two)]);
    await updateSummaries(context, groupId, facts([two]));
    release.resolve(undefined);
    await slower;
    const row = await context.members.find(groupId, 'ada');
    expect(row).toMatchObject({ folded_seq: 10, folded_count: 4 });
  });
});

function follow(past: History, first: Member, taken: readonly Step[]): Member {
  const place = past.rows.findIndex((other) => other.userId === first.userId);
  const userId = first.userId;
  let row = first;
  let told = -1;
  for (const step of taken) {
    if (step.kind === 'mark') {
      if (step.userId === userId) row = marked(row, step.seq, logAt(past, past.images.length - 1));
      continue;
    }
    // What was told is in the log, and nothing more need be: the earliest log that this can happen over.
    told = Math.max(told, ...step.images.map((image) => past.images.indexOf(image)));
    if (step.crashAfter === undefined || place < step.crashAfter)
      row = written(row, step.images, logAt(past, told));
  }
  return row;
}

/** What a row says of unread messages, and how it differs from the log. */
function observed(past: History, row: Member) {
  return {
    read_seq: row.read_seq,
    unread: unreadCount(row),
    differences: differences(row, stateByLog(row, facts(past.log), MAX)),
    namesMoreThanMax: (row.deleted_seqs?.size ?? 0) > MAX,
  };
}

/** What has to be observed in the end. */
function countedByHand(past: History, readSeq: number): ReturnType<typeof observed> {
  return {
    read_seq: readSeq,
    unread: countUnread(past.log, readSeq),
    differences: [],
    namesMoreThanMax: false,
  };
}

function written(row: Member, images: readonly LogEntry[], log: readonly LogEntry[]): Member {
  const range = rangeToRecount(row, facts(images));
  const recounted = range && count(log, range);
  const change = applyFacts(row, facts(images), recounted, MAX);
  return change ? rowAfter(row, change) : row;
}

function marked(row: Member, seq: number, log: readonly LogEntry[]): Member {
  if (seq <= row.read_seq) return row;
  if (row.folded_seq === undefined || row.folded_seq <= seq) return { ...row, read_seq: seq };
  return markedInFold(row, seq, count(log, { from: seq + 1, to: row.folded_seq })).row;
}

function logAt(past: History, time: number): LogEntry[] {
  const log: LogEntry[] = [];
  for (const image of past.images.slice(0, time + 1)) log[image.seq - 1] = image;
  return log;
}

function count(log: readonly LogEntry[], { from, to }: { from: number; to: number }): number {
  return log.filter(({ seq, deleted_at }) => seq >= from && seq <= to && deleted_at !== undefined).length;
}

function facts(messages: readonly LogEntry[]) {
  const found = factsOf(messages);
  if (!found) throw new Error('no messages, no facts');
  return found;
}

/** A message that was stored, as the stream has it. */
function entryAt(messages: readonly MessageItem[], seq: number): LogEntry {
  const item = messages[seq - 1];
  if (!item) throw new Error(`there is no message ${seq}`);
  return logEntryOf(item);
}
