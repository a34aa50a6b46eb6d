import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates the folder of a run's bundled programs, which TEST_PROGRAMS names: part of jest's global setup. */
export async function createProgramFolder(): Promise<void> {
  process.env['TEST_PROGRAMS'] = await mkdtemp(join(tmpdir(), 'cruddur-programs-'));
}

/** Removes it: part of jest's global teardown. */
export async function removeProgramFolder(): Promise<void> {
  await rm(programFolder(), { recursive: true });
}

/** @throws Error in a suite whose global setup creates none. */
export function programFolder(): string {
  const folder = process.env['TEST_PROGRAMS'];
  if (folder === undefined) throw new Error('the global setup of this suite creates no folder for programs');
  return folder;
}
