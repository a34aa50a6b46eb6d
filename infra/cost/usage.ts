import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type MetricDefinition, METRICS, OUTCOMES } from '../../backend/metrics/catalogue.ts';
import { HOURS } from './resource-costs.ts';
import type { Prices } from './prices.ts';

/** What an active user does a day and what the table needs for it: `npm run bench:cost -- --write` measures it. */
const figures = z.array(
  z.strictObject({
    conversations: z.string(),
    /** Units of the table and its index, with conversations opened and marked as read. */
    W: z.number().positive(),
    R: z.number().positive(),
    sends: z.number().positive(),
    requests: z.number().positive(),
  }),
);
export type DayOfUser = z.output<typeof figures>[number];

const FIGURES = new URL('../../bench/cost/figures.json', import.meta.url);
/** Of a month. */
export const DAYS = 30;
/** A message with its keys: what docs/operations.md assumes too. */
const MESSAGE_KB = 0.4;
/** The lines that a request leaves, in the API's log and, without charge for the writing, the load balancer's. */
const LOG_LINE_KB = 0.5;
/** A compressed page of messages or of the inbox, with its headers. */
const RESPONSE_KB = 3;
/** The stream's function runs at most once a second; of a day, in these hours. */
const ACTIVE_HOURS = 15;
/** A run of a function, and its memory. */
export const RUN_S = 0.1;
export const FUNCTION_GB = 0.5;
export const KB_PER_GB = 1_000_000;
/** Series in CloudWatch of a metric with this dimension: the codes are those of 503 in docs/operations.md that AWS can cause. */
const SERIES: Readonly<Record<string, number>> = { Outcome: OUTCOMES.length, Code: 5 };

/** One line of what users add to a month. */
export interface Usage {
  readonly what: string;
  readonly amount: number;
  readonly unit: string;
  readonly usd: number;
}

/** Reads the measured day of a user who writes with one other at a time, which costs most. */
export function readDayOfUser(): DayOfUser {
  const [pairs] = figures.parse(JSON.parse(readFileSync(FIGURES, 'utf8')));
  if (!pairs) throw new Error('bench/cost/figures.json is empty');
  return pairs;
}

/**
 * Series of the application's metrics that have values only with use, all of them together. CloudWatch charges each for the
 * hours in which it has values: those of failures cost less.
 */
export function seriesByUse(): number {
  const metrics: readonly MetricDefinition[] = Object.entries(METRICS)
    .filter(([id, { kind }]) => kind !== 'gauge' && id !== 'canaryFailures')
    .map(([, metric]) => metric);
  return metrics
    .filter(({ inCloudWatch = true }) => inCloudWatch)
    .map(({ dimensions }) => dimensions.reduce((product, name) => product * (SERIES[name] ?? NaN), 1))
    .reduce((sum, series) => sum + series, 0);
}

/** A line of what an amount costs at a price for each unit. */
export function usageLine(what: string, amount: number, unit: string, price: number): Usage {
  return { what, amount, unit, usd: amount * price };
}

/** What active users add to a month, by the day that was measured. Storage is what one month's messages need. */
export function usageOf(users: number, day: DayOfUser, { use, standing }: Prices): Usage[] {
  const userDays = users * DAYS;
  const messagesGb = (userDays * day.sends * MESSAGE_KB) / KB_PER_GB;
  const requests = userDays * day.requests;
  const runs = DAYS * ACTIVE_HOURS * 3_600;
  return [
    usageLine('writes of the table', (userDays * day.W) / 1e6, 'million W', use.millionWriteUnits),
    usageLine('reads of the table', (userDays * day.R) / 1e6, 'million R', use.millionReadUnits),
    usageLine('storage of a month’s messages', messagesGb, 'GB', use.tableGbMonth),
    usageLine('their recovery', messagesGb, 'GB', use.recoveryGbMonth),
    usageLine('their backups', messagesGb, 'GB', use.backupGbMonth),
    usageLine('load balancer: one unit', HOURS, 'hours', use.loadBalancerUnitHour),
    usageLine('logs', (requests * LOG_LINE_KB) / KB_PER_GB, 'GB', use.logGb),
    usageLine(
      'own metrics, if each has values in every hour',
      seriesByUse(),
      'metrics',
      standing.ownMetricMonth,
    ),
    usageLine('stream function: runs', runs / 1e6, 'million', use.millionInvocations),
    usageLine('stream function: time', runs * RUN_S * FUNCTION_GB, 'GB s', use.functionGbSecond),
    usageLine('responses to the internet', (requests * RESPONSE_KB) / KB_PER_GB, 'GB', use.outGb),
  ];
}
