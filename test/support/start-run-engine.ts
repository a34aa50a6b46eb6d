import { setRunEngine } from './run-engine.ts';
import { startEngine } from './engine.ts';

/** Starts the embedded engine that the tables of a run share: jest's global setup. */
export default async function startRunEngine(): Promise<void> {
  const engine = await startEngine();
  setRunEngine(engine);
  process.env['TEST_DYNAMODB_ENDPOINT'] = engine.endpoint;
}
