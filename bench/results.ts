import type { Curve } from './growth.ts';
import type { Machine } from './machine.ts';
import type { Plan } from './plan.ts';
import type { Cell } from './throughput.ts';
import type { OperationUnits } from './units.ts';

/** All results of a run. */
export interface Results {
  readonly plan: Plan;
  readonly machine: Machine;
  readonly engine: string;
  /** Number of items in the table before anything was measured. */
  readonly items: number;
  readonly throughput: readonly Cell[];
  readonly units: readonly OperationUnits[];
  readonly growth: readonly Curve[];
}
