import type { Bench } from './bench.ts';
import { type Measurement, measurementOf, type Operation, runLoop } from './loop.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { clientsText, type Plan } from './plan.ts';
import { apiOperations } from './requests.ts';

/** One operation with a number of clients, measured in turn on both sides: values at one index were measured together. */
export interface Cell {
  readonly name: OperationName;
  readonly clients: number;
  readonly api: readonly Measurement[];
  readonly raw: readonly Measurement[];
  /** The raw loop with the SDK's default settings; only at `DEFAULTS_AT` clients. */
  readonly defaults: readonly Measurement[];
}

/** Number of clients with which the SDK's default settings are measured, for comparison. */
export const DEFAULTS_AT = 8;
/** With one client, no other client sends to the shared group. */
const SHARED: ReadonlySet<OperationName> = new Set(['send to one group']);
/** Number of clients while code is compiled. */
const WARM_UP_CLIENTS = 8;

/** @param progress called before each measurement, with its name. */
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
