import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { saveProfile } from '../../backend/domain/people.ts';
import { createLogger } from '../../backend/logger.ts';
import { readLocalConfig } from '../../local/config.ts';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { LocalRun } from '../../local/local-run.ts';
import { Caller } from '../support/caller.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';

/** A local run in this process, on a test's engine: without a process to start, and without a seed. */
export interface SmallRun {
  readonly port: number;
  readonly db: TestTable;
  /** Between the run and its engine. */
  readonly flaky: FlakyEngine;
  /** A user who is there from the start: `ada` or `grace`. */
  caller(handle: string): Promise<Caller>;
  stop(): Promise<void>;
}

/** @param environment of the run, in addition to what leads it to its engine. */
export async function startSmallRun(environment: Readonly<Record<string, string>> = {}): Promise<SmallRun> {
  const db = await createTestTable({ stream: true });
  const flaky = await startFlakyEngine(db.endpoint);
  const port = await getPort();
  const dataDir = mkdtempSync(join(tmpdir(), 'cruddur-test-'));
  // A table with anything in it is not seeded.
  for (const userId of ['ada', 'grace'])
    await saveProfile(db.newContext(), userId, { handle: userId, display_name: userId });
  const own = {
    PORT: String(port),
    DATA_DIR: dataDir,
    // A refused request fails at once.
    AWS_MAX_ATTEMPTS: '1',
    AWS_ENDPOINT_URL: flaky.endpoint,
    DDB_MESSAGE_TABLE: db.tableName,
    ...environment,
  };
  const run = new LocalRun({
    config: readLocalConfig(own),
    environment: own,
    logger: createLogger('silent'),
  });
  await run.start();
  const issuer = await openDevelopmentIssuer(dataDir);
  return {
    port,
    db,
    flaky,
    caller: async (handle) =>
      new Caller({ userId: handle, handle, port, token: await issuer.signToken({ sub: handle }) }),
    stop: async () => {
      await run.stop();
      await flaky.close();
      await db.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}
