import { randomInt } from 'node:crypto';
import { accessSync, constants, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineProgram } from './engine-program.ts';
import { commandLine, signal } from './process-table.ts';

/** The optional dependency that holds the engine's binary for this platform. */
const PACKAGE = `@dynoxide/${process.platform}-${process.arch}`;
const BINARY = 'dynoxide';
/** It starts in 50 ms; a large database on a slow disk may take longer to open. */
const START_TIMEOUT_MS = 10_000;
const TERM_TIMEOUT_MS = 2_000;

/** The engine's binary, or undefined if its package is not installed: it exists for some platforms only. */
export function embeddedBinary(): string | undefined {
  try {
    const binary = join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), BINARY);
    accessSync(binary, constants.X_OK);
    return binary;
  } catch {
    return undefined;
  }
}

/** The file in which an embedded engine stores everything. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'dynamodb.sqlite');

/** The embedded engine: one process over one SQLite file. */
export function embeddedEngine(binary: string, dataDir: string): EngineProgram {
  const database = databaseFile(dataDir);
  const host = unguessableLoopback();
  return {
    kind: 'embedded',
    file: binary,
    host,
    startTimeoutMs: START_TIMEOUT_MS,
    args: (port) => ['serve', '--host', host, '--port', String(port), '--db-path', database],
    endOrphans: async () => {
      // The engine does not lock its file: two engines on one database would corrupt it.
      await Promise.all(enginesOn(database).map(endProcess));
    },
  };
}

/**
 * Returns a loopback address that no web page can guess. The engine accepts any credentials and calls from pages of
 * every origin; a page that tries all ports of 127.0.0.1 would find it there. On Linux, for which the engine is made,
 * the loopback network is all of 127.0.0.0/8: 16 million addresses.
 */
function unguessableLoopback(): string {
  return `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** Finds the engine processes that have this database open, by their command lines. Returns their process ids. */
function enginesOn(database: string): number[] {
  // Other systems have no /proc; the engine's package is for Linux.
  if (process.platform !== 'linux') return [];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map(Number).filter((pid) => {
    const [file = '', ...args] = commandLine(pid);
    return file.endsWith(`/${BINARY}`) && args[args.indexOf('--db-path') + 1] === database;
  });
}

async function endProcess(pid: number): Promise<void> {
  if (!signal(pid, 'SIGTERM')) return;
  for (const deadline = Date.now() + TERM_TIMEOUT_MS; Date.now() < deadline;) {
    // A process that ended and was not waited for yet no longer has a command line.
    if (!commandLine(pid)[0] || !signal(pid, 0)) return;
    await sleep(10);
  }
  signal(pid, 'SIGKILL');
}
