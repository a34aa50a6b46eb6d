import type { Units } from '../backend/table/capacity-meter.ts';
import type { EngineBench } from './bench.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { apiOperations } from './requests.ts';
import { GROUPS_TO_SEND_TO } from './world.ts';

/** The cost of an operation, through the API and by the raw loop. */
export interface OperationUnits {
  readonly name: OperationName;
  readonly api: Units;
  readonly raw: Units;
}

/**
 * Measures the units of each operation on both sides, with names and tails cached as after some time of use.
 * @throws Error where they differ: the raw loop does not send the same requests as the API.
 */
export async function measureUnits({ metered, world }: EngineBench): Promise<OperationUnits[]> {
  const operations = apiOperations(metered.api.client, world);
  const measured: OperationUnits[] = [];
  for (const name of OPERATIONS) {
    const api = await usageOf(metered.api, () => operations[name](0));
    const { W, R } = await metered.raw.call('usage', name);
    if (api.W !== W || api.R !== R) {
      throw new Error(`${name}: ${unitsText(api)} by the API, ${unitsText({ W, R })} by the raw loop`);
    }
    measured.push({ name, api, raw: { W, R } });
  }
  return measured;
}

/**
 * Measures the units of one request, after as many earlier ones as there are groups to send to in turn: they read
 * everything that is read only now and then, such as names and tails.
 */
export async function usageOf(
  api: EngineBench['metered']['api'],
  request: () => Promise<void>,
): Promise<Units> {
  for (let earlier = 0; earlier < GROUPS_TO_SEND_TO; earlier += 1) await request();
  await api.process.call('beginUsage');
  await request();
  const { W, R } = await api.process.call('endUsage');
  return { W, R };
}

/** Formats units as `1 W + 1 R`; zeros are left out. */
export function unitsText({ W, R }: Units): string {
  const parts = [...(W > 0 ? [`${W} W`] : []), ...(R > 0 ? [`${R} R`] : [])];
  return parts.join(' + ') || 'none';
}
