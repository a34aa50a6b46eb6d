import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION = '4.32.5';

export interface Schemathesis {
  /** Sends requests until all are sent or the time is up. Returns whether every response was as the document says. */
  run(parts: RunParts): Promise<boolean>;
}

export interface RunParts {
  readonly url: string;
  readonly token: string;
  /** The folder for its files. */
  readonly directory: string;
  /** The document's file. */
  readonly document: string;
  /** Whether the document forbids more than the API does: then the API may accept a request that the document forbids. */
  readonly isNarrowed: boolean;
  /** Operations that are not called. */
  readonly without: readonly string[];
  readonly examples: number;
  readonly seed: number;
  readonly seconds: number;
}

/** Finds the tool, or installs it into this user's cache. Returns what is missing if it cannot. */
export async function findSchemathesis(): Promise<Schemathesis | { readonly missing: string }> {
  const home = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cruddur-messaging');
  const environment = join(home, `schemathesis-${VERSION}`);
  const program = join(environment, 'bin', 'schemathesis');
  if (!existsSync(program)) {
    const missing = await install(environment);
    if (missing !== undefined) return { missing };
  }
  return { run: (parts) => runIt(program, parts) };
}

/** Returns what is missing, or undefined. */
async function install(environment: string): Promise<string | undefined> {
  try {
    await run('python3', ['-m', 'venv', '--clear', environment]);
  } catch {
    return 'python3 with its venv and pip is needed, and is not there';
  }
  try {
    await run(join(environment, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
  } catch (error) {
    return `schemathesis ${VERSION} cannot be installed: ${error instanceof Error ? error.message : String(error)}`;
  }
  return undefined;
}

const CONFIG = `
[generation]
# Requests are generated again each time: nothing is kept from one run to the next.
database = "none"

[phases.coverage]
# Another method of an existing path gets 404, like an unknown path: neither is in the document.
unexpected-methods = []

[checks.unsupported_method]
enabled = false

[checks.positive_data_acceptance]
# Requests that the schemas allow may lead to a file (302). They may name something that does not exist (404), conflict
# with something that does (409), or break a rule that schemas cannot express: an invented cursor (400), a text of
# invisible characters, an unknown handle (422).
expected-statuses = ["2xx", "302", "400", "403", "404", "409", "422"]

[checks.negative_data_rejection]
# A body may be too large or of another media type as well.
expected-statuses = ["400", "401", "403", "404", "409", "413", "415", "422"]
`;

async function runIt(program: string, parts: RunParts): Promise<boolean> {
  const config = join(parts.directory, 'schemathesis.toml');
  writeFileSync(config, CONFIG);
  const child = spawn(
    program,
    [
      ...['--config-file', config, 'run', parts.document],
      ...['--url', parts.url, '--header', `Authorization: Bearer ${parts.token}`],
      ...parts.without.flatMap((name) => ['--exclude-operation-id', name]),
      ...(parts.isNarrowed ? ['--exclude-checks', 'negative_data_rejection'] : []),
      ...['--seed', String(parts.seed), '--max-examples', String(parts.examples)],
      ...['--phases', 'examples,coverage,fuzzing', '--no-color'],
      ...['--continue-on-failure', '--suppress-health-check', 'all', '--warnings', 'off'],
    ],
    { cwd: parts.directory, stdio: ['ignore', 'inherit', 'inherit'], timeout: parts.seconds * 1_000 },
  );
  const [status] = (await once(child, 'exit')) as [number | null];
  return status === 0;
}
