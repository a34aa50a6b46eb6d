import { startScreens, stopScreens } from './started.ts';

/** Jest's global setup. If it fails, the global teardown does not run. */
export default async function start(): Promise<void> {
  try {
    await startScreens();
  } catch (error) {
    await stopScreens();
    throw error;
  }
}
