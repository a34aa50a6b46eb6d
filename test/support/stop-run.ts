import { removeProgramFolder } from './program-folder.ts';
import { stopRunEngine } from './run-engine.ts';

/** Jest's global teardown. The engine keeps everything in memory: no table of a run remains. */
export default async function stopRun(): Promise<void> {
  await stopRunEngine();
  await removeProgramFolder();
}
