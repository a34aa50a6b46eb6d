import { startProject, stopProject } from './started.ts';

/** Jest's global setup. If it fails, Jest does not run the teardown. */
export default async function start(): Promise<void> {
  try {
    await startProject();
  } catch (error) {
    await stopProject();
    throw error;
  }
}
