import { afterAll, beforeAll, expect } from '@jest/globals';
import Table from 'cli-table3';
import {
  type CapacityMeter,
  meterCapacity,
  type Units,
  type Usage,
} from '../../backend/table/capacity-meter.ts';
import type { TestTable } from './test-table.ts';

/** A text that makes a message of about 400 bytes, and fills a preview. */
export const TEXT = 'a text of some length, '.repeat(6);

/** Requires that a pattern costs exactly these units, and returns what its work returned. */
export type ExpectUnits = <Result>(
  pattern: string,
  units: Units,
  work: () => Promise<Result>,
) => Promise<Result>;

/**
 * Measures the capacity units of a file's patterns by the engine's own report, and prints them as a table at the end.
 * @param title of the table.
 */
export function useCapacity(db: () => TestTable, title: string): ExpectUnits {
  const used: { pattern: string; usage: Usage }[] = [];
  let meter: CapacityMeter;
  beforeAll(() => {
    meter = meterCapacity(db().client);
  });
  afterAll(() => {
    const table = new Table({ head: ['pattern', 'W', 'R', 'by operation'], style: { head: [], border: [] } });
    for (const { pattern, usage } of used) table.push([pattern, usage.W, usage.R, operationsOf(usage)]);
    process.stdout.write(`\n${title}\n${table.toString()}\n`);
  });
  return async (pattern, { W, R }, work) => {
    let result: ReturnType<typeof work> | undefined;
    const usage = await meter.measure(() => (result = work()));
    used.push({ pattern, usage });
    const operations = operationsOf(usage);
    expect({ pattern, W: usage.W, R: usage.R, operations }).toEqual({ pattern, W, R, operations });
    if (!result) throw new TypeError('the work was not done');
    return result;
  };
}

function operationsOf({ byOperation, failedConditions }: Usage): string {
  const parts = Object.entries(byOperation).map(([operation, units]) => `${operation} ${units}`);
  if (failedConditions > 0) parts.push(`${failedConditions} W for conditions that did not hold`);
  return parts.join(', ');
}
