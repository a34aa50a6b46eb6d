import type { ApiUnderTest, Bench } from './bench.ts';
import { type Measurement, measurementOf, type Operation, runLoop } from './loop.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { clientsText, type Plan } from './plan.ts';
import { apiOperations } from './requests.ts';

/** One operation with a number of clients, measured in turn on both sides: values at one index were measured together. */
export interface Cell {
  readonly name: OperationName;
  readonly clients: number;
  readonly api: readonly Measurement[];
  /** The raw loop with the SDK's client, and the API's settings and HTTP client. */
  readonly raw: readonly Measurement[];
  /** Empty where all clients send to one group. */
  readonly compared: Readonly<Record<Compared, readonly Measurement[]>>;
}

/**
 * What else the API is compared with: itself over the SDK's client, and raw loops with the SDK's defaults, with the API's
 * client, and without any SDK.
 */
export const COMPARED = ['sdkApi', 'defaults', 'lean', 'floor'] as const;
export type Compared = (typeof COMPARED)[number];
const LOOPS = ['defaults', 'lean', 'floor'] as const;
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
  const sdkOperations = apiOperations(bench.sdkApi.client, bench.world, 'sdkApi');
  progress('warming up');
  for (const name of OPERATIONS) {
    await warmUp(bench, plan, name, operations[name]);
    await runLoop(WARM_UP_CLIENTS, plan.warmUpMs, sdkOperations[name]);
  }
  const cells: Cell[] = [];
  for (const name of OPERATIONS) {
    for (const clients of plan.clients) {
      if (clients === 1 && SHARED.has(name)) continue;
      progress(`${name}, ${clientsText(clients)}`);
      const job = { name, clients, operation: operations[name], sdkOperation: sdkOperations[name] };
      cells.push(await measureCell(bench, plan, job));
    }
  }
  return cells;
}

async function warmUp(bench: Bench, plan: Plan, name: OperationName, operation: Operation): Promise<void> {
  const job = { name, clients: WARM_UP_CLIENTS, windowMs: plan.warmUpMs };
  await runLoop(job.clients, job.windowMs, operation);
  for (const side of ['raw', ...LOOPS] as const) await bench[side].call('measure', job);
}

async function measureCell(
  bench: Bench,
  { rounds, windowMs }: Plan,
  job: {
    readonly name: OperationName;
    readonly clients: number;
    readonly operation: Operation;
    readonly sdkOperation: Operation;
  },
): Promise<Cell> {
  const { name, clients } = job;
  const api: Measurement[] = [];
  const raw: Measurement[] = [];
  const compared: Record<Compared, Measurement[]> = { sdkApi: [], defaults: [], lean: [], floor: [] };
  for (let round = 0; round < rounds; round += 1) {
    api.push(await measureApi(bench.api, clients, windowMs, job.operation));
    raw.push(await bench.raw.call('measure', { name, clients, windowMs }));
    if (SHARED.has(name)) continue;
    compared.sdkApi.push(await measureApi(bench.sdkApi, clients, windowMs, job.sdkOperation));
    for (const side of LOOPS) {
      compared[side].push(await bench[side].call('measure', { name, clients, windowMs }));
    }
  }
  return { name, clients, api, raw, compared };
}

async function measureApi(
  { process }: ApiUnderTest,
  clients: number,
  windowMs: number,
  operation: Operation,
): Promise<Measurement> {
  const cpuBefore = await process.call('cpuTimeMs');
  const result = await runLoop(clients, windowMs, operation);
  return measurementOf(result, (await process.call('cpuTimeMs')) - cpuBefore);
}
