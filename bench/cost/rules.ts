import type { Units } from '../../backend/table/capacity-meter.ts';
import { type Batch, batchesOf, type Scene, type Trace } from './trace.ts';

/*
 * What the same day costs by the rules of two other designs: the Flask backend that this one replaces, and the first
 * edition of this design, which kept a summary in every member's row.
 */

/** On-demand prices in us-east-1, in dollars for a million units. */
export const PRICES = { W: 0.625, R: 0.125 } as const;

/** Dollars for a million times these units. */
export function dollars({ W, R }: Units): number {
  return W * PRICES.W + R * PRICES.R;
}

export const NOTHING: Units = { W: 0, R: 0 };

export function add(...units: readonly Units[]): Units {
  return units.reduce((sum, { W, R }) => ({ W: sum.W + W, R: sum.R + R }), NOTHING);
}

export function times(count: number, { W, R }: Units): Units {
  return { W: count * W, R: count * R };
}

/** What a day of all users costs, by what was done. */
export interface DayCost {
  readonly send: Units;
  readonly stream: Units;
  readonly inbox: Units;
  readonly history: Units;
  readonly mark: Units;
}

/** The units of each operation of a design. */
export interface Rules {
  readonly send: (members: number) => Units;
  /** What the stream's function uses for one conversation in one batch. */
  readonly stream: (members: number) => Units;
  /** @param rows conversations of the user, at most a page of 20. */
  readonly inbox: (rows: number) => Units;
  /** A page of 20 messages. */
  readonly history: Units;
  readonly mark: Units;
  /** Whether the stream's function processes all messages of a batch, or takes each by itself. */
  readonly batches: boolean;
}

const BYTES_OF_UNIT = 4_096;
const PAGE = 20;

/** Read units of a Query: half a unit for each 4 KB, a whole one where it is strongly consistent. */
function query(items: number, itemBytes: number, strong = false): Units {
  const blocks = Math.max(1, Math.ceil((items * itemBytes) / BYTES_OF_UNIT));
  return { W: 0, R: strong ? blocks : blocks / 2 };
}

/**
 * The Flask backend of week 5. Its rows and messages have about 350 bytes: with that, its function's Query of the index is
 * the 0.5 R that the engine reports for 2 members, and the 4.5 R for 100.
 */
const ORIGINAL_BYTES = 350;

export const ORIGINAL: Rules = {
  // PutItem of the message, which is in no index.
  send: () => ({ W: 1, R: 0 }),
  // One Query of the index for the group's rows; each is deleted and put again, 2 W each with the index.
  stream: (members) => add({ W: 4 * members, R: 0 }, query(members, ORIGINAL_BYTES)),
  // One Query of the user's rows, which hold the names.
  inbox: (rows) => query(Math.min(rows, PAGE), ORIGINAL_BYTES),
  history: query(PAGE, ORIGINAL_BYTES),
  // It has no read marks.
  mark: NOTHING,
  // It looks at the first record of a batch only, so its batches have one.
  batches: false,
};

/** What the capacity test of the first edition supposed: rows of 512 bytes, messages of 400. Names are left out. */
const FIRST_EDITION_BYTES = { row: 512, message: 400 } as const;

export const FIRST_EDITION: Rules = {
  // A strong Query of all rows, one PutItem.
  send: (members) => add({ W: 1, R: 0 }, query(members, FIRST_EDITION_BYTES.row, true)),
  // A strong Query of all rows, one UpdateItem for each, 3 W with its new place in the index.
  stream: (members) => add({ W: 3 * members, R: 0 }, query(members, FIRST_EDITION_BYTES.row, true)),
  inbox: (rows) => query(Math.min(rows, PAGE), FIRST_EDITION_BYTES.row),
  history: add({ W: 0, R: 1 }, query(PAGE, FIRST_EDITION_BYTES.message)),
  mark: { W: 2, R: 0 },
  batches: true,
};

/** A day whose cost is computed. */
export interface RuledDay {
  readonly scene: Scene;
  readonly trace: Trace;
  /** How long the stream collects a batch, in ms. */
  readonly windowMs: number;
  /** How many conversations were opened and marked as read. */
  readonly openings: number;
}

/** What a day costs by some rules. */
export function costByRules(rules: Rules, { scene, trace, windowMs, openings }: RuledDay): DayCost {
  const groups = conversationsIn(batchesOf(trace.sends, rules.batches ? windowMs : 0));
  const rowsOfUser = (scene.conversations.length * scene.size) / scene.users;
  return {
    send: times(trace.sends.length, rules.send(scene.size)),
    stream: times(groups, rules.stream(scene.size)),
    inbox: times(trace.inboxReads.length, rules.inbox(rowsOfUser)),
    history: times(openings, rules.history),
    mark: times(openings, rules.mark),
  };
}

/** How often the stream's function writes a summary: once for each conversation in each batch. */
export function conversationsIn(batches: readonly Batch[]): number {
  return batches.reduce((sum, { sends }) => sum + new Set(sends.map((send) => send.conversation)).size, 0);
}

/** What was sent, summarised and listed; and, where `opened`, also what opening conversations cost. */
export function totalOf({ send, stream, inbox, history, mark }: DayCost, opened: boolean): Units {
  return opened ? add(send, stream, inbox, history, mark) : add(send, stream, inbox);
}
