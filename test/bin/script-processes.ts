import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { bundledPrograms } from '../support/programs.ts';
import { type Outcome, scriptEnvironment, type ScriptOptions } from './run-script.ts';

/** Returns the folder of the scripts, bundled. */
async function binFolder(): Promise<string> {
  return join(await bundledPrograms(), 'bin');
}

/** Runs an executable of `bin/` as a user does, in its own process, from another directory. */
export function runExecutable(
  script: string,
  args: readonly string[],
  options: ScriptOptions = {},
): Promise<Outcome> {
  return observe(start(join(PACKAGE_ROOT, 'bin', script), args, options), options.stdin);
}

/** Runs a script in its own process, from another directory. */
export async function runScript(
  script: string,
  args: readonly string[],
  options: ScriptOptions = {},
): Promise<Outcome> {
  return observe(await startScript(script, args, options), options.stdin);
}

/** Starts the same in the background. */
export async function startScript(script: string, args: readonly string[], options: ScriptOptions = {}) {
  return start(join(await binFolder(), script), args, options);
}

/** Runs a line of bash in which `bin` is the directory of the scripts; it fails if any part of a pipe fails. */
export async function runLine(line: string, options: ScriptOptions = {}): Promise<Outcome> {
  const command = `bin=${await binFolder()}; ${line}`;
  return observe(start('bash', ['-o', 'pipefail', '-c', command], options), options.stdin);
}

const scriptVersion = spawnSync('script', ['--version'], { encoding: 'utf8' });
const hasTerminal = scriptVersion.error === undefined && scriptVersion.stdout.includes('util-linux');

/** Adds a test on a terminal: skipped where util-linux's `script`, which creates one, is missing. */
export function itOnTerminal(title: string, test: () => Promise<void>): void {
  (hasTerminal ? it : it.skip)(title, test);
}

/** Runs a line of bash on a terminal of so many columns: all output is in `stdout`, with `\n` at line ends. */
export async function runOnTerminal(
  line: string,
  columns: number,
  options: ScriptOptions = {},
): Promise<Outcome> {
  // A terminal with colours, whatever the environment of the tests is.
  const terminal = `unset CI NO_COLOR NODE_DISABLE_COLORS; export TERM=xterm-256color; stty cols ${columns}`;
  const command = `${terminal}; bin=${await binFolder()}; ${line}`;
  const outcome = await observe(start('script', ['-qec', command, '/dev/null'], options), options.stdin);
  return { ...outcome, stdout: outcome.stdout.replaceAll('\r\n', '\n') };
}

function start(file: string, args: readonly string[], { cwd = tmpdir(), env }: ScriptOptions) {
  return spawn(file, args, {
    cwd,
    env: scriptEnvironment(env),
  });
}

/** The result of a process. */
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
