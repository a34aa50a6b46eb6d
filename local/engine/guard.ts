import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ensures that a process ends with this one, even if this one ends by `kill -9`, which leaves it no time to act.
 * A shell waits for the end of its input, which comes when this process is gone, and then kills the other one.
 * @returns the shell: end it (SIGKILL) when the guarded process is gone.
 */
export function endWithThisProcess(pid: number): ChildProcess {
  const guard = spawn('sh', ['-c', 'read -r _; kill -9 "$1"', 'guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not in the terminal's process group: Ctrl-C must not end the guard before the process that it guards.
    detached: true,
  });
  // Without a shell, an engine that remains running is ended by the next start.
  guard.on('error', () => undefined);
  guard.unref();
  return guard;
}
