import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applyFacts,
  differences,
  factsOf,
  type GroupFacts,
  mergeFacts,
  rowAfter,
  stateByLog,
} from '../../backend/domain/summaries.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import type { LogEntry, Member } from '../../backend/domain/model.ts';
import { previewOf } from '../../schema/preview.ts';
import { inboxSk } from '../../schema/keys.ts';
import { edited, logEntry, member, tombstone } from '../support/factories.ts';
import {
  countUnread,
  DELIVERIES,
  expectedReadSeq,
  type History,
  history,
  type Step,
  steps,
} from '../support/histories.ts';
import { upTo } from '../support/scene.ts';

const HISTORIES = 1_000;

describe('the summaries of a conversation', () => {
  it.each(Object.keys(DELIVERIES) as (keyof typeof DELIVERIES)[])(
    `are what the log says, when the stream tells it %s, in ${HISTORIES} random histories`,
    (delivery) => {
      const scene = history().chain((past) => fc.tuple(fc.constant(past), steps(past, delivery)));
      fc.assert(
        fc.property(scene, ([past, taken]) => {
          const rows = past.rows.map((row) => follow(past, row, taken));
          // One expectation for a history: each costs as much as following a row.
          expect(rows.map((row) => observed(past, row))).toEqual(
            rows.map((row) => countedByHand(past, row.userId, taken)),
          );
        }),
        { numRuns: HISTORIES },
      );
    },
    60_000,
  );

  it('are the same when two batches met the same row at once', () => {
    const scene = history().chain((past) =>
      fc.tuple(
        fc.constant(past),
        fc.subarray([...past.images]),
        fc.subarray([...past.images]),
        fc.nat(past.log.length),
      ),
    );
    fc.assert(
      fc.property(scene, ([past, one, other, mark]) => {
        for (const read of past.rows) {
          const marked = raised(read, mark);
          const first = writeRacing(marked, read, one);
          const second = writeRacing(first, read, other);
          const row = follow(past, second, [{ kind: 'batch', images: past.images }]);
          const inTurn = follow(past, marked, [{ kind: 'batch', images: past.images }]);
          expect(seen(row)).toEqual(seen(inTurn));
        }
      }),
    );
  });

  it('change nothing when any part of the log is told again', () => {
    const scene = history().chain((past) =>
      fc.tuple(fc.constant(past), fc.subarray([...past.images], { minLength: 1 })),
    );
    fc.assert(
      fc.property(scene, ([past, again]) => {
        for (const row of past.rows) {
          const current = follow(past, row, [{ kind: 'batch', images: past.images }]);
          expect(applyFacts(current, facts(again))).toBeUndefined();
        }
      }),
    );
  });

  it('of a part and of another part come to those of both', () => {
    const scene = history().chain((past) => fc.tuple(fc.constant(past), fc.nat(past.images.length)));
    fc.assert(
      fc.property(scene, ([past, cut]) => {
        const [one, other] = [past.images.slice(0, cut), past.images.slice(cut)].map(factsOf);
        const merged = one && other ? mergeFacts(one, other) : (one ?? other);
        expect(merged).toEqual(factsOf(past.images));
      }),
    );
  });
});

describe('the facts of two parts', () => {
  it('keep each author’s highest seq, whichever part it is in', () => {
    const groupId = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    const by = (user_uuid: string, ...seqs: number[]) =>
      facts(seqs.map((seq) => logEntry({ groupId, seq, user_uuid })));
    const merged = [
      mergeFacts(by('grace', 2), by('grace', 5)),
      mergeFacts(by('grace', 5), by('grace', 2)),
      mergeFacts(by('grace', 5), by('ada', 2)),
    ];
    expect(merged.map(({ authored }) => Object.fromEntries(authored))).toEqual([
      { grace: 5 },
      { grace: 5 },
      { grace: 5, ada: 2 },
    ]);
  });
});

describe('what a row becomes', () => {
  const groupId = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const by = (user_uuid: string, seq: number) => logEntry({ groupId, seq, user_uuid });
  const row = (values: Partial<Member> = {}) => member({ groupId, userId: 'ada', ...values });

  it('shows the newest message: its beginning, its author, its time', () => {
    expect(applyFacts(row(), facts([by('grace', 2), by('kay', 3)]))).toEqual({
      summary: {
        last_seq: 3,
        last_rev: 0,
        last_at: by('kay', 3).created_at,
        last_by: 'kay',
        last_kind: 'text',
        preview: 'text 3',
      },
      read_seq: 0,
      deleted: [],
    });
  });

  it('keeps the time of an edited message, and shows its new text', () => {
    const change = applyFacts(row(), facts([edited(by('grace', 1), 'better')]));
    expect(change?.summary).toMatchObject({
      last_rev: 1,
      last_at: by('grace', 1).created_at,
      preview: 'better',
    });
  });

  it('is not turned back by an older revision', () => {
    expect(applyFacts(row({ last_seq: 1, last_rev: 2 }), facts([edited(by('grace', 1))]))).toBeUndefined();
  });

  it('shows nothing of a tombstone, and does not count it', () => {
    const change = applyFacts(row({ last_seq: 2 }), facts([tombstone(by('grace', 2))]));
    expect(change).toMatchObject({ summary: { preview: null }, deleted: [2] });
    expect(unreadCount({ last_seq: 2, read_seq: 0, deleted_seqs: new Set([2]) })).toBe(1);
  });

  it('counts own messages as read, and everything before them', () => {
    expect(applyFacts(row(), facts([by('grace', 2), by('ada', 3), by('grace', 4)]))?.read_seq).toBe(3);
  });

  it('needs no tombstone that is read already', () => {
    expect(applyFacts(row({ last_seq: 5, read_seq: 3 }), facts([tombstone(by('grace', 3))]))).toBeUndefined();
  });

  it('is nothing where there are no facts', () => {
    expect(factsOf([])).toBeUndefined();
  });
});

describe('what a summary shows of a text', () => {
  it('is its first 100 code points, none of them cut in half', () => {
    expect(previewOf({ message: 'x'.repeat(101) })).toBe('x'.repeat(100));
    expect(previewOf({ message: '😀'.repeat(101) })).toBe('😀'.repeat(100));
    expect(previewOf({ message: 'short' })).toBe('short');
    expect(previewOf({ message: null })).toBeNull();
  });
});

describe('how a row differs from the log', () => {
  const groupId = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const log = facts(upTo(3).map((seq) => logEntry({ groupId, seq, user_uuid: 'grace' })));
  const right = member({ groupId, userId: 'ada', last_seq: 3, last_by: 'grace', preview: 'text 3' });

  it('is told by attribute, and is nothing of a row that is right', () => {
    expect(differences(right, stateByLog(right, log))).toEqual([]);
  });

  it.each<[string, Partial<Member>]>([
    ['last_seq', { last_seq: 2 }],
    ['last_rev', { last_rev: 1 }],
    ['last_at', { last_at: '1999-01-01T00:00:00.000Z' }],
    ['last_by', { last_by: 'kay' }],
    ['last_kind', { last_kind: 'system' }],
    ['preview', { preview: 'else' }],
    ['read_seq', { read_seq: 4 }],
    ['deleted_seqs', { deleted_seqs: new Set([2]) }],
    ['inbox_sk', { inbox_sk: inboxSk('1999-01-01T00:00:00.000Z', groupId) }],
  ])('is found in %s', (attribute, wrong) => {
    const row = { ...right, ...wrong };
    expect(differences(row, stateByLog(row, log)).map((entry) => entry.attribute)).toEqual([attribute]);
  });

  it('is not that a text is not called one', () => {
    const { last_kind, ...row } = right;
    expect(last_kind).toBe('text');
    expect(differences(row, stateByLog(row, log))).toEqual([]);
  });

  it('is not made of tombstones that were read', () => {
    const row = { ...right, read_seq: 2, deleted_seqs: new Set([1, 2]) };
    expect(differences(row, stateByLog(row, log))).toEqual([]);
  });
});

describe('the unread count', () => {
  it('is never below nothing: a read mark can be ahead of its row', () => {
    expect(unreadCount({ last_seq: 3, read_seq: 5 })).toBe(0);
    expect(unreadCount({ last_seq: 3, read_seq: 5, deleted_seqs: new Set([1, 4, 6]) })).toBe(0);
  });

  it('leaves out tombstones behind the mark and beyond the row’s end', () => {
    expect(unreadCount({ last_seq: 6, read_seq: 2, deleted_seqs: new Set([1, 2, 4, 7]) })).toBe(3);
  });
});

/** A row through all steps, as the store would write it. A batch that crashes reaches only the rows before. */
function follow(past: History, row: Member, taken: readonly Step[]): Member {
  const place = past.rows.findIndex((other) => other.userId === row.userId);
  const userId = row.userId;
  let current = row;
  for (const step of taken) {
    if (step.kind === 'mark') current = step.userId === userId ? raised(current, step.seq) : current;
    else if (step.crashAfter === undefined || place < step.crashAfter)
      current = written(current, step.images);
  }
  return current;
}

function written(row: Member, images: readonly LogEntry[], read: Member = row): Member {
  const change = applyFacts(read, facts(images));
  if (change === undefined) return row;
  return rowAfter(row, change);
}

/** A write of what was made of a row as it was read, which is another one by now: the store's condition decides. */
function writeRacing(row: Member, read: Member, images: readonly LogEntry[]): Member {
  if (images.length === 0) return row;
  const unchanged = (['joined_seq', 'last_seq', 'last_rev', 'read_seq'] as const).every(
    (name) => row[name] === read[name],
  );
  return unchanged ? written(row, images, read) : written(row, images);
}

function raised(row: Member, seq: number): Member {
  return seq > row.read_seq ? { ...row, read_seq: seq } : row;
}

/** What a row says, what is unread by it, and how it differs from the log. */
function observed(past: History, row: Member) {
  const { last_seq, last_rev, last_at, last_by, last_kind, preview, read_seq, inbox_sk } = row;
  return {
    ...{ last_seq, last_rev, last_at, last_by, last_kind, preview, read_seq, inbox_sk },
    unread: unreadCount(row),
    differences: differences(row, stateByLog(row, facts(past.log))),
  };
}

/** What has to be observed in the end. */
function countedByHand(past: History, userId: string, taken: readonly Step[]): ReturnType<typeof observed> {
  const newest = past.log.at(-1);
  if (!newest) throw new Error('every history has a first message');
  const read_seq = expectedReadSeq(past, userId, taken);
  return {
    last_seq: past.log.length,
    last_rev: newest.rev,
    last_at: newest.created_at,
    last_by: newest.user_uuid,
    last_kind: newest.kind,
    preview: newest.message,
    read_seq,
    inbox_sk: inboxSk(newest.created_at, past.groupId),
    unread: countUnread(past.log, read_seq),
    differences: [],
  };
}

/** A row without the tombstones that the read mark has passed, which mean nothing. */
function seen(row: Member): unknown {
  return {
    ...row,
    deleted_seqs: [...(row.deleted_seqs ?? [])].filter((seq) => seq > row.read_seq).sort((a, b) => a - b),
  };
}

function facts(messages: readonly LogEntry[]): GroupFacts {
  const found = factsOf(messages);
  if (!found) throw new Error('no messages, no facts');
  return found;
}
