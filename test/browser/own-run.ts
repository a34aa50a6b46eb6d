import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { oneProcess, type Rig } from '../kill/rigs.ts';

/** How long a run may take to start on a busy machine, in milliseconds. */
const START_TIMEOUT_MS = 60_000;

/**
 * Runs `npm start` for the tests of one file only.
 * @param prepare fills its data directory before it starts.
 */
export function useOwnRun(prepare?: (dataDir: string) => Promise<void>): () => Rig {
  let dataDir: string | undefined;
  let rig: Rig | undefined;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'cruddur-browser-'));
    await prepare?.(dataDir);
    rig = await oneProcess(dataDir);
    await rig.start();
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await rig?.stop();
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  });
  return () => {
    if (!rig) throw new Error('the run is there from beforeAll to afterAll');
    return rig;
  };
}
