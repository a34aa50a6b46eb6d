import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applyToRow,
  applyToSummary,
  factsOf,
  type GroupFacts,
  mergeFacts,
  placeInInbox,
} from '../../backend/domain/summaries.ts';
import type { DirectMember, LogEntry, Member, ReadMark, Summary } from '../../backend/domain/model.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { directInboxSk } from '../../schema/keys.ts';
import { beginningOf } from '../../schema/preview.ts';
import {
  directMember,
  edited,
  logEntry,
  newDirectId,
  newGroupId,
  timeOf,
  tombstone,
} from '../support/factories.ts';
import {
  countUnread,
  DELIVERIES,
  directHistory,
  expectedReadSeq,
  expectedSummary,
  type History,
  namedHistory,
  type Step,
  steps,
} from '../support/histories.ts';
import { randomRuns } from '../support/random-runs.ts';

const HISTORIES = randomRuns(100);
const ORDERS = Object.keys(DELIVERIES) as (keyof typeof DELIVERIES)[];

/** What is kept of a group: META's summary, and the rows. A direct group's rows have summaries of their own. */
interface Kept {
  readonly summary: Summary;
  readonly rows: readonly Member[];
  readonly deleted: ReadonlySet<number>;
}

describe('what is kept of a group', () => {
  it.each(ORDERS)(
    `is what the log says, when images come %s, in ${HISTORIES} random histories`,
    async (delivery) => {
      const history = fc.oneof(namedHistory(), directHistory());
      const scene = history.chain((past) => fc.tuple(fc.constant(past), steps(past, delivery)));
      await fc.assert(
        fc.asyncProperty(scene, async ([past, taken]) => {
          const kept = follow(past, taken);
          // One expectation for a history: each costs as much as following it.
          expect(await observed(past, kept)).toEqual(countedByHand(past, taken));
        }),
        { numRuns: HISTORIES },
      );
    },
  );

  it('does not change when any part of the log is applied again', () => {
    const scene = directHistory().chain((past) =>
      fc.tuple(fc.constant(past), fc.subarray([...past.images], { minLength: 1 })),
    );
    fc.assert(
      fc.property(scene, ([past, again]) => {
        const kept = follow(past, [{ kind: 'batch', images: past.images }]);
        expect(applyToSummary(kept.summary, facts(again))).toBeUndefined();
        for (const row of kept.rows.filter(isDirect)) expect(applyToRow(row, facts(again))).toBeUndefined();
      }),
    );
  });

  it('is the same for the facts of two parts, one after the other or merged', () => {
    const scene = namedHistory().chain((past) => fc.tuple(fc.constant(past), fc.nat(past.images.length)));
    fc.assert(
      fc.property(scene, ([past, cut]) => {
        const [one, other] = [past.images.slice(0, cut), past.images.slice(cut)].map((part) => factsOf(part));
        const merged = one && other ? mergeFacts(one, other) : (one ?? other);
        expect(merged).toEqual(factsOf(past.images));
      }),
    );
  });
});

describe('the facts of messages', () => {
  const groupId = newGroupId();
  const by = (user_uuid: string, seq: number) => logEntry({ groupId, seq, user_uuid });

  it('have each author’s highest text, and no system message', () => {
    const system = logEntry({ groupId, seq: 9, n: 5, kind: 'system', message: null, user_uuid: 'grace' });
    const { authored } = facts([by('grace', 5), by('ada', 2), by('grace', 2), system]);
    expect(Object.fromEntries(authored)).toEqual({ grace: { seq: 5, n: 5 }, ada: { seq: 2, n: 2 } });
  });

  it('have what was deleted and what was changed, by seq', () => {
    const { deleted, changed } = facts([by('ada', 1), edited(by('ada', 2)), tombstone(by('ada', 3))]);
    expect([[...deleted], [...changed]]).toEqual([[3], [2, 3]]);
  });

  it('are nothing where there are no messages', () => {
    expect(factsOf([])).toBeUndefined();
  });
});

describe('a summary', () => {
  const groupId = newDirectId();
  const by = (user_uuid: string, seq: number) => logEntry({ groupId, seq, user_uuid });
  const row = directMember({ groupId, userId: 'ada' });

  it('keeps the time of an edited message, and shows its new text', () => {
    const now = applyToSummary(row, facts([edited(by('grace', 1), 'better')]));
    expect(now).toMatchObject({ last_rev: 1, last_at: by('grace', 1).created_at, preview: 'better' });
  });

  it('is not turned back by an image that is older than it', () => {
    const later = { ...row, last_rev: 2, preview: 'twice' };
    expect(applyToSummary(later, facts([edited(by('grace', 1))]))).toBeUndefined();
    expect(applyToSummary({ ...row, last_seq: 2 }, facts([edited(by('grace', 1))]))).toBeUndefined();
  });

  it('shows nothing of a tombstone', () => {
    expect(applyToSummary(row, facts([tombstone(by('grace', 2))]))).toMatchObject({
      preview: null,
      last_deleted_seq: 2,
    });
  });

  it('keeps its newest message where only an older one was deleted', () => {
    const now = applyToSummary({ ...row, last_seq: 9, last_n: 9 }, facts([tombstone(by('grace', 4))]));
    expect(now).toMatchObject({ last_seq: 9, preview: 'text 1', last_deleted_seq: 4 });
  });

  it('has a beginning that takes no emoji apart', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(beginningOf('x'.repeat(101))).toBe('x'.repeat(100));
    expect(beginningOf('x'.repeat(97) + family)).toBe('x'.repeat(97));
    expect(beginningOf('short')).toBe('short');
  });
});

describe('the place of a direct group’s row in the inbox', () => {
  const groupId = newDirectId();
  const at = (hour: number) => new Date(Date.UTC(2024, 0, 2, hour)).toISOString();
  const placed = (from: string, lastAt: string) =>
    placeInInbox(directInboxSk(from, groupId), lastAt, groupId);

  it('moves once a day, and never behind its newest message', () => {
    expect(placed(at(0), at(24))).toBe(directInboxSk(at(0), groupId));
    expect(placed(at(0), at(25))).toBe(directInboxSk(at(25), groupId));
    expect(placed(at(2), at(1))).toBe(directInboxSk(at(1), groupId));
  });

  it('moves where it is not the place of this group', () => {
    const other = directInboxSk(at(1), newDirectId());
    expect(placeInInbox(other, at(1), groupId)).toBe(directInboxSk(at(1), groupId));
    expect(placeInInbox(timeOf(1), timeOf(1), groupId)).toBe(directInboxSk(timeOf(1), groupId));
  });
});

/** What is kept, through all steps. A batch that crashes reaches some of it. */
function follow(past: History, taken: readonly Step[]): Kept {
  let kept: Kept = { summary: past.summary, rows: past.rows, deleted: new Set() };
  for (const step of taken) {
    if (step.kind === 'mark') kept = { ...kept, rows: kept.rows.map((row) => marked(row, step, past.log)) };
    else kept = applied(kept, facts(step.images), step.crashAfter);
  }
  return kept;
}

/** The writes of a batch in their order: deleted seqs, rows, the summary. @param writes how many of them are made. */
function applied({ summary, rows, deleted }: Kept, said: GroupFacts, writes = Infinity): Kept {
  return {
    deleted: writes > 0 ? new Set([...deleted, ...said.deleted]) : deleted,
    rows: rows.map((row, place) => (place + 1 < writes ? rowAfter(row, said) : row)),
    summary: writes > rows.length + 1 ? (applyToSummary(summary, said) ?? summary) : summary,
  };
}

function rowAfter(row: Member, said: GroupFacts): Member {
  if (isDirect(row)) return applyToRow(row, said) ?? row;
  return raised(row, said.authored.get(row.userId));
}

function marked(
  row: Member,
  { userId, seq }: { userId: string; seq: number },
  log: readonly LogEntry[],
): Member {
  return row.userId === userId ? raised(row, log[seq - 1]) : row;
}

function raised(row: Member, mark: ReadMark | undefined): Member {
  return mark && mark.seq > row.read_seq ? { ...row, read_seq: mark.seq, read_n: mark.n } : row;
}

/** What each member sees. */
async function observed(past: History, { summary, rows, deleted }: Kept) {
  const changes = {
    countDeleted: (_groupId: string, after: number, last: number) =>
      Promise.resolve([...deleted].filter((seq) => seq > after && seq <= last).length),
  };
  const seen = rows.map(async (row) => {
    const shown = isDirect(row) ? row : summary;
    const names = Object.keys(expectedSummary(past)) as (keyof Summary)[];
    return {
      summary: Object.fromEntries(names.map((name) => [name, shown[name]])),
      mark: [row.read_seq, row.read_n],
      unread: await unreadCount({ changes } as never, { ...row, summary: shown }),
    };
  });
  return Promise.all(seen);
}

/** The same, counted by hand. */
function countedByHand(past: History, taken: readonly Step[]): Awaited<ReturnType<typeof observed>> {
  return past.rows.map(({ userId }) => {
    const readSeq = expectedReadSeq(past, userId, taken);
    return {
      summary: { ...expectedSummary(past) },
      mark: [readSeq, readSeq === 0 ? 0 : (past.log[readSeq - 1]?.n ?? -1)],
      unread: countUnread(past.log, readSeq),
    };
  });
}

const isDirect = (row: Member): row is DirectMember => row.peer !== undefined;

function facts(messages: readonly LogEntry[]): GroupFacts {
  const found = factsOf(messages);
  if (!found) throw new Error('no messages, no facts');
  return found;
}
