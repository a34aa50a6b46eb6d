import type { Engine } from './engine.ts';

let running: Engine | undefined;

/** Passes the run's engine from jest's global setup to its teardown: they share modules, and nothing else. */
export function setRunEngine(engine: Engine): void {
  running = engine;
}

/** Ends the run's engine. */
export async function stopRunEngine(): Promise<void> {
  await running?.stop();
}
