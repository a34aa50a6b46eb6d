import type { Bench } from './bench.ts';
import { type Measurement, measurementOf, type Operation, runLoop } from './loop.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { clientsText, type Plan } from './plan.ts';
import { apiOperations } from './requests.ts';

/** One operation with so many clients, measured in turn on both sides: what stands at one place was measured together. */
export interface Cell {
  readonly name: OperationName;
  readonly clients: number;
  readonly api: readonly Measurement[];
  readonly raw: readonly Measurement[];
  /** The raw loop over a client with the SDK's defaults; only at `DEFAULTS_AT` clients. */
  readonly defaults: readonly Measurement[];
}

/** The SDK's defaults are measured with so many clients, for comparison. */
export const DEFAULTS_AT = 8;
/** One client has nobody to share a group with. */
const SHARED: ReadonlySet<OperationName> = new Set(['send to one group']);
/** Clients while code is compiled. */
const WARM_UP_CLIENTS = 8;

/** @param progress is told what is measured next. */
export async function measureThroughput(
  bench: Bench,
  plan: Plan,
  progress: (text: string) => void,
): Promise<Cell[]> {
  const operations = apiOperations(bench.api.client, bench.world);
  progress('warming up');
  for (const name of OPERATIONS) await warmUp(bench, plan, name, operations[name]);
  const cells: Cell[] = [];
  for (const name of OPERATIONS) {
    for (const clients of plan.clients) {
      if (clients === 1 && SHARED.has(name)) continue;
      progress(`${name}, ${clientsText(clients)}`);
      cells.push(await measureCell(bench, plan, { name, clients, operation: operations[name] }));
    }
  }
  return cells;
}

async function warmUp(bench: Bench, plan: Plan, name: OperationName, operation: Operation): Promise<void> {
  const job = { name, clients: WARM_UP_CLIENTS, windowMs: plan.warmUpMs };
  await runLoop(job.clients, job.windowMs, operation);
  await bench.raw.call('measure', job);
  await bench.defaults.call('measure', { ...job, windowMs: plan.warmUpMs / 2 });
}

async function measureCell(
  bench: Bench,
  { rounds, windowMs }: Plan,
  job: { readonly name: OperationName; readonly clients: number; readonly operation: Operation },
): Promise<Cell> {
  const { name, clients, operation } = job;
  const api: Measurement[] = [];
  const raw: Measurement[] = [];
  const defaults: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    api.push(await measureApi(bench, clients, windowMs, operation));
    raw.push(await bench.raw.call('measure', { name, clients, windowMs }));
    if (clients === DEFAULTS_AT && !SHARED.has(name)) {
      defaults.push(await bench.defaults.call('measure', { name, clients, windowMs }));
    }
  }
  return { name, clients, api, raw, defaults };
}

async function measureApi(
  { api }: Bench,
  clients: number,
  windowMs: number,
  operation: Operation,
): Promise<Measurement> {
  const cpuBefore = await api.process.call('cpuTimeMs');
  const result = await runLoop(clients, windowMs, operation);
  return measurementOf(result, (await api.process.call('cpuTimeMs')) - cpuBefore);
}
