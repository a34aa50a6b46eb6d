import type { Settings } from '../../settings.ts';
import { allPairs } from './all-pairs.ts';
import { synthesise, type Stack } from './synthesis.ts';
import { testSettings } from './test-settings.ts';

/** An environment's settings, and what is deployed by them. */
export interface Deployment {
  readonly settings: Settings;
  readonly stacks: readonly Stack[];
}

/** Deploys all pairs of settings into templates. */
export function synthesiseAllPairs(): Deployment[] {
  return allPairs().map((values) => ({ settings: testSettings(values), stacks: synthesise(values) }));
}
