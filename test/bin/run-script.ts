import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { runScript as runCommand, type Script } from '../../cli/command.ts';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { cleanEnvironment } from '../local/local-process.ts';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. Default: one outside the package. */
  readonly cwd?: string;
  /** Text for stdin; default: none. */
  readonly stdin?: string;
}

/** Options of a script that runs in this process, which has no directory of its own. */
export interface CallOptions extends Omit<ScriptOptions, 'cwd'> {
  /** Width of the terminal that shows the output: all of it is in `stdout`. Default: nothing is a terminal. */
  readonly columns?: number;
}

/** Scripts in this process run one after the other: each has its own environment. */
let previous: Promise<unknown> = Promise.resolve();

/**
 * Runs a script of `bin/` in this process. It has the environment of a process that `runScript` starts: the SDK, too,
 * finds it in `process.env`.
 */
export function callScript(
  name: string,
  args: readonly string[],
  { env, stdin = '', columns }: CallOptions = {},
): Promise<Outcome> {
  const outcome = previous.then(async () => {
    const { script } = (await import(`../../bin/${name}.ts`)) as { script: Script };
    const stdout = collect(columns);
    const stderr = columns === undefined ? collect() : { ...stdout, text: () => '' };
    const streams = { stdin: Readable.from([stdin]), stdout: stdout.stream, stderr: stderr.stream };
    const own = process.env;
    process.env = scriptEnvironment(env);
    try {
      const status = await runCommand(script, args, streams);
      return { status, stdout: stdout.text(), stderr: stderr.text() };
    } finally {
      process.env = own;
    }
  });
  previous = outcome.catch(() => undefined);
  return outcome;
}

/** Returns a stream that keeps what is written to it: a terminal's if it has a width in columns. */
function collect(columns?: number): { readonly stream: Writable; readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns });
  return { stream, text: () => text };
}

/** Runs an executable of `bin/` as a user does, in its own process, from another directory. */
export function runScript(
  script: string,
  args: readonly string[],
  options: ScriptOptions = {},
): Promise<Outcome> {
  return observe(startScript(script, args, options), options.stdin);
}

/** Starts the same in the background. */
export function startScript(script: string, args: readonly string[], options: ScriptOptions = {}) {
  return start(join(PACKAGE_ROOT, 'bin', script), args, options);
}

/** Runs a line of bash in which `bin` is the directory of the scripts; it fails if any part of a pipe fails. */
export function runLine(line: string, options: ScriptOptions = {}): Promise<Outcome> {
  const bin = join(PACKAGE_ROOT, 'bin');
  return observe(start('bash', ['-o', 'pipefail', '-c', `bin=${bin}; ${line}`], options), options.stdin);
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
    env: scriptEnvironment(env),
  });
}

/** An environment in which nothing on this machine is a script's AWS account. */
function scriptEnvironment(env: ScriptOptions['env']): Record<string, string> {
  return {
    ...cleanEnvironment(),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...env,
  };
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
