import fc from 'fast-check';
import type { LogEntry, Member } from '../../backend/domain/model.ts';
import { edited, member, logEntry, newGroupId, timeOf, tombstone } from './factories.ts';

/**
 * Random histories of a conversation, and random ways in which the stream can tell of them. What a summary has to be
 * in the end is counted here by hand, without the code under test.
 */
export interface History {
  readonly groupId: string;
  /** The log as it is in the end. */
  readonly log: readonly LogEntry[];
  /** Every image the log ever had, in the order it was written in. */
  readonly images: readonly LogEntry[];
  /** The members' rows as they were written when each of them came in, before the stream told of anything. */
  readonly rows: readonly Member[];
}

/** Something that happens to the rows. */
export type Step =
  | { readonly kind: 'batch'; readonly images: readonly LogEntry[]; readonly crashAfter?: number }
  | { readonly kind: 'mark'; readonly userId: string; readonly seq: number };

/** Ada and Grace talk from the start, Barbara joins on the way, and Kay was a member before all this. */
export const ADA = 'ada';
export const GRACE = 'grace';
export const BARBARA = 'barbara';
const KAY = 'kay';
export const MEMBERS = [ADA, GRACE, BARBARA] as const;

/** So often the log goes on with what somebody did: that is never changed. */
const SYSTEM_EVERY = 5;

type Write =
  | { readonly kind: 'send'; readonly author: string }
  | { readonly kind: 'edit' | 'delete'; readonly which: number };

function write(authors: readonly string[], deletes: number): fc.Arbitrary<Write> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('send'), author: fc.constantFrom(...authors) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit'), which: fc.nat(100) }) },
    { weight: deletes, arbitrary: fc.record({ kind: fc.constant('delete'), which: fc.nat(100) }) },
  );
}

/** A history of up to `maxLength` writes after the first message. */
export function history(maxLength = 25): fc.Arbitrary<History> {
  return historyOf(fc.array(write([ADA, GRACE, BARBARA, KAY], 2), { maxLength }));
}

/** A long history of two who talk to others that never answer, and delete much of what they said. */
export function monologue(): fc.Arbitrary<History> {
  return historyOf(fc.array(write([GRACE, KAY], 4), { minLength: 20, maxLength: 50, size: 'max' }));
}

function historyOf(writes: fc.Arbitrary<readonly Write[]>): fc.Arbitrary<History> {
  return fc.record({ writes, joins: fc.nat(100) }).map((past) => play(past.writes, past.joins));
}

function play(writes: readonly Write[], joins: number): History {
  const groupId = newGroupId();
  const first = logEntry({ groupId, seq: 1, user_uuid: ADA });
  const log = [first];
  const images = [first];
  for (const entry of writes) {
    const image = imageOf(entry, groupId, log);
    if (image === undefined) continue;
    log[image.seq - 1] = image;
    images.push(image);
  }
  const joinedAt = images.find((image) => image.seq === 1 + (joins % log.length)) ?? first;
  const rows = [
    rowAsOf(first, { userId: ADA, read_seq: 1 }),
    rowAsOf(first, { userId: GRACE, read_seq: 0 }),
    rowAsOf(joinedAt, { userId: BARBARA, read_seq: joinedAt.seq, joined_seq: joinedAt.seq }),
  ];
  return { groupId, log, images, rows };

  function rowAsOf(message: LogEntry, values: { userId: string; read_seq: number; joined_seq?: number }) {
    return member({
      groupId,
      last_seq: message.seq,
      last_rev: message.rev,
      last_at: message.created_at,
      last_by: message.user_uuid,
      last_kind: message.kind,
      preview: message.message,
      joined_at: timeOf(message.seq),
      ...values,
    });
  }
}

function imageOf(entry: Write, groupId: string, log: readonly LogEntry[]): LogEntry | undefined {
  if (entry.kind === 'send') {
    const seq = log.length + 1;
    const kind = seq % SYSTEM_EVERY === 0 ? 'system' : 'text';
    return logEntry({ groupId, seq, kind, user_uuid: entry.author });
  }
  const message = log[entry.which % log.length];
  if (message?.kind !== 'text' || message.deleted_at !== undefined) return undefined;
  return entry.kind === 'edit' ? edited(message) : tombstone(message);
}

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

/**
 * A delivery with read marks in between, and with crashes between the writes of two rows, after which the batch comes
 * again.
 */
export function steps(past: History, delivery: keyof typeof DELIVERIES): fc.Arbitrary<Step[]> {
  const end = past.log.length;
  const mark = fc.record({
    kind: fc.constant('mark'),
    userId: fc.constantFrom(...MEMBERS),
    seq: fc.integer({ min: 1, max: end }),
  });
  return DELIVERIES[delivery](past.images).chain((batches) =>
    fc
      .tuple(...batches.map((images) => fc.tuple(fc.array(mark, { maxLength: 1 }), around(images))))
      .map((parts) => parts.flat(2)),
  );
}

/** A batch, sometimes after an attempt that crashed on the way. */
function around(images: readonly LogEntry[]): fc.Arbitrary<Step[]> {
  const batch: Step = { kind: 'batch', images };
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<Step[]>([batch]) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 0, max: MEMBERS.length - 1 })
        .map((crashAfter) => [{ ...batch, crashAfter }, batch]),
    },
  );
}

/** What a member's read mark has to be in the end: the furthest of where they began, their marks and their messages. */
export function expectedReadSeq(past: History, userId: string, taken: readonly Step[]): number {
  const began = past.rows.find((row) => row.userId === userId)?.read_seq ?? 0;
  const marks = taken.map((step) => (step.kind === 'mark' && step.userId === userId ? step.seq : 0));
  const own = past.log.map((message) => (message.user_uuid === userId ? message.seq : 0));
  return Math.max(began, ...marks, ...own);
}

/** How many messages are unread behind a mark, counted one by one. */
export function countUnread(log: readonly LogEntry[], readSeq: number): number {
  return log.filter((message) => message.seq > readSeq && message.deleted_at === undefined).length;
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
