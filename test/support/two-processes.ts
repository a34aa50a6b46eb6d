import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { type FlakyEngine, startFlakyEngine } from './flaky-engine.ts';
import type { TestTable } from './test-table.ts';

/** Two processes on one table. */
export interface TwoProcesses {
  readonly flaky: FlakyEngine;
  /** Reaches the table through the flaky engine. */
  readonly here: Wiring;
  readonly there: Wiring;
}

/**
 * Opens two processes for the tests of a file; the flaky engine is reset after each.
 *
 *     const db = useTestTable();
 *     let flaky: FlakyEngine;
 *     let here: Wiring;
 *     let there: Wiring;
 *     useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));
 */
export function useTwoProcesses(db: () => TestTable, onOpened: (opened: TwoProcesses) => void): void {
  let flaky: FlakyEngine | undefined;
  beforeAll(async () => {
    flaky = await startFlakyEngine(db().endpoint);
    onOpened({ flaky, here: wire({ table: db().through(flaky.endpoint) }), there: db().newContext() });
  });
  afterEach(() => flaky?.reset());
  afterAll(() => flaky?.close());
}
