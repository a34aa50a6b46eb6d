import { startEngine } from './engine.ts';
import { createProgramFolder } from './program-folder.ts';
import { setRunEngine } from './run-engine.ts';
import { newPrivateKey } from './test-issuer.ts';

/**
 * Starts what all test files of a run share: the embedded engine for their tables, the key of their APIs' issuer, and a
 * folder for the programs that they start. Jest's global setup.
 */
export default async function startRun(): Promise<void> {
  const engine = await startEngine();
  setRunEngine(engine);
  process.env['TEST_DYNAMODB_ENDPOINT'] = engine.endpoint;
  process.env['TEST_ISSUER_KEY'] = newPrivateKey();
  await createProgramFolder();
}
