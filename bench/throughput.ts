import type { ApiUnderTest, ReplayedBench, Timed } from './bench.ts';
import { type Measurement, measurementOf, openConnections, runLoop } from './loop.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { clientsText, type Plan } from './plan.ts';
import { apiOperations } from './requests.ts';
import type { ApiSide } from './world.ts';

/** One operation with a number of clients, measured in turn on both sides: values at one index were measured together. */
export interface Cell extends Record<'api' | 'raw', readonly Measurement[]> {
  readonly name: OperationName;
  readonly clients: number;
}

/** What the API is compared with where responses are recorded: the members of ReplayedBench. */
export const COMPARED = ['sdkApi', 'defaults', 'raw', 'lean', 'floor'] as const;
export type Compared = (typeof COMPARED)[number];

export interface ComparedCell extends Cell, Record<Compared, readonly Measurement[]> {}

type Subject = 'api' | Compared;

/** Measures one subject once. */
type Measure = (job: {
  readonly name: OperationName;
  readonly clients: number;
  readonly windowMs: number;
}) => Promise<Measurement>;
type Measures<Name extends Subject> = Readonly<Record<Name, Measure>>;

/** Operations in which clients wait for each other: with one client there is nothing to see. */
const SHARED: ReadonlySet<OperationName> = new Set(['send to one group']);
/** Number of clients while code is compiled. */
const WARM_UP_CLIENTS = 8;

type Progress = (text: string) => void;

/** Measures the API and the raw loop against the engine. @param progress called before each measurement, with its name. */
export async function measureThroughput(bench: Timed, plan: Plan, progress: Progress): Promise<Cell[]> {
  const { world, api, raw } = bench;
  const measures = { api: measureOf(api, world, 'api'), raw: loopOf(raw) };
  return measureCells(measures, OPERATIONS, plan, progress);
}

/** Measures the API and all that it is compared with, where the engine's CPU time is out of the way. */
export async function measureCompared(
  bench: ReplayedBench,
  plan: Plan,
  progress: Progress,
): Promise<ComparedCell[]> {
  const { world, api, sdkApi, raw, defaults, lean, floor } = bench;
  const measures = {
    api: measureOf(api, world, 'api'),
    sdkApi: measureOf(sdkApi, world, 'sdkApi'),
    raw: loopOf(raw),
    defaults: loopOf(defaults),
    lean: loopOf(lean),
    floor: loopOf(floor),
  };
  const operations = OPERATIONS.filter((name) => !SHARED.has(name));
  return measureCells(measures, operations, plan, progress);
}

async function measureCells<Name extends Subject>(
  measures: Measures<Name>,
  operations: readonly OperationName[],
  { clients: counts, rounds, windowMs, warmUpMs }: Plan,
  progress: Progress,
): Promise<(Record<Name, Measurement[]> & Pick<Cell, 'name' | 'clients'>)[]> {
  const subjects = Object.keys(measures) as Name[];
  const cells = [];
  progress('warming up');
  for (const name of operations) {
    const job = { name, clients: WARM_UP_CLIENTS, windowMs: warmUpMs };
    for (const subject of subjects) await measures[subject](job);
  }
  for (const name of operations) {
    for (const clients of counts) {
      if (clients === 1 && SHARED.has(name)) continue;
      progress(`${name}, ${clientsText(clients)}`);
      const measured = Object.fromEntries(subjects.map((subject): [string, Measurement[]] => [subject, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const subject of subjects) {
          measured[subject]?.push(await measures[subject]({ name, clients, windowMs }));
        }
      }
      cells.push({ ...(measured as Record<Name, Measurement[]>), name, clients });
    }
  }
  return cells;
}

function loopOf(loop: Timed['raw']): Measure {
  return (job) => loop.call('measure', job);
}

/** @param side whose conversations are written to. */
function measureOf({ process, client }: ApiUnderTest, world: Timed['world'], side: ApiSide): Measure {
  const operations = apiOperations(client, world, side);
  return async ({ name, clients, windowMs }) => {
    await openConnections(clients, operations[name]);
    const cpuBefore = await process.call('cpuTimeMs');
    const result = await runLoop(clients, windowMs, operations[name]);
    return measurementOf(result, (await process.call('cpuTimeMs')) - cpuBefore);
  };
}
