import { Readable, Writable } from 'node:stream';
import { expect } from '@jest/globals';
import { runScript as runCommand, type Script } from '../../cli/command.ts';
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

/** An environment in which nothing on this machine is a script's AWS account. */
export function scriptEnvironment(env: ScriptOptions['env']): Record<string, string> {
  return {
    ...cleanEnvironment(),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...env,
  };
}
