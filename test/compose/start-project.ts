import { startProject, stopProject } from './started.ts';

/** Jest's global setup. Its teardown does not run where this fails. */
export default async function start(): Promise<void> {
  try {
    await startProject();
  } catch (error) {
    await stopProject();
    throw error;
  }
}
