import { startScreens, stopScreens } from './started.ts';

/** Jest's global setup. Its teardown does not run where this fails. */
export default async function start(): Promise<void> {
  try {
    await startScreens();
  } catch (error) {
    await stopScreens();
    throw error;
  }
}
