import type { Curve } from './growth.ts';
import type { Machine } from './machine.ts';
import type { Plan } from './plan.ts';
import type { Cell, ComparedCell } from './throughput.ts';
import type { OperationUnits } from './units.ts';

/** All results of a run. */
export interface Results {
  readonly plan: Plan;
  readonly machine: Machine;
  /** With recorded responses. */
  readonly compared: readonly ComparedCell[];
  /** Absent where responses were recorded and nothing else was measured. */
  readonly onEngine?: EngineResults;
}

/** What depends on the engine. */
export interface EngineResults {
  readonly engine: string;
  /** Number of items in the table before anything was measured. */
  readonly items: number;
  readonly throughput: readonly Cell[];
  readonly units: readonly OperationUnits[];
  readonly growth: readonly Curve[];
}
