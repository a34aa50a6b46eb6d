import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { cleanEnvironment } from '../local/local-process.ts';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a directory that is not the package's. */
  readonly cwd?: string;
  /** Text that is piped in; default: none. */
  readonly stdin?: string;
}

/** Runs an executable of `bin/` as a user does, from another directory. Nothing on this machine is its AWS account. */
export function runScript(
  script: string,
  args: readonly string[],
  options: ScriptOptions = {},
): Promise<Outcome> {
  return observe(startScript(script, args, options), options.stdin);
}

/** The same in the background. */
export function startScript(script: string, args: readonly string[], options: ScriptOptions = {}) {
  return start(join(PACKAGE_ROOT, 'bin', script), args, options);
}

/** Runs a line of bash in which `bin` is the directory of the scripts; it fails when any part of a pipe does. */
export function runLine(line: string, options: ScriptOptions = {}): Promise<Outcome> {
  const bin = join(PACKAGE_ROOT, 'bin');
  return observe(start('bash', ['-o', 'pipefail', '-c', `bin=${bin}; ${line}`], options), options.stdin);
}

const scriptVersion = spawnSync('script', ['--version'], { encoding: 'utf8' });
/** `it` for tests on a terminal of their own: skipped where util-linux's `script`, which makes one, is missing. */
export const itOnTerminal =
  scriptVersion.error === undefined && scriptVersion.stdout.includes('util-linux') ? it : it.skip;

/** Runs a line of bash on a terminal of its own, of so many columns: all it shows is in `stdout`, with `\n` at line ends. */
export async function runOnTerminal(
  line: string,
  columns: number,
  options: ScriptOptions = {},
): Promise<Outcome> {
  // A terminal with colours, whatever the tests themselves run in.
  const terminal = `unset CI NO_COLOR NODE_DISABLE_COLORS; export TERM=xterm-256color; stty cols ${columns}`;
  const command = `${terminal}; bin=${join(PACKAGE_ROOT, 'bin')}; ${line}`;
  const outcome = await observe(start('script', ['-qec', command, '/dev/null'], options), options.stdin);
  return { ...outcome, stdout: outcome.stdout.replaceAll('\r\n', '\n') };
}

/** Status 0, and nothing on stderr. */
export async function succeeds(outcome: Promise<Outcome>): Promise<string> {
  const { status, stdout, stderr } = await outcome;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Status 1, nothing on stdout, and one line on stderr. */
export async function failsWith(outcome: Promise<Outcome>, line: RegExp): Promise<void> {
  const { status, stdout, stderr } = await outcome;
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(line);
  expect(stderr).toMatch(/^[^\n]+\n$/);
}

function start(file: string, args: readonly string[], { cwd = tmpdir(), env }: ScriptOptions) {
  return spawn(file, args, {
    cwd,
    env: {
      ...cleanEnvironment(),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      ...env,
    },
  });
}

/** What came of a process. */
export function observe(child: ChildProcessWithoutNullStreams, stdin = ''): Promise<Outcome> {
  child.stdin.end(stdin);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}
