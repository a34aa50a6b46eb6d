import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comparePermissions } from '../../infra/compare-permissions.ts';
import { PACKAGE_ROOT } from '../../local/config.ts';

/*
 * `npm run test:permissions`: runs the tests of the API and of the functions, records every call they make to the
 * table, and compares these calls with the policies of the deployment. Fails for a call that is not allowed, and for a
 * permission that nothing uses. Other tests can be named: `npm run test:permissions -- test/http`. If RECORDED_CALLS
 * names a file that a run of tests has written with the same setting, that file is compared, and nothing is run.
 */

const FOLDERS = ['test/http', 'test/lambdas', 'test/events', 'test/capacity'];

const { RECORDED_CALLS: written } = process.env;
if (written !== undefined && existsSync(written)) process.exitCode = compare(written) ? 0 : 1;
else process.exitCode = (await runAndCompare(process.argv.slice(2))) ? 0 : 1;

async function runAndCompare(named: readonly string[]): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'cruddur-permissions-'));
  try {
    const file = join(directory, 'calls');
    const status = await runTests(named.length > 0 ? named : FOLDERS, file);
    return compare(file) && status === 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Compares the calls in a file, one on each line, with the policies. Returns whether they match. */
function compare(file: string): boolean {
  const recorded = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const { missing, unused } = comparePermissions(new Set(recorded));
  for (const line of missing) process.stdout.write(`done, and not allowed: ${line}\n`);
  for (const line of unused) process.stdout.write(`allowed, and never done: ${line}\n`);
  const agree = missing.length === 0 && unused.length === 0;
  if (agree)
    process.stdout.write(`the policies allow what is done, and nothing else (${new Set(recorded).size})\n`);
  return agree;
}

/** Runs tests with jest, and records their calls. Returns the exit status. */
async function runTests(paths: readonly string[], file: string): Promise<number> {
  const jest = join(PACKAGE_ROOT, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [jest, '--silent', ...paths], {
    cwd: PACKAGE_ROOT,
    stdio: 'inherit',
    env: { ...process.env, RECORDED_CALLS: file },
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status ?? 1;
}
