import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../local/config.ts';

const REQUIREMENTS = join(PACKAGE_ROOT, 'infra/test/requirements.txt');
const CACHE = join(PACKAGE_ROOT, 'infra/node_modules/.cache/python');
/** Written last: an environment without it is incomplete. */
const DONE = 'installed';
/** Timeout for a download of about 100 MB. */
const INSTALL_TIMEOUT_MS = 300_000;

/** Creates the virtual environment with cfn-lint, parliament and moto, unless it exists. Prints a line if it cannot. */
export function preparePython(): void {
  const place = environmentPlace();
  if (existsSync(join(place, DONE))) return;
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', place]],
    [join(place, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]],
  ];
  for (const [program, args] of steps) {
    const { status } = spawnSync(program, args, { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS });
    if (status === 0) continue;
    process.stdout.write(
      `skipped: cfn-lint, parliament and the stand-in for AWS, as \`${program} ${args.slice(0, 2).join(' ')}\` failed\n`,
    );
    return;
  }
  writeFileSync(join(place, DONE), '');
}

/** Returns the path of a program in the virtual environment; undefined if there is no environment. */
export function pythonProgram(name: string): string | undefined {
  const place = environmentPlace();
  return existsSync(join(place, DONE)) ? join(place, 'bin', name) : undefined;
}

/** The environment's path: it differs for other requirements. */
function environmentPlace(): string {
  return join(CACHE, createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16));
}
