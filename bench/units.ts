import type { Units } from '../backend/table/capacity-meter.ts';
import type { Bench } from './bench.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { apiOperations } from './requests.ts';

/** What an operation costs, through the API and by the raw loop. */
export interface OperationUnits {
  readonly name: OperationName;
  readonly api: Units;
  readonly raw: Units;
}

/** The units of each operation on both sides, with names and tails at hand as in a process that has run for a while. */
export async function measureUnits({ metered, world }: Bench): Promise<OperationUnits[]> {
  const operations = apiOperations(metered.api.client, world);
  const measured: OperationUnits[] = [];
  for (const name of OPERATIONS) {
    const api = await usageOf(metered.api, () => operations[name](0));
    const { W, R } = await metered.raw.call('usage', name);
    measured.push({ name, api, raw: { W, R } });
  }
  return measured;
}

/** What one request uses of the table, once it was made and found everything that is read only now and then. */
export async function usageOf(api: Bench['metered']['api'], request: () => Promise<void>): Promise<Units> {
  await request();
  await api.process.call('beginUsage');
  await request();
  const { W, R } = await api.process.call('endUsage');
  return { W, R };
}

/** `1 W + 1 R`; what is none is left out. */
export function unitsText({ W, R }: Units): string {
  const parts = [...(W > 0 ? [`${W} W`] : []), ...(R > 0 ? [`${R} R`] : [])];
  return parts.join(' + ') || 'none';
}
