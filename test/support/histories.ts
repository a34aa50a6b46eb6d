import fc from 'fast-check';
import type { LogEntry, Member, Summary } from '../../backend/domain/model.ts';
import { summaryOf } from '../../backend/table/items.ts';
import { directGroupId, isDirectGroupId } from '../../schema/ids.ts';
import { directMember, edited, logEntry, namedMember, newGroupId, timeOf, tombstone } from './factories.ts';

/**
 * Random histories of a conversation, and random ways in which the stream can deliver them. What has to be kept
 * of a group in the end is counted here by hand, without the code under test.
 */
export interface History {
  readonly groupId: string;
  /** The log as it is in the end. */
  readonly log: readonly LogEntry[];
  /** Every image the log ever had, in the order it was written in. */
  readonly images: readonly LogEntry[];
  /** The summary as of the first message: META's, or that of both rows. */
  readonly summary: Summary;
  /** The members' rows as they were stored when each of them joined, before the stream delivered anything. */
  readonly rows: readonly Member[];
}

/** Something that happens to what is kept. */
export type Step =
  | { readonly kind: 'batch'; readonly images: readonly LogEntry[]; readonly crashAfter?: number }
  | { readonly kind: 'mark'; readonly userId: string; readonly seq: number };

/** Ada and Grace talk from the start, Barbara joins on the way, and Kay was a member before all this. */
const ADA = 'ada';
const GRACE = 'grace';
const BARBARA = 'barbara';
const KAY = 'kay';

/** Every so often a named group's log continues with a system message, which is never changed. */
const SYSTEM_EVERY = 5;

/** More writes than any batch makes. */
const MAX_CRASH = 12;

type Write =
  | { readonly kind: 'send'; readonly author: string }
  | { readonly kind: 'edit' | 'delete'; readonly which: number };

function write(authors: readonly string[]): fc.Arbitrary<Write> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('send'), author: fc.constantFrom(...authors) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit'), which: fc.nat(100) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), which: fc.nat(100) }) },
  );
}

/** A history of a named group, with up to `maxLength` writes after the first message. */
export function namedHistory(maxLength = 25): fc.Arbitrary<History> {
  const writes = fc.array(write([ADA, GRACE, BARBARA, KAY]), { maxLength });
  return fc.tuple(writes, fc.nat(100)).map(([past, joins]) => {
    const { groupId, log, images, summary } = play(newGroupId(), past);
    const joinedAt = log[joins % log.length];
    const joined = joinedAt ? { joined_seq: joinedAt.seq, read_seq: joinedAt.seq, read_n: joinedAt.n } : {};
    const rows = [
      namedMember({ groupId, userId: ADA, read_seq: 1 }),
      namedMember({ groupId, userId: GRACE }),
      namedMember({ groupId, userId: BARBARA, ...joined }),
    ];
    return { groupId, log, images, summary, rows };
  });
}

/** A history of the direct group of Ada and Grace. */
export function directHistory(maxLength = 25): fc.Arbitrary<History> {
  return fc.array(write([ADA, GRACE]), { maxLength }).map((past) => {
    const groupId = directGroupId(`${ADA}-${newGroupId()}`, GRACE);
    const { log, images, summary } = play(groupId, past);
    const { last_n, ...stored } = summary;
    const rows = [
      directMember({ groupId, userId: ADA, peer: GRACE, read_seq: 1, ...stored }),
      directMember({ groupId, userId: GRACE, peer: ADA, ...stored }),
    ];
    return { groupId, log, images, summary, rows };
  });
}

function play(groupId: string, writes: readonly Write[]): Omit<History, 'rows'> {
  const first = logEntry({ groupId, seq: 1, user_uuid: ADA });
  const log = [first];
  const images = [first];
  for (const entry of writes) {
    const image = imageOf(entry, groupId, log);
    if (image === undefined) continue;
    log[image.seq - 1] = image;
    images.push(image);
  }
  return { groupId, log, images, summary: summaryOf(first) };
}

function imageOf(entry: Write, groupId: string, log: readonly LogEntry[]): LogEntry | undefined {
  if (entry.kind === 'send') {
    const seq = log.length + 1;
    const isSystem = directs(log) ? false : seq % SYSTEM_EVERY === 0;
    const n = (log.at(-1)?.n ?? 0) + (isSystem ? 0 : 1);
    const what = isSystem
      ? { kind: 'system' as const, message: null, event: { type: 'group_renamed' as const, name: `${seq}` } }
      : { kind: 'text' as const };
    return logEntry({ groupId, seq, n, user_uuid: entry.author, created_at: timeOf(seq), ...what });
  }
  const message = log[entry.which % log.length];
  if (message?.kind !== 'text' || message.deleted_at !== undefined) return undefined;
  return entry.kind === 'edit' ? edited(message) : tombstone(message);
}

const directs = (log: readonly LogEntry[]): boolean => isDirectGroupId(log[0]?.groupId ?? '');

/** How a stream and its consumer can deal with a list of images: each of them is delivered at least once, in full. */
export const DELIVERIES = {
  'one by one, in order': (images) => fc.constant(images.map((image) => [image])),
  'all at once': (images) => fc.constant([images]),
  reversed: (images) => fc.constant(images.toReversed().map((image) => [image])),
  doubled: (images) => fc.constant([...images, ...images].map((image) => [image])),
  'split at random': (images) => splits(images),
  shuffled: (images) => shuffles(images).chain(splits),
  'shuffled, and some of them again': (images) =>
    fc
      .tuple(fc.subarray([...images]), shuffles(images))
      .chain(([again, all]) => shuffles([...again, ...all]))
      .chain(splits),
} satisfies Record<string, (images: readonly LogEntry[]) => fc.Arbitrary<readonly (readonly LogEntry[])[]>>;

/** A delivery with read marks in between, and with crashes after some write of a batch, which then comes again. */
export function steps(past: History, delivery: keyof typeof DELIVERIES): fc.Arbitrary<Step[]> {
  const mark = fc.record({
    kind: fc.constant('mark'),
    userId: fc.constantFrom(...past.rows.map(({ userId }) => userId)),
    seq: fc.integer({ min: 1, max: past.log.length }),
  });
  return DELIVERIES[delivery](past.images).chain((batches) =>
    fc
      .tuple(...batches.map((images) => fc.tuple(fc.array(mark, { maxLength: 1 }), around(images))))
      .map((parts) => parts.flat(2)),
  );
}

/** A batch, sometimes after an attempt that crashed after some of its writes. */
function around(images: readonly LogEntry[]): fc.Arbitrary<Step[]> {
  const batch: Step = { kind: 'batch', images };
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<Step[]>([batch]) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 0, max: MAX_CRASH })
        .map((crashAfter) => [{ ...batch, crashAfter }, batch]),
    },
  );
}

/** What the summary has to be in the end. */
export function expectedSummary({ log }: History): Summary {
  const newest = log.at(-1);
  if (!newest) throw new Error('every history has a first message');
  const deleted = log.filter(({ deleted_at }) => deleted_at !== undefined).map(({ seq }) => seq);
  return {
    last_seq: log.length,
    last_n: log.filter(({ kind }) => kind === 'text').length,
    last_rev: newest.rev,
    last_at: newest.created_at,
    last_by: newest.user_uuid,
    last_kind: newest.kind,
    preview: newest.event ?? newest.message,
    ...(deleted.length > 0 && { last_deleted_seq: Math.max(...deleted) }),
  };
}

/** What a member's read mark has to be in the end: the furthest of where they began, their marks and their texts. */
export function expectedReadSeq(past: History, userId: string, taken: readonly Step[]): number {
  const began = past.rows.find((row) => row.userId === userId)?.read_seq ?? 0;
  const marks = taken.map((step) => (step.kind === 'mark' && step.userId === userId ? step.seq : 0));
  const own = past.log.map((message) =>
    message.user_uuid === userId && message.kind === 'text' ? message.seq : 0,
  );
  return Math.max(began, ...marks, ...own);
}

/** How many texts after a mark are unread, counted one by one. */
export function countUnread(log: readonly LogEntry[], readSeq: number): number {
  return log.filter(
    ({ seq, kind, deleted_at }) => seq > readSeq && kind === 'text' && deleted_at === undefined,
  ).length;
}

function splits<Value>(values: readonly Value[]): fc.Arbitrary<Value[][]> {
  return fc.array(fc.boolean(), { minLength: values.length, maxLength: values.length }).map((cuts) => {
    const parts: Value[][] = [[]];
    values.forEach((value, place) => {
      if (cuts[place] === true) parts.push([]);
      parts.at(-1)?.push(value);
    });
    return parts.filter((part) => part.length > 0);
  });
}

function shuffles<Value>(values: readonly Value[]): fc.Arbitrary<Value[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length });
}
