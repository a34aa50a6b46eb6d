import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates the folder of a run's synthesised deployments, which TEST_SYNTHESES names: part of jest's global setup. */
export function createSynthesisFolder(): void {
  process.env['TEST_SYNTHESES'] = mkdtempSync(join(tmpdir(), 'cruddur-infra-'));
}

/** Removes it: Jest's global teardown. */
export default function removeSynthesisFolder(): void {
  rmSync(synthesisFolder(), { recursive: true });
}

/** @throws Error in a suite whose global setup creates none. */
export function synthesisFolder(): string {
  const folder = process.env['TEST_SYNTHESES'];
  if (folder === undefined) throw new Error('the global setup of this suite creates no folder for syntheses');
  return folder;
}
