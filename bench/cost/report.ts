import type { Units } from '../../backend/table/capacity-meter.ts';
import type { Grid } from '../report.ts';
import type { Replay } from './replay.ts';
import {
  conversationsIn,
  costByRules,
  type DayCost,
  dollars,
  FIRST_EDITION,
  ORIGINAL,
  times,
  totalOf,
} from './rules.ts';
import { batchesOf, type Scene, type Trace } from './trace.ts';

/** A day that was replayed. */
export interface Day {
  readonly scene: Scene;
  readonly trace: Trace;
  readonly windowMs: number;
  readonly replay: Replay;
  /** At most this share of the original's cost, without opening conversations. */
  readonly aim: number;
}

/** What an active user costs a day, by each design. */
export interface Comparison {
  readonly here: Units;
  readonly firstEdition: Units;
  readonly original: Units;
}

/** @param opened whether to count what opening conversations and marking them as read costs. */
export function compare({ replay, ...day }: Day, opened: boolean): Comparison {
  const { openings } = replay;
  const ofUser = (cost: DayCost) => times(1 / day.scene.active, totalOf(cost, opened));
  return {
    here: ofUser(replay.cost),
    firstEdition: ofUser(costByRules(FIRST_EDITION, { ...day, openings })),
    original: ofUser(costByRules(ORIGINAL, { ...day, openings })),
  };
}

/** A day's cost as a share of the original's, without opening conversations. */
export function shareOfOriginal(day: Day): number {
  const { here, original } = compare(day, false);
  return dollars(here) / dollars(original);
}

/** What a user costs a day, a row for each kind of conversation and design. */
export function comparisonGrid(days: readonly Day[], opened: boolean): Grid {
  return {
    head: ['conversations', 'design', 'W', 'R', '$ a million users', 'of the original'],
    rows: days.flatMap((day) => {
      const { here, firstEdition, original } = compare(day, opened);
      const row = (design: string, units: Units) => [
        day.scene.name,
        design,
        ...unitsCells(units),
        dollars(units).toFixed(2),
        (dollars(units) / dollars(original)).toFixed(3),
      ];
      return [row('this one', here), row('first edition', firstEdition), row('original', original)];
    }),
  };
}

const OPERATIONS: Readonly<Record<keyof DayCost, string>> = {
  send: 'send',
  stream: "stream's function",
  inbox: 'read the inbox',
  history: 'read a page of history',
  mark: 'mark as read',
};

/** What each operation of this design costs: how often a user does it a day, and its mean units. */
export function operationsGrid(days: readonly Day[]): Grid {
  return {
    head: ['conversations', 'operation', 'a user and day', 'W each', 'R each', '$ a million users'],
    rows: days.flatMap((day) =>
      keysOf(OPERATIONS).map((operation) => {
        const units = day.replay.cost[operation];
        const count = countsOf(day)[operation];
        return [
          day.scene.name,
          OPERATIONS[operation],
          (count / day.scene.active).toFixed(1),
          ...unitsCells(times(1 / Math.max(1, count), units)),
          dollars(times(1 / day.scene.active, units)).toFixed(2),
        ];
      }),
    ),
  };
}

/** What was generated: conversations, messages, and how many of them one write of a summary covers. */
export function traceGrid(days: readonly Day[]): Grid {
  return {
    head: [
      'conversations',
      'active users',
      'conversations of a user',
      'messages',
      'messages a summary',
      'aim',
      'reached',
    ],
    rows: days.map((day) => {
      const { scene, trace } = day;
      return [
        scene.name,
        String(scene.active),
        String((scene.conversations.length * scene.size) / scene.users),
        trace.sends.length.toLocaleString('en'),
        (trace.sends.length / countsOf(day).stream).toFixed(2),
        `≤ ${day.aim}`,
        shareOfOriginal(day).toFixed(3),
      ];
    }),
  };
}

function countsOf({ trace, windowMs, replay }: Day): Readonly<Record<keyof DayCost, number>> {
  return {
    send: trace.sends.length,
    stream: conversationsIn(batchesOf(trace.sends, windowMs)),
    inbox: trace.inboxReads.length,
    history: replay.openings,
    mark: replay.openings,
  };
}

const unitsCells = ({ W, R }: Units): [string, string] => [W.toFixed(2), R.toFixed(2)];

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}
