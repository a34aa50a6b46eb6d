import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const child = spawn(join(PACKAGE_ROOT, 'bin', script), args, {
    cwd: options.cwd ?? tmpdir(),
    env: {
      ...cleanEnvironment(),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      ...options.env,
    },
  });
  child.stdin.end(options.stdin ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}
