import { removeProgramFolder } from '../support/program-folder.ts';
import { stopContainer } from './container.ts';

/** Jest's global teardown. */
export default async function stopEngine(): Promise<void> {
  await stopContainer();
  await removeProgramFolder();
}
