import { realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../cli/parse-json.ts';
import { readFileIfThere, replaceFile } from '../data-dir.ts';
import { UserError } from '../../cli/user-error.ts';
import { containerName } from './docker-engine.ts';
import { databaseFile } from './embedded-engine.ts';
import type { EngineProgram } from './engine-program.ts';
import { answers } from './probe.ts';
import { commandLine, signal } from './process-table.ts';

/** What a local run records about its engine for scripts. `given`: the engine at AWS_ENDPOINT_URL, which ran already. */
export interface EngineRecord {
  readonly endpoint: string;
  readonly kind: EngineProgram['kind'] | 'given';
  /** The engine's process, if the run started one. */
  readonly pid?: number;
}

const engineRecord = z.object({
  endpoint: z.url({ protocol: /^https?$/ }),
  kind: z.enum(['embedded', 'docker', 'given']),
  pid: z.int().positive().exactOptional(),
});

const path = (dataDir: string): string => join(dataDir, 'engine.json');

export function writeEngineRecord(dataDir: string, record: EngineRecord): void {
  replaceFile(path(dataDir), JSON.stringify(record));
}

export function removeEngineRecord(dataDir: string): void {
  rmSync(path(dataDir), { force: true });
}

/**
 * Finds the engine with the table of a local run.
 * @throws UserError if none runs from this directory.
 */
export async function runningEngine(dataDir: string): Promise<EngineRecord> {
  const record = engineRecord.safeParse(parseJson(readFileIfThere(path(dataDir))));
  if (record.success && isOwn(record.data, dataDir) && (await answers(record.data.endpoint)))
    return record.data;
  throw new UserError(
    `no engine is running from ${dataDir}: start one with \`npm start\`, or give --endpoint`,
  );
}

/**
 * Says whether the recorded process runs and is an engine on this very directory. After a power failure the record
 * remains, while its port and process id may belong to another engine.
 */
function isOwn({ kind, pid }: EngineRecord, dataDir: string): boolean {
  if (pid === undefined) return true;
  if (process.platform !== 'linux') return signal(pid, 0);
  // An engine is started with the directory's real path.
  const mark = kind === 'docker' ? containerName(realpathSync(dataDir)) : databaseFile(realpathSync(dataDir));
  return commandLine(pid).includes(mark);
}
